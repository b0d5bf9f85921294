import { absolutePath, splitPath } from "../../disk/paths.ts";
import { win32Text } from "../win32.ts";
import { dir } from "./dir.ts";
import { callLabel, endLocal, setLocal } from "./batch.ts";
import { EndBatch, ExitShell, GoTo } from "./exit.ts";
import { matching } from "./wildcards.ts";
import { unquoted } from "./parse.ts";
import type { Call, Command, Shell } from "./shell.ts";

/** Paths among the arguments of a command of cmd.exe: quotes group, backslashes are plain. Switches are left out. */
function pathsOf(call: Call): readonly string[] {
  return (call.rest.match(/"[^"]*"|[^\s"]+/g) ?? [])
    .filter((word) => !word.startsWith("/"))
    .map((word) => absolutePath(unquoted(word), call.shell.folder));
}

const has = (call: Call, flag: string): boolean =>
  new RegExp(`(^|\\s)/${flag}(\\s|/|$)`, "i").test(call.rest);

const failed = (call: Call, code: number): number => {
  call.err(`${win32Text(code)}\r\n`);
  return 1;
};

const echo: Command = (call) => {
  const text = call.rest.slice(1);
  // That a batch file shows its own lines is not modelled.
  if (/^\s+(on|off)\s*$/i.test(call.rest)) return 0;
  if (call.rest.trim() === "") call.out("ECHO is on.\r\n");
  else call.out(`${text}\r\n`);
  return 0;
};

const type: Command = async (call) => {
  const paths = pathsOf(call);
  if (paths.length === 0) {
    call.err("The syntax of the command is incorrect.\r\n");
    return 1;
  }
  for (const path of paths) {
    const data = await call.shell.files.read(path);
    // A file in UTF-16 is shown as text, as `type` does.
    call.out(data[0] === 0xff && data[1] === 0xfe ? data.subarray(2).toString("utf16le") : data);
  }
  return 0;
};

const cd: Command = async (call) => {
  const target = unquoted(call.rest.replace(/(^|\s)\/d(?=\s|$)/i, " ").trim());
  if (target === "") {
    call.out(`${call.shell.folder}\r\n`);
    return 0;
  }
  const folder = absolutePath(target, call.shell.folder);
  if (folder.startsWith("\\\\")) {
    call.err(`'${folder}'\r\nCMD does not support UNC paths as current directories.\r\n`);
    return 1;
  }
  const there = folder.length === 3 || (await call.shell.files.stat(folder)).isFolder;
  if (!there) {
    call.err("The directory name is invalid.\r\n");
    return 1;
  }
  changeFolder(call.shell, folder, has(call, "d"));
  return 0;
};

/** Without /d, a folder on another drive does not become the current one. */
function changeFolder(shell: Shell, folder: string, alsoDrive: boolean): void {
  if (alsoDrive || folder.slice(0, 2) === shell.folder.slice(0, 2))
    shell.folder = folder.replace(/\\$/, (end) => (folder.length === 3 ? end : ""));
}

const makeFolder: Command = async (call) => {
  for (const path of pathsOf(call)) {
    if (await call.shell.files.exists(path)) {
      call.err(`A subdirectory or file ${path} already exists.\r\n`);
      return 1;
    }
    await call.shell.files.makeFolder(path);
  }
  return 0;
};

const removeFolder: Command = async (call) => {
  for (const path of pathsOf(call)) {
    if (!(await call.shell.files.exists(path))) {
      call.err("The system cannot find the file specified.\r\n");
      return 2;
    }
    if (!has(call, "s") && (await call.shell.files.list(path)).length > 0) {
      call.err("The directory is not empty.\r\n");
      return 145;
    }
    await call.shell.files.remove(path);
  }
  return 0;
};

const words = (call: Call): readonly string[] =>
  (call.rest.match(/"[^"]*"|[^\s"]+/g) ?? []).filter((word) => !/^\/\w/.test(word)).map(unquoted);

const remove: Command = async (call) => {
  for (const word of words(call)) {
    const targets = await matching(call.shell, word);
    for (const target of targets) {
      const path = absolutePath(target, call.shell.folder);
      // `del` of a file that is not there says so and still ends with 0.
      if (await call.shell.files.exists(path)) await call.shell.files.remove(path);
      else call.err(`Could Not Find ${path}\r\n`);
    }
  }
  return 0;
};

const copy: Command = async (call) => {
  const [from, to = "."] = words(call);
  if (from === undefined) {
    call.err("The syntax of the command is incorrect.\r\n");
    return 1;
  }
  const target = absolutePath(to, call.shell.folder);
  const sources = await matching(call.shell, from);
  const intoFolder =
    (await call.shell.files.exists(target)) && (await call.shell.files.stat(target)).isFolder;
  for (const source of sources) {
    const path = absolutePath(source, call.shell.folder);
    const { modifiedMs } = await call.shell.files.stat(path);
    const place = intoFolder ? `${target.replace(/\\$/, "")}\\${splitPath(path).name}` : target;
    await call.shell.files.write(place, await call.shell.files.read(path), modifiedMs);
  }
  call.out(`${String(sources.length).padStart(9)} file(s) copied.\r\n`);
  return sources.length > 0 ? 0 : failed(call, 2);
};

const move: Command = async (call) => {
  const [from, to] = pathsOf(call);
  if (from === undefined || to === undefined) {
    call.err("The syntax of the command is incorrect.\r\n");
    return 1;
  }
  const intoFolder = (await call.shell.files.exists(to)) && (await call.shell.files.stat(to)).isFolder;
  await call.shell.files.rename(from, intoFolder ? `${to}\\${splitPath(from).name}` : to);
  call.out("        1 file(s) moved.\r\n");
  return 0;
};

const rename: Command = async (call) => {
  const [from] = pathsOf(call);
  const name = words(call)[1];
  if (from === undefined || name === undefined || name.includes("\\")) {
    call.err("The syntax of the command is incorrect.\r\n");
    return 1;
  }
  const target = `${splitPath(from).folder}\\${name}`;
  if (await call.shell.files.exists(target)) {
    call.err("A duplicate file name exists, or the file\r\ncannot be found.\r\n");
    return 1;
  }
  await call.shell.files.rename(from, target);
  return 0;
};

const exit: Command = (call) => {
  const given = /-?\d+/.exec(call.rest)?.[0];
  const code = given === undefined ? call.shell.errorLevel : Number(given);
  if (call.shell.batch && has(call, "b")) throw new EndBatch(code);
  throw new ExitShell(code);
};

/** Outside of a batch file `goto` does nothing. */
const goTo: Command = (call) => {
  if (!call.shell.batch) return 0;
  const label = call.rest.trim().replace(/^:/, "").split(/[\s:]/)[0] ?? "";
  if (label.toUpperCase() === "EOF") throw new EndBatch(call.shell.errorLevel);
  throw new GoTo(label);
};

const callOther: Command = (call) => {
  const line = call.rest.trimStart();
  return line.startsWith(":")
    ? callLabel(line.slice(1), call.shell, call)
    : call.shell.host.runIn(line, call.shell, call);
};

const set: Command = (call) => {
  // With a quote before the name, the value ends at the last quote; without one, blanks belong to it.
  const [, name, value] =
    /^\s*"([^=]+)=(.*)"[^"]*$/.exec(call.rest) ?? /^\s*([^="]+)=(.*)$/.exec(call.rest) ?? [];
  if (name !== undefined) {
    if (value === undefined || value === "") call.shell.variables.delete(name.toUpperCase());
    else call.shell.variables.set(name.toUpperCase(), value);
    return 0;
  }
  const prefix = call.rest.trim().toUpperCase();
  const found = [...call.shell.variables].filter(([one]) => one.startsWith(prefix));
  for (const [one, text] of found) call.out(`${one}=${text}\r\n`);
  if (found.length > 0) return 0;
  call.err(`Environment variable ${call.rest.trim()} not defined\r\n`);
  return 1;
};

const ver: Command = (call) => {
  call.out(`\r\nMicrosoft Windows [Version ${call.shell.host.windowsVersion}]\r\n`);
  return 0;
};

const date: Command = (call) => {
  call.out(`${call.shell.host.localTime().toFormat("ccc MM/dd/yyyy")}\r\n`);
  return 0;
};

const time: Command = (call) => {
  call.out(`${call.shell.host.localTime().toFormat("hh:mm a")}\r\n`);
  return 0;
};

/** The commands of cmd.exe itself. */
export const builtIns: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["echo", echo],
  ["type", type],
  ["cd", cd],
  ["chdir", cd],
  ["dir", dir],
  ["md", makeFolder],
  ["mkdir", makeFolder],
  ["rd", removeFolder],
  ["rmdir", removeFolder],
  ["del", remove],
  ["erase", remove],
  ["copy", copy],
  ["move", move],
  ["ren", rename],
  ["rename", rename],
  ["exit", exit],
  ["set", set],
  ["ver", ver],
  ["date", date],
  ["time", time],
  ["rem", () => 0],
  ["call", callOther],
  ["goto", goTo],
  ["setlocal", (call) => setLocal(call.shell)],
  ["endlocal", (call) => endLocal(call.shell)],
]);
