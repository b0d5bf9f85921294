import { absolutePath } from "../../disk/paths.ts";
import type { Call, Command } from "../cmd/shell.ts";

interface Asked {
  readonly flags: ReadonlySet<string>;
  readonly wanted: readonly string[];
  readonly files: readonly string[];
}

/** Switches may stand together (`/bir`); without /c the first word holds the texts, one a blank. */
function understand(call: Call): Asked {
  const flags = new Set<string>();
  const literal: string[] = [];
  const words: string[] = [];
  for (const word of call.args) {
    if (/^\/c:/i.test(word)) literal.push(word.slice(3));
    else if (/^\/[a-z]+$/i.test(word)) for (const flag of word.slice(1).toLowerCase()) flags.add(flag);
    else words.push(word);
  }
  const wanted = literal.length > 0 ? literal : (words.shift() ?? "").split(" ").filter((one) => one !== "");
  return { flags, wanted, files: words };
}

/** It finds the end of a line only before a carriage return. */
const lineEnd = "(?=\\r$)";

/** `findstr`'s expressions know . * ^ $ [class] \< \> and no more; without /r a text is one only with such a sign. */
function patternOf(text: string, { flags }: Asked): RegExp {
  const literal = flags.has("l") || (!flags.has("r") && !/[.*^$[\\]/.test(text));
  const escaped = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/, "\\$&");
  let source = literal ? text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&") : "";
  if (!literal)
    for (let at = 0; at < text.length; at++) {
      const char = text.charAt(at);
      const end = char === "[" ? text.indexOf("]", at + 1) : -1;
      if (char === "\\") {
        const next = text.charAt(++at);
        source += next === "<" || next === ">" ? "\\b" : escaped(next);
      } else if (end > 0) {
        source += text.slice(at, end + 1);
        at = end;
      } else if (char === "$") source += lineEnd;
      else source += /[.*^]/.test(char) ? char : escaped(char);
    }
  if (flags.has("b") || flags.has("x")) source = `^(?:${source})`;
  if (flags.has("e") || flags.has("x")) source = `(?:${source})${lineEnd}`;
  return new RegExp(source, flags.has("i") ? "i" : "");
}

/** `findstr`: lines with one of some texts in them, from files or from standard input. 0 where there is one, else 1. */
export const findstr: Command = async (call) => {
  const asked = understand(call);
  const patterns = asked.wanted.map((text) => patternOf(text, asked));
  if (patterns.length === 0) {
    call.err("FINDSTR: Bad command line\r\n");
    return 2;
  }
  const look = (text: string, prefix: string): boolean => {
    const lines = text.replace(/\n$/, "").split("\n");
    const found = lines.filter((line) => patterns.some((one) => one.test(line)) !== asked.flags.has("v"));
    for (const line of found) call.out(`${prefix}${line.replace(/\r$/, "")}\r\n`);
    return found.length > 0;
  };
  let found = asked.files.length === 0 && look(await call.input.text(), "");
  for (const file of asked.files) {
    const data = await call.shell.files.read(absolutePath(file, call.shell.folder)).catch(() => undefined);
    if (data) found = look(data.toString(), asked.files.length > 1 ? `${file}:` : "") || found;
    else call.err(`FINDSTR: Cannot open ${file}\r\n`);
  }
  return found ? 0 : 1;
};
