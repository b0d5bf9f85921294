import * as fs from "node:fs/promises";
import * as path from "node:path";
import { CliError, UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { ownVersion } from "../version.ts";
import { answersIn, completed, missingIn, wrongIn } from "./answers.ts";
import { projectFiles } from "./files.ts";
import { asked, promptHere, type Prompt } from "./ask.ts";
import type { Given } from "./keys.ts";
import { questions, type Question } from "./questions.ts";

/** How many names of what is in the way are told. */
const named = 3;

/** Writes an owner's project into a folder, from options, a file, or what is typed. */
export async function init(
  folder: string,
  options: Readonly<Record<string, string | true>>,
  terminal: Terminal,
  prompt?: Prompt,
): Promise<void> {
  const target = path.resolve(folder);
  const { answers: file, yes, package: spec } = options;
  const inFile = typeof file === "string" ? answersIn(await textOf(file), file) : {};
  const given: Given = {
    ...inFile,
    ...Object.fromEntries(
      questions.flatMap(({ key }) => (typeof options[key] === "string" ? [[key, options[key]]] : [])),
    ),
  };
  // In a file it is the key that people look for.
  const told = ({ key, flag }: Question): string =>
    key in inFile && typeof options[key] !== "string"
      ? `--answers ${String(file)}: ${JSON.stringify(key)}`
      : `--${flag}`;
  refuse(wrongIn(given, told));
  if (typeof spec === "string") await refuseAbsent(spec, target);
  // Asked in vain would be the worse order: what stands in the way is found first.
  await refuseFilled(target);
  const all = completed(yes === true ? given : await answered(given, prompt ?? (await promptHere())));
  refuse(wrongIn(all, told));
  const files = projectFiles(all, typeof spec === "string" ? spec : `^${ownVersion()}`);
  for (const [name, content] of Object.entries(files)) {
    const at = path.join(target, name);
    await fs.mkdir(path.dirname(at), { recursive: true });
    await fs.writeFile(at, content, { flag: "wx" });
  }
  terminal.out(`wrote ${String(Object.keys(files).length)} files to ${target}`);
  terminal.out(nextText(folder, terminal.platform));
}

function refuse(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
}

const textOf = (file: string): Promise<string> =>
  fs.readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(
      `--answers ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });

/** A package in a file that is not there would be found only by `npm install`, in a project that is written by then. */
async function refuseAbsent(spec: string, target: string): Promise<void> {
  // npm takes a relative path from the project's folder on, and `~` for the home folder.
  const file = /^file:(?!\/\/|~)(.+)$/.exec(spec)?.[1];
  if (file === undefined) return;
  const at = path.resolve(target, file);
  await fs.access(at).catch(() => {
    throw new UsageError(
      `--package ${spec}: there is no ${at}; nothing was written. Make it with "npm run build" and "npm pack ./dist" in the folder of parallel-standby, and name it from its root (a relative path counts from the new folder)`,
    );
  });
}

/** A new folder or an empty one; what git keeps there is in nobody's way. */
async function refuseFilled(target: string): Promise<void> {
  const found = await fs.readdir(target).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    throw new CliError(
      `${target} ${code === "ENOTDIR" ? "is a file, not a folder" : `can't be read (${String(code)})`}. Choose another folder; nothing was written`,
    );
  });
  const inTheWay = found.filter((name) => name !== ".git").toSorted();
  if (inTheWay.length === 0) return;
  const more = inTheWay.length > named ? ` and ${String(inTheWay.length - named)} more` : "";
  throw new CliError(
    `${target} is not empty: it holds ${inTheWay.slice(0, named).join(", ")}${more}, and init writes into a new or an empty folder only. Choose another one; nothing was written`,
  );
}

/** What is typed at the prompt; without one, only what has a default may be left unsaid. */
async function answered(given: Given, prompt: Prompt | undefined): Promise<Given> {
  if (prompt) return asked(given, prompt);
  const missing = missingIn(given);
  if (missing.length > 0)
    throw new UsageError(
      `nobody can be asked here, and these are not answered: ${missing.join(", ")}. Give them as options or in --answers, or add --yes to take examples for them; nothing was written`,
    );
  return given;
}

/** A folder as a shell of that platform takes it. */
const quoted = (folder: string, platform: NodeJS.Platform): string =>
  /^[\w./\\:~-]+$/.test(folder)
    ? folder
    : platform === "win32"
      ? `'${folder.replaceAll("'", "''")}'`
      : `'${folder.replaceAll("'", `'\\''`)}'`;

const nextText = (folder: string, platform: NodeJS.Platform): string =>
  [
    "next:",
    `  cd ${quoted(folder, platform)}`,
    "  npm install",
    platform === "win32"
      ? "  copy secrets.ps1.example secrets.ps1     (fill it in, then: . .\\secrets.ps1)"
      : "  cp secrets.env.example secrets.env       (fill it in, then: set -a; . ./secrets.env; set +a)",
    "  npx --no parallel-standby hosts check         (prints the host keys for estate.ts)",
    "README.md in that folder has all further steps",
  ].join("\n");
