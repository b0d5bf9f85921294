import { plain } from "./types.ts";
import { DiskError } from "../../types.ts";
import { systemError } from "./backup.ts";
import type { SqlInstance } from "./instance.ts";
import { runLogShippingAgent } from "./log-shipping-agents.ts";
import type { SystemRow } from "./system-table.ts";

/** How a job step ended. */
export interface StepResult {
  readonly isGood: boolean;
  readonly message: string;
  readonly number: number;
  readonly severity: number;
}
const good = (message: string): StepResult => ({ isGood: true, message, number: 0, severity: 0 });
const bad = (message: string, number = 0, severity = 0): StepResult => ({
  isGood: false,
  message,
  number,
  severity,
});

/** Runs a job step: T-SQL, or a command line of the host. */
export async function runStep(
  instance: SqlInstance,
  step: SystemRow,
  signal: AbortSignal,
): Promise<StepResult> {
  const command = plain(step["command"] ?? "");
  const subsystem = plain(step["subsystem"] ?? "TSQL").toUpperCase();
  if (subsystem === "TSQL") {
    const appName = `SQLAgent - TSQL JobStep (Job 0x${plain(step["job_id"]).replaceAll("-", "")} : Step ${Number(step["step_id"])})`;
    const result = await instance.run(tokens(command, instance), plain(step["database_name"] ?? "master"), {
      appName,
      signal,
    });
    const text = result.messages
      .map(
        (message) =>
          `${message.text} [SQLSTATE ${message.severity > 10 ? "42000" : "01000"}] (Message ${message.number})`,
      )
      .join("  ");
    const error = result.errors.at(-1);
    return error
      ? bad(
          result.errors.map((e) => `${e.text} [SQLSTATE 42000] (Error ${e.number})`).join("  "),
          error.number,
          error.severity,
        )
      : good(text);
  }
  if (subsystem === "CMDEXEC")
    return runCommand(instance, command, signal, Number(step["cmdexec_success_code"] ?? 0));
  return bad(`The subsystem ${subsystem} is not loaded.`);
}
/** Agent's tokens such as $(ESCAPE_SQUOTE(SRVR)). */
function tokens(command: string, instance: SqlInstance): string {
  return command.replace(/\$\((?:ESCAPE_\w+\()?(SRVR|MACH|INST)\)?\)/g, (_, name: string) =>
    name === "INST" ? "" : instance.serverName,
  );
}

/** The words of a command line; quotes hold a word together. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

async function runCommand(
  instance: SqlInstance,
  command: string,
  signal: AbortSignal,
  successCode: number,
): Promise<StepResult> {
  const [program = "", ...args] = words(command.trim());
  const name =
    program
      .split("\\")
      .at(-1)
      ?.toLowerCase()
      .replace(/\.exe$/, "") ?? "";
  if (name === "sqllogship") return runLogShippingAgent(instance, args, signal);
  if (instance.shell) {
    const { code, stdout, stderr } = await instance.shell(command);
    const text = `${stdout}${stderr}`.trim();
    return code === successCode
      ? good(`${text}.  Process Exit Code ${code}.`)
      : bad(`${text}.  Process Exit Code ${code}.`);
  }
  if (name === "cmd" && /^\/c$/i.test(args[0] ?? ""))
    return runCommand(
      instance,
      command.trim().replace(/^\S+\s+\/c\s+"?(.*?)"?$/i, "$1"),
      signal,
      successCode,
    );
  try {
    const { code, text } = await fileCommand(instance, name, args);
    return code === successCode
      ? good(`${text}.  Process Exit Code ${code}.`)
      : bad(`${text}.  Process Exit Code ${code}.`);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return bad(`${systemError(error.code)}.  Process Exit Code ${name === "robocopy" ? 16 : 1}.`);
  }
}

/** robocopy, copy, move, del, mkdir, echo: what jobs do with files, and the exit code that Windows gives. */
async function fileCommand(
  { disk }: SqlInstance,
  name: string,
  args: readonly string[],
): Promise<{ code: number; text: string }> {
  const paths = args.filter((arg) => !arg.startsWith("/"));
  const [from = "", to = ""] = paths;
  const join = (folder: string, file: string): string => `${folder.replace(/\\$/, "")}\\${file}`;
  const pattern = (text: string): RegExp =>
    new RegExp(
      `^${text
        .replace(/[.+^${}()|[\]]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
      "i",
    );
  switch (name) {
    case "echo":
    case "exit":
      return { code: name === "exit" ? Number(paths[0] ?? 0) : 0, text: args.join(" ") };
    case "robocopy": {
      const wanted = paths.slice(2).map(pattern);
      let copied = 0;
      for (const entry of await disk.list(from)) {
        if (
          entry.isFolder ||
          (wanted.length > 0 && !wanted.some((w) => w.test(entry.name))) ||
          (await disk.exists(join(to, entry.name)))
        )
          continue;
        await disk.write(join(to, entry.name), await disk.read(join(from, entry.name)));
        if (args.some((arg) => /^\/mov$/i.test(arg))) await disk.remove(join(from, entry.name));
        copied++;
      }
      return { code: copied > 0 ? 1 : 0, text: `Files copied: ${copied}` };
    }
    case "copy":
    case "move": {
      const folder = from.slice(0, Math.max(0, from.lastIndexOf("\\")));
      const file = from.slice(from.lastIndexOf("\\") + 1);
      const found = (await disk.list(folder)).filter(
        (entry) => !entry.isFolder && pattern(file).test(entry.name),
      );
      if (found.length === 0) return { code: 1, text: "The system cannot find the file specified" };
      const isFolder = found.length > 1 || file.includes("*") || to.endsWith("\\") || !/\.[^\\]*$/.test(to);
      for (const entry of found) {
        await disk.write(isFolder ? join(to, entry.name) : to, await disk.read(join(folder, entry.name)));
        if (name === "move") await disk.remove(join(folder, entry.name));
      }
      return { code: 0, text: `${found.length} file(s) ${name === "copy" ? "copied" : "moved"}` };
    }
    case "del":
      await disk.remove(from);
      return { code: 0, text: "" };
    case "mkdir":
    case "md":
      await disk.makeFolder(from);
      return { code: 0, text: "" };
    default:
      return {
        code: 1,
        text: `'${name}' is not recognized as an internal or external command, operable program or batch file`,
      };
  }
}
