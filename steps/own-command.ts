import * as fs from "node:fs";
import * as path from "node:path";

/** The verbs of this command line that do something, as sentences name them. */
export const verbs: readonly string[] = [
  "init",
  "hosts check",
  "guard status",
  "guard publish",
  "guard allow",
  "guard remove",
  "doctor",
  "journal init",
  "journal show",
  "journal verify",
  "journal adopt",
  "journal break-glass",
  "journal restore",
  "journal follow",
  "status",
  "readiness",
  "exercise",
  "declare",
  "withdraw",
  "mode",
  "waive",
  "abandon",
  "back",
  "reprotect",
  "approve",
  "decline",
  "skip",
  "drill declare",
  "drill sweep",
  "drill report",
  "run",
  "probe",
  "report",
  "runbook",
];

/** A command in a sentence: the name with a verb after it, and nothing before it that starts it already, or makes it the name of a task. */
const command = new RegExp(
  String.raw`(?<![\w./\\-]|npx |npx --no |/tn ")parallel-standby(?= (?:VERB|${verbs.join("|")})(?![\w-]))`,
  "g",
);

/** What is typed first in an owner's project, where npm has put the program. Without `--no` npx would fetch and run whatever a registry has by that name. */
export const inProject = "npx --no parallel-standby";

/** Sentences name commands by the program's plain name: here they get the words by which it is started. */
export const typedAs = (text: string, first: string): string => text.replace(command, () => first);

/** A folder of programs that npm adds to the PATH while a script or npx runs; a shell has it not. */
const ofNpm = /[\\/]node_modules[\\/]\.bin[\\/]?$/;

/** How this program is started in the shell with that environment: by its name where it is on the PATH, else by npx. */
export function firstWord(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  const folders = (env["PATH"] ?? "").split(platform === "win32" ? ";" : ":");
  const file = platform === "win32" ? "parallel-standby.cmd" : "parallel-standby";
  const isThere = folders.some(
    (folder) => folder !== "" && !ofNpm.test(folder) && fs.existsSync(path.join(folder, file)),
  );
  return isThere ? "parallel-standby" : inProject;
}

let first: string | undefined;

/** The text as it is typed in the shell of this process. The PATH is searched once: every line that is printed comes here. */
export const typedHere = (text: string): string =>
  typedAs(text, (first ??= firstWord(process.env, process.platform)));
