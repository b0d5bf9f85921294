import { absolutePath } from "../../disk/paths.ts";
import type { Node } from "./parse.ts";
import { Input, type Shell, type Streams } from "./shell.ts";
import { matching } from "./wildcards.ts";

type For = Extract<Node, { kind: "for" }>;

/** Puts in what `for` loops have found. It comes after the line was read, so that no sign in it means anything to cmd.exe. */
export const withLoops = (text: string, { loops }: Pick<Shell, "loops">): string =>
  loops.size === 0
    ? text
    : text.replaceAll(/%%?(~?)([a-z])/gi, (whole, bare: string, letter: string) => {
        const value = loops.get(letter);
        if (value === undefined) return whole;
        return bare === "" ? value : value.replace(/^"(.*)"$/, "$1");
      });

/** Runs a loop's body for each of its values; gives the exit code of the last. */
export async function loop(
  node: For,
  shell: Shell,
  streams: Streams,
  run: (body: Node, shell: Shell, streams: Streams) => Promise<number>,
  runLine: (line: string, shell: Shell, streams: Streams) => Promise<number>,
): Promise<number> {
  const source = withLoops(node.source, shell).trim();
  const rounds =
    node.options === undefined
      ? (await setOf(source, shell)).map((value) => [value])
      : tokensOf(await linesOf(node.options, source, shell, runLine), node.options);
  const before = new Map(shell.loops);
  let code = shell.errorLevel;
  for (const values of rounds) {
    for (const [at, value] of values.entries())
      shell.loops.set(String.fromCharCode(node.variable.charCodeAt(0) + at), value);
    code = await run(node.body, shell, streams);
    shell.errorLevel = code;
  }
  shell.loops.clear();
  for (const [letter, value] of before) shell.loops.set(letter, value);
  return code;
}

async function setOf(source: string, shell: Shell): Promise<readonly string[]> {
  const words = source.match(/"[^"]*"|[^\s,;="]+/g) ?? [];
  const found = await Promise.all(
    words.map(async (word) => (/[*?]/.test(word) ? matching(shell, word).catch(() => []) : [word])),
  );
  return found.flat();
}

/** What `for /f` reads: a command's output, a text, or a file. */
async function linesOf(
  options: string,
  source: string,
  shell: Shell,
  runLine: (line: string, shell: Shell, streams: Streams) => Promise<number>,
): Promise<readonly string[]> {
  const backq = /(^|\s)usebackq(\s|$)/i.test(options);
  const [command, text] = backq ? ["`", "'"] : ["'", '"'];
  const inside = source.slice(1, -1);
  if (source.startsWith(command)) {
    let out = "";
    const own = { variables: new Map(shell.variables), loops: new Map<string, string>(), batch: undefined };
    // Its errors go where those of the loop go: to the console.
    await runLine(
      inside,
      { ...shell, ...own },
      {
        input: Input.of(""),
        out: (data) => void (out += data.toString()),
        err: () => undefined,
      },
    );
    return split(out);
  }
  if (source.startsWith(text)) return split(inside);
  const file = absolutePath(backq ? source.replaceAll('"', "") : source, shell.folder);
  return split((await shell.files.read(file)).toString());
}

const split = (text: string): readonly string[] => text.split(/\r?\n/);

/** The tokens of each line; empty lines, and those without the first token that is asked for, are passed over. */
function tokensOf(lines: readonly string[], options: string): readonly (readonly string[])[] {
  const skip = Number(/(?:^|\s)skip=(\d+)/i.exec(options)?.[1] ?? 0);
  const eol = /(?:^|\s)eol=(\S)/i.exec(options)?.[1] ?? ";";
  const asked = /(?:^|\s)tokens=(\S+)/i.exec(options)?.[1] ?? "1";
  const delims = /(?:^|\s)delims=(.*)$/i.exec(options)?.[1] ?? " \t";
  const { numbers, rest } = tokenNumbers(asked);
  return lines
    .slice(skip)
    .filter((line) => line !== "" && !line.startsWith(eol))
    .flatMap((line) => {
      const { words, after } = wordsOf(line, delims, rest ? numbers.length : Number.POSITIVE_INFINITY);
      const chosen = numbers.map((n) => words[n - 1] ?? "");
      const values = rest ? [...chosen, after] : chosen;
      return values[0] === undefined || values[0] === "" ? [] : [values];
    });
}

/** `1,2*` or `2-4`: which tokens, and whether the rest of the line is one more. */
function tokenNumbers(asked: string): { readonly numbers: readonly number[]; readonly rest: boolean } {
  const rest = asked.endsWith("*");
  const numbers = asked
    .replace(/\*$/, "")
    .split(",")
    .filter((one) => one !== "")
    .flatMap((one) => {
      const [from = 0, to = from] = one.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  return { numbers, rest };
}

function wordsOf(
  line: string,
  delims: string,
  most: number,
): { readonly words: readonly string[]; readonly after: string } {
  const words: string[] = [];
  let at = 0;
  const pass = (): void => {
    while (at < line.length && delims.includes(line.charAt(at))) at++;
  };
  pass();
  while (at < line.length && words.length < most) {
    const start = at;
    while (at < line.length && !delims.includes(line.charAt(at))) at++;
    words.push(line.slice(start, at));
    pass();
  }
  return { words, after: line.slice(at) };
}
