/** A redirection: which stream (0 input, 1 output, 2 errors) goes to which file, or to which other stream. */
export interface Redirect {
  readonly stream: 0 | 1 | 2;
  readonly to: { readonly file: string; readonly append: boolean } | { readonly stream: 1 | 2 };
}

/** A command line as cmd.exe understands it. */
export type Node =
  | { readonly kind: "command"; readonly text: string; readonly redirects: readonly Redirect[] }
  | { readonly kind: "group"; readonly body: Node; readonly redirects: readonly Redirect[] }
  | { readonly kind: "pipe"; readonly left: Node; readonly right: Node }
  | { readonly kind: "list"; readonly op: "&" | "&&" | "||"; readonly left: Node; readonly right: Node }
  | {
      readonly kind: "if";
      readonly condition: Condition;
      readonly negated: boolean;
      readonly body: Node;
      readonly otherwise?: Node;
    }
  | {
      readonly kind: "for";
      /** Its letter; `for` variables are told apart by case. */
      readonly variable: string;
      /** Present with /f: tokens, delims, skip, eol, usebackq as they were written. */
      readonly options?: string;
      /** What stands in brackets, carets resolved. */
      readonly source: string;
      readonly body: Node;
    };

/** What an `if` asks. */
export type Condition =
  | { readonly kind: "exist"; readonly path: string }
  | { readonly kind: "defined"; readonly name: string }
  | {
      readonly kind: "compare";
      readonly left: string;
      readonly op: string;
      readonly right: string;
      readonly ignoreCase: boolean;
    }
  | { readonly kind: "errorlevel"; readonly atLeast: number }
  | { readonly kind: "equal"; readonly left: string; readonly right: string; readonly ignoreCase: boolean };

/** What cmd.exe says of a line that it cannot read. */
export class CmdSyntaxError extends Error {}

/** Reads a line of cmd.exe, after the expansion of its variables. */
export function parseLine(line: string): Node {
  const reader = new Reader(line);
  const node = reader.list(false);
  if (!reader.done)
    throw new CmdSyntaxError(`${reader.rest().trim().charAt(0)} was unexpected at this time.`);
  return node;
}

class Reader {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  get done(): boolean {
    this.#blanks();
    return this.#at >= this.#line.length;
  }

  rest(): string {
    return this.#line.slice(this.#at);
  }

  list(inGroup: boolean): Node {
    let left = this.#pipeline(inGroup);
    for (;;) {
      const op = this.#takeOperator();
      if (op === undefined) return left;
      if (op === "&" && inGroup) this.#lineEnds();
      if (op === "&" && (this.done || (inGroup && this.rest().startsWith(")")))) return left;
      left = { kind: "list", op, left, right: this.#pipeline(inGroup) };
    }
  }

  #pipeline(inGroup: boolean): Node {
    const left = this.#command(inGroup);
    this.#blanks();
    if (this.rest().startsWith("|") && !this.rest().startsWith("||")) {
      this.#at++;
      return { kind: "pipe", left, right: this.#pipeline(inGroup) };
    }
    return left;
  }

  #command(inGroup: boolean): Node {
    this.#blanks();
    while (this.rest().startsWith("@")) this.#at++;
    if (this.rest().startsWith("(")) {
      this.#at++;
      this.#lineEnds();
      const body = this.list(true);
      if (!this.#take(")")) throw new CmdSyntaxError("The syntax of the command is incorrect.");
      const { text, redirects } = this.#words(inGroup);
      if (text.trim() !== "") {
        throw new CmdSyntaxError(`${text.trim().split(/\s/)[0] ?? ""} was unexpected at this time.`);
      }
      return { kind: "group", body, redirects };
    }
    if (/^if\s/i.test(this.rest())) return this.#if(inGroup);
    if (/^for\s/i.test(this.rest())) return this.#for(inGroup);
    const { text, redirects } = this.#words(inGroup);
    if (text.trim() === "" && redirects.length === 0) {
      if (this.done) throw new CmdSyntaxError("The syntax of the command is incorrect.");
      throw new CmdSyntaxError(`${this.rest().charAt(0)} was unexpected at this time.`);
    }
    return { kind: "command", text, redirects };
  }

  #if(inGroup: boolean): Node {
    this.#match(/^if\s+/i);
    const ignoreCase = this.#match(/^\/i\s+/i) !== undefined;
    const negated = this.#match(/^not\s+/i) !== undefined;
    const condition = this.#condition(ignoreCase);
    this.#blanks();
    const grouped = this.rest().startsWith("(");
    if (!grouped) return { kind: "if", condition, negated, body: this.list(inGroup) };
    this.#at++;
    this.#lineEnds();
    const body = this.list(true);
    if (!this.#take(")")) throw new CmdSyntaxError("The syntax of the command is incorrect.");
    if (this.#match(/^\s*else\s+/i) === undefined) return { kind: "if", condition, negated, body };
    return { kind: "if", condition, negated, body, otherwise: this.#command(inGroup) };
  }

  #condition(ignoreCase: boolean): Condition {
    const exist = this.#match(/^exist\s+("[^"]*"|\S+)\s*/i);
    if (exist) return { kind: "exist", path: unquoted(exist[1] ?? "") };
    const level = this.#match(/^errorlevel\s+(\d+)\s*/i);
    if (level) return { kind: "errorlevel", atLeast: Number(level[1]) };
    const defined = this.#match(/^defined\s+(\S+)\s*/i);
    if (defined) return { kind: "defined", name: (defined[1] ?? "").toUpperCase() };
    const compared = this.#match(/^("[^"]*"|\S+)\s+(EQU|NEQ|LSS|LEQ|GTR|GEQ)\s+("[^"]*"|[^\s)]+)\s*/i);
    if (compared) {
      const [, left = "", op = "", right = ""] = compared;
      return { kind: "compare", left, op: op.toUpperCase(), right, ignoreCase };
    }
    const equal = this.#match(/^("[^"]*"|[^\s=]+)\s*==\s*("[^"]*"|[^\s=]+)\s*/);
    if (equal) return { kind: "equal", left: equal[1] ?? "", right: equal[2] ?? "", ignoreCase };
    throw new CmdSyntaxError("The syntax of the command is incorrect.");
  }

  /** `for %a in (…) do …` and `for /f ["options"] %a in (…) do …`; in a batch file the letter has two signs. */
  #for(inGroup: boolean): Node {
    const head = this.#match(/^for\s+(\/f\s+("[^"]*"\s+)?)?%%?([a-z])\s+in\s*\(/i);
    if (!head) throw new CmdSyntaxError("The syntax of the command is incorrect.");
    const source = this.#untilBracket();
    if (this.#match(/^\)\s*do\s*/i) === undefined)
      throw new CmdSyntaxError("The syntax of the command is incorrect.");
    const body = this.rest().startsWith("(") ? this.#command(inGroup) : this.list(inGroup);
    return {
      kind: "for",
      variable: head[3] ?? "",
      ...(head[1] === undefined ? {} : { options: unquoted(head[2] ?? "").trim() }),
      source,
      body,
    };
  }

  #untilBracket(): string {
    let text = "";
    for (let quoted = false; this.#at < this.#line.length; this.#at++) {
      const char = this.#line.charAt(this.#at);
      if (char === '"') quoted = !quoted;
      if (!quoted && char === ")") break;
      if (!quoted && char === "^") this.#at++;
      text += this.#line.charAt(this.#at);
    }
    return text;
  }

  /** Everything up to an operator, with its redirections taken out; quotes stay, carets are resolved. */
  #words(inGroup: boolean): { readonly text: string; readonly redirects: readonly Redirect[] } {
    let text = "";
    const redirects: Redirect[] = [];
    let quoted = false;
    while (this.#at < this.#line.length) {
      const char = this.#line.charAt(this.#at);
      if (char === '"') quoted = !quoted;
      if (char === "\n") break;
      if (!quoted && (char === "&" || char === "|" || (inGroup && char === ")"))) break;
      if (!quoted && char === "^") {
        text += this.#line.charAt(this.#at + 1);
        this.#at += 2;
      } else if (!quoted && (char === ">" || char === "<")) {
        const number = /(^|\s)([12])$/.exec(text);
        if (number && char === ">") text = text.slice(0, -1);
        redirects.push(this.#redirect(char === "<" ? 0 : number?.[2] === "2" ? 2 : 1));
      } else {
        text += char;
        this.#at++;
      }
    }
    return { text, redirects };
  }

  #redirect(stream: 0 | 1 | 2): Redirect {
    const append = this.rest().startsWith(">>");
    this.#at += append ? 2 : 1;
    const other = this.#match(/^&([12])/);
    if (other) return { stream, to: { stream: other[1] === "2" ? 2 : 1 } };
    const file = this.#match(/^\s*("[^"]*"|[^\s&|<>()]+)/);
    if (!file) throw new CmdSyntaxError("The syntax of the command is incorrect.");
    return { stream, to: { file: unquoted(file[1] ?? ""), append } };
  }

  #takeOperator(): "&" | "&&" | "||" | undefined {
    for (const op of ["&&", "||", "&"] as const) if (this.#take(op) !== undefined) return op;
    // Within brackets a command ends with its line.
    return this.#take("\n") === undefined ? undefined : "&";
  }

  #lineEnds(): void {
    while (/\s/.test(this.#line.charAt(this.#at))) this.#at++;
  }

  #take(text: string): string | undefined {
    this.#blanks();
    if (!this.rest().startsWith(text)) return undefined;
    this.#at += text.length;
    return text;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.rest());
    if (found) this.#at += found[0].length;
    return found ?? undefined;
  }

  #blanks(): void {
    while (/[^\S\n]/.test(this.#line.charAt(this.#at))) this.#at++;
  }
}

/** The text without its quotes, as cmd.exe's own commands see a path. */
export function unquoted(text: string): string {
  return text.replaceAll('"', "");
}

/** Puts in the values of `%NAME%`; a name that has none stays as it is, as on a command line (not in a batch file). */
export function expandVariables(line: string, valueOf: (name: string) => string | undefined): string {
  return line.replace(/%([^%\s:]+)%/g, (whole, name: string) => valueOf(name.toUpperCase()) ?? whole);
}

/**
 * Splits the words of a command line as a C program of Windows gets them ("Parsing C++ command-line arguments",
 * Microsoft): quotes group, backslashes count only before a quote, a doubled quote inside quotes is a quote.
 */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") {
      let count = 1;
      while (text.charAt(at + count) === "\\") count++;
      at += count - 1;
      if (text.charAt(at + 1) !== '"') word = (word ?? "") + "\\".repeat(count);
      else {
        word = (word ?? "") + "\\".repeat(Math.floor(count / 2));
        if (count % 2 === 1) {
          word += '"';
          at++;
        }
      }
    } else if (char === '"') {
      if (quoted && text.charAt(at + 1) === '"') {
        word = (word ?? "") + '"';
        at++;
      } else {
        quoted = !quoted;
        word ??= "";
      }
    } else if (!quoted && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
