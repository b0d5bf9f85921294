import { absolutePath } from "../../disk/paths.ts";
import { DiskError } from "../../types.ts";
import { win32Text } from "../win32.ts";
import { builtIns } from "./built-ins.ts";
import {
  CmdSyntaxError,
  expandVariables,
  type Node,
  parseLine,
  type Redirect,
  splitArguments,
  unquoted,
} from "./parse.ts";
import { type Call, type Command, Input, type Shell, type Streams } from "./shell.ts";
import { batchFile, runBatch } from "./batch.ts";
import { ExitShell } from "./exit.ts";
import { loop, withLoops } from "./loop.ts";

/** The longest command line that cmd.exe takes, in characters (Microsoft: "Command prompt line string limitation"). */
const longestLine = 8191;

/** Runs one line as `cmd.exe /c` does and gives its exit code. */
export async function runLine(line: string, shell: Shell, streams: Streams): Promise<number> {
  if (line.length > longestLine) {
    streams.err("The command line is too long.\r\n");
    return 1;
  }
  try {
    shell.errorLevel = await runNode(
      parseLine(expandVariables(line, (name) => variable(shell, name))),
      shell,
      streams,
    );
  } catch (error) {
    if (error instanceof ExitShell) shell.errorLevel = error.code;
    else if (error instanceof CmdSyntaxError) {
      streams.err(`${error.message}\r\n`);
      shell.errorLevel = 1;
    } else throw error;
  }
  return shell.errorLevel;
}

/** Runs a line of a batch file, in which variables are expanded already. */
export const runParsed = (line: string, shell: Shell, streams: Streams): Promise<number> =>
  runNode(parseLine(line), shell, streams);

/** The value of a variable, those that cmd.exe makes up among them. */
export function variable(shell: Shell, name: string): string | undefined {
  if (name === "ERRORLEVEL") return String(shell.errorLevel);
  if (name === "CD") return shell.folder;
  const now = shell.host.localTime();
  if (name === "DATE") return now.toFormat("ccc MM/dd/yyyy");
  if (name === "TIME")
    return now.toFormat("HH:mm:ss.").padStart(9) + String(Math.floor(now.millisecond / 10)).padStart(2, "0");
  return shell.variables.get(name);
}

async function runNode(node: Node, shell: Shell, streams: Streams): Promise<number> {
  if (shell.signal.aborted) return 1;
  switch (node.kind) {
    case "list": {
      const code = await runNode(node.left, shell, streams);
      shell.errorLevel = code;
      if ((node.op === "&&" && code !== 0) || (node.op === "||" && code === 0)) return code;
      return runNode(node.right, shell, streams);
    }
    case "pipe": {
      let passed = "";
      await runNode(node.left, shell, { ...streams, out: (data) => void (passed += data.toString()) });
      return runNode(node.right, shell, { ...streams, input: Input.of(passed) });
    }
    case "if": {
      const met = await holds(node.condition, shell);
      if (met !== node.negated) return runNode(node.body, shell, streams);
      return node.otherwise ? runNode(node.otherwise, shell, streams) : shell.errorLevel;
    }
    case "for":
      return loop(node, shell, streams, runNode, runLine);
    case "group":
      return redirected(node.redirects, shell, streams, (inner) => runNode(node.body, shell, inner));
    case "command":
      return redirected(node.redirects, shell, streams, (inner) => runCommand(node.text, shell, inner));
  }
}

async function holds(condition: (Node & { kind: "if" })["condition"], shell: Shell): Promise<boolean> {
  switch (condition.kind) {
    case "exist":
      return shell.files
        .exists(absolutePath(withLoops(condition.path, shell), shell.folder))
        .catch(() => false);
    case "errorlevel":
      return shell.errorLevel >= condition.atLeast;
    case "defined":
      return variable(shell, withLoops(condition.name, shell)) !== undefined;
    case "equal":
    case "compare": {
      const cased = (text: string): string =>
        condition.ignoreCase ? withLoops(text, shell).toUpperCase() : withLoops(text, shell);
      const [left, right] = [cased(condition.left), cased(condition.right)];
      return condition.kind === "equal" ? left === right : compares(left, condition.op, right);
    }
  }
}

/** Numbers where both are, else texts, as cmd.exe compares. */
function compares(left: string, op: string, right: string): boolean {
  const number = /^-?\d+$/;
  const order =
    number.test(left) && number.test(right)
      ? Number(left) - Number(right)
      : left < right
        ? -1
        : left > right
          ? 1
          : 0;
  const holds: Readonly<Record<string, boolean>> = {
    EQU: order === 0,
    NEQ: order !== 0,
    LSS: order < 0,
    LEQ: order <= 0,
    GTR: order > 0,
    GEQ: order >= 0,
  };
  return holds[op] === true;
}

/** Runs with the redirections in force; what goes to files is written when the command has ended. */
async function redirected(
  redirects: readonly Redirect[],
  shell: Shell,
  streams: Streams,
  work: (streams: Streams) => Promise<number>,
): Promise<number> {
  const files: { readonly path: string; readonly parts: Buffer[] }[] = [];
  let { input, out, err } = streams;
  try {
    for (const { stream, to: written } of redirects) {
      const to = "file" in written ? { ...written, file: withLoops(written.file, shell) } : written;
      if ("stream" in to) {
        if (stream === 2) err = to.stream === 1 ? out : err;
        else if (stream === 1) out = to.stream === 2 ? err : out;
        continue;
      }
      const isNul = to.file.toUpperCase() === "NUL";
      if (stream === 0) {
        input = Input.of(
          isNul ? "" : (await shell.files.read(absolutePath(to.file, shell.folder))).toString(),
        );
        continue;
      }
      const parts: Buffer[] = [];
      if (!isNul) {
        const path = absolutePath(to.file, shell.folder);
        if (to.append && (await shell.files.exists(path))) parts.push(await shell.files.read(path));
        await shell.files.write(path, Buffer.concat(parts));
        files.push({ path, parts });
      }
      const sink = (data: string | Buffer): void => void parts.push(Buffer.from(data));
      if (stream === 1) out = sink;
      else err = sink;
    }
    const code = await work({ input, out, err });
    for (const { path, parts } of files) await shell.files.write(path, Buffer.concat(parts));
    return code;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    streams.err(`${win32Text(error.code)}\r\n`);
    return 1;
  }
}

async function runCommand(text: string, shell: Shell, streams: Streams): Promise<number> {
  const line = withLoops(text, shell).trimStart();
  const word = /^[a-z]+(?=$|[\s/.,;=:\\(])/i.exec(line)?.[0];
  const builtIn = word === undefined ? undefined : builtIns.get(word.toLowerCase());
  if (word !== undefined && builtIn) return call(builtIn, line.slice(word.length), shell, streams);

  const name = /^("[^"]*"|[^\s/,;=]+)/.exec(line)?.[0] ?? "";
  const rest = line.slice(name.length);
  const asked = unquoted(name);
  if (/^(.*\\)?cmd(\.exe)?$/i.test(asked)) return nested(rest, shell, streams);
  const command = shell.host.command(asked);
  if (command) return call(command, rest, shell, streams);
  const batch = await batchFile(asked, shell);
  if (batch !== undefined) return runBatch(batch, [asked, ...batchArguments(rest)], shell, streams);
  if (
    asked.includes("\\") &&
    !(await shell.files.exists(absolutePath(`${asked}\\..`, shell.folder)).catch(() => false))
  ) {
    streams.err("The system cannot find the path specified.\r\n");
    return 1;
  }
  streams.err(
    `'${asked}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n`,
  );
  return 1;
}

/** Words after a batch file's name, with their quotes: `%1` keeps them, `%~1` does not. */
export const batchArguments = (rest: string): readonly string[] =>
  rest.match(/(?:"[^"]*"|[^\s",;=])+/g) ?? [];

async function call(command: Command, rest: string, shell: Shell, streams: Streams): Promise<number> {
  const made: Call = { ...streams, rest, args: splitArguments(rest), shell };
  try {
    return await command(made);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    streams.err(`${win32Text(error.code)}\r\n`);
    return 1;
  }
}

/**
 * `cmd /c line`, as `cmd /?` says: its outer quotes go, but where they are the only two, hold a blank and no special sign,
 * and name a program.
 */
async function nested(rest: string, shell: Shell, streams: Streams): Promise<number> {
  const line = /^\s*(?:\/[a-bd-z]\S*\s+)*\/c\s*(.*)$/is.exec(rest)?.[1];
  if (line === undefined) {
    for (let next = await streams.input.line(); next !== undefined; next = await streams.input.line()) {
      await runLine(next, shell, streams);
    }
    return shell.errorLevel;
  }
  const quoted = /^"([^"&<>()@^|]*\s[^"&<>()@^|]*)"\s*$/.exec(line)?.[1];
  const isProgram =
    quoted !== undefined &&
    (shell.host.command(quoted) !== undefined || (await batchFile(quoted, shell)) !== undefined);
  const bare = line.startsWith('"') && !isProgram ? line.slice(1).replace(/"([^"]*)$/, "$1") : line;
  const own = { variables: new Map(shell.variables), loops: new Map<string, string>(), batch: undefined };
  return runLine(withLoops(bare, shell), { ...shell, ...own }, streams);
}
