import { absolutePath } from "../../disk/paths.ts";
import { EndBatch, ExitShell, GoTo } from "./exit.ts";
import { CmdSyntaxError } from "./parse.ts";
import { batchArguments, runParsed, variable } from "./run.ts";
import type { Batch, Shell, Streams } from "./shell.ts";

/** The batch file that a word names, with or without its extension; undefined where there is none. */
export async function batchFile(asked: string, shell: Shell): Promise<string | undefined> {
  const named = /\.(cmd|bat)$/i.test(asked) ? [asked] : [`${asked}.bat`, `${asked}.cmd`];
  for (const name of named) {
    const path = absolutePath(name, shell.folder);
    if (await shell.files.exists(path).catch(() => false)) return path;
  }
  return undefined;
}

/** Runs a batch file from its first line to its end; gives its exit code. Variables that it sets stay, but for `setlocal`. */
export async function runBatch(
  path: string,
  args: readonly string[],
  shell: Shell,
  streams: Streams,
): Promise<number> {
  const lines = (await shell.files.read(path)).toString("latin1").split(/\r?\n/);
  return within({ path, lines, args, next: 0, kept: [] }, shell, streams);
}

/** `call :label args`: runs from that label to the end of the file or to `exit /b`, and comes back. */
export async function callLabel(line: string, shell: Shell, streams: Streams): Promise<number> {
  const { batch } = shell;
  if (!batch) {
    streams.err("Invalid attempt to call batch label outside of batch script.\r\n");
    return 1;
  }
  const label = /^[^\s,;=]+/.exec(line)?.[0] ?? "";
  const next = lineAfter(label, batch);
  if (next === undefined) return noLabel(label, streams);
  const args = [`:${label}`, ...batchArguments(line.slice(label.length))];
  return within({ ...batch, args, next, kept: [] }, shell, streams);
}

/** `setlocal`: what is set from here on is forgotten at `endlocal`, or when the batch file ends. */
export function setLocal({ batch, variables }: Shell): number {
  batch?.kept.push(new Map(variables));
  return 0;
}

/** `endlocal`. */
export function endLocal({ batch, variables }: Shell): number {
  const kept = batch?.kept.pop();
  if (kept) {
    variables.clear();
    for (const [name, value] of kept) variables.set(name, value);
  }
  return 0;
}

async function within(batch: Batch, shell: Shell, streams: Streams): Promise<number> {
  const outer = shell.batch;
  const loops = new Map(shell.loops);
  shell.loops.clear();
  shell.batch = batch;
  try {
    await lines(batch, shell, streams);
  } finally {
    while (batch.kept.length > 0) endLocal(shell);
    shell.batch = outer;
    for (const [letter, value] of loops) shell.loops.set(letter, value);
  }
  return shell.errorLevel;
}

async function lines(batch: Batch, shell: Shell, streams: Streams): Promise<void> {
  for (let line = nextLine(batch); line !== undefined; line = nextLine(batch)) {
    if (shell.signal.aborted) return;
    try {
      const expanded = expanding(line, batch, shell);
      if (expanded.trim() !== "") shell.errorLevel = await runParsed(expanded, shell, streams);
    } catch (error) {
      if (error instanceof EndBatch) {
        shell.errorLevel = error.code;
        return;
      }
      if (error instanceof GoTo) {
        const next = lineAfter(error.label, batch);
        if (next === undefined) {
          shell.errorLevel = noLabel(error.label, streams);
          return;
        }
        batch.next = next;
      } else if (error instanceof CmdSyntaxError) {
        // A line that cannot be read ends the batch file.
        streams.err(`${error.message}\r\n`);
        throw new ExitShell(255);
      } else throw error;
    }
  }
}

/** The next command: a line, and those after it while a bracket is open. Labels and remarks are passed over. */
function nextLine(batch: Batch): string | undefined {
  for (;;) {
    let line = batch.lines[batch.next];
    if (line === undefined) return undefined;
    batch.next++;
    if (/^[\s@]*(:|rem(\s|$))/i.test(line)) continue;
    while (open(line) > 0 && batch.next < batch.lines.length) {
      line += `\n${batch.lines[batch.next] ?? ""}`;
      batch.next++;
    }
    return line;
  }
}

/** How many brackets are open at the end of a line; only `if`, `for` and a bracket itself begin a block. */
function open(line: string): number {
  if (!/^[\s@]*(if\s|for\s|\()/i.test(line)) return 0;
  let [depth, quoted] = [0, false];
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "\n") quoted = false;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "^") at++;
    else if (!quoted && char === "(") depth++;
    else if (!quoted && char === ")") depth--;
  }
  return depth;
}

const lineAfter = (label: string, { lines: all }: Batch): number | undefined => {
  const at = all.findIndex(
    (line) => /^\s*:([^\s:+]+)/.exec(line)?.[1]?.toUpperCase() === label.toUpperCase(),
  );
  return at < 0 ? undefined : at + 1;
};

function noLabel(label: string, streams: Streams): number {
  streams.err(`The system cannot find the batch label specified - ${label}\r\n`);
  return 1;
}

/**
 * Expands a line of a batch file as cmd.exe does before it reads it: `%%` is one sign, `%1` an argument, `%~1` without
 * quotes, `%NAME:~0,19%` a part, `%NAME:*x=y%` all to the first x replaced. What is not set becomes nothing, but what
 * follows the colon stays as text.
 */
function expanding(line: string, batch: Batch, shell: Shell): string {
  const pattern = /%%|%(~?)(dp|f)?([0-9*])|%([^%\s:=][^%\n:=]*?)(?::([^%\n]*))?%|%/g;
  return line.replaceAll(pattern, (whole: string, ...found: unknown[]) => {
    const [bare, part, number, name, change] = found as readonly (string | undefined)[];
    if (whole === "%%") return "%";
    if (number !== undefined) return argument(batch, bare === "~", part, number);
    if (name === undefined) return "";
    const value = variable(shell, name.toUpperCase());
    if (change === undefined) return value ?? "";
    return value === undefined ? change : changed(value, change);
  });
}

function argument({ path, args }: Batch, bare: boolean, part: string | undefined, number: string): string {
  if (number === "*") return args.slice(1).join(" ");
  if (number === "0" && part !== undefined)
    return part.toLowerCase() === "dp" ? path.slice(0, path.lastIndexOf("\\") + 1) : path;
  const given = args[Number(number)] ?? "";
  return bare ? given.replace(/^"(.*)"$/, "$1") : given;
}

function changed(value: string, change: string): string {
  const cut = /^~(-?\d+)(?:,(-?\d+))?$/.exec(change);
  if (cut) {
    const start = Number(cut[1]);
    const from = start < 0 ? Math.max(0, value.length + start) : start;
    const length = cut[2] === undefined ? value.length : Number(cut[2]);
    return length < 0 ? value.slice(from, length) : value.slice(from, from + length);
  }
  const [, all, wanted = "", put = ""] = /^(\*?)([^=]+)=(.*)$/.exec(change) ?? [];
  const at = value.toUpperCase().indexOf(wanted.toUpperCase());
  if (at < 0 || wanted === "") return value;
  if (all === "*") return put + value.slice(at + wanted.length);
  return value.replaceAll(new RegExp(wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), () => put);
}
