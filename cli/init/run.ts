import * as fs from "node:fs/promises";
import * as path from "node:path";
import { CliError, UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { ownVersion } from "../version.ts";
import { answersIn, completed, wrongIn } from "./answers.ts";
import { projectFiles } from "./files.ts";
import { questions, type AnswerKey } from "./questions.ts";

type Given = Partial<Record<AnswerKey, string>>;

/** Writes an owner's project into a folder, from options, a file, or what is typed. */
export async function init(
  folder: string,
  options: Readonly<Record<string, string | true>>,
  terminal: Terminal,
): Promise<void> {
  const target = path.resolve(folder);
  const { answers: file, yes, package: spec } = options;
  const given: Given = {
    ...(typeof file === "string" ? answersIn(await textOf(file), file) : {}),
    ...Object.fromEntries(
      questions.flatMap(({ key }) => (typeof options[key] === "string" ? [[key, options[key]]] : [])),
    ),
  };
  refuse(wrongIn(given));
  // Asked in vain would be the worse order: what stands in the way is found first.
  await refuseExisting(target, Object.keys(projectFiles(completed(given), "")));
  const all = completed(yes === true ? given : { ...given, ...(await asked(given)) });
  refuse(wrongIn(all));
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

async function refuseExisting(target: string, names: readonly string[]): Promise<void> {
  const there = await Promise.all(
    names.map(async (name) => {
      const found = await fs.lstat(path.join(target, name)).catch(() => undefined);
      return found ? [name] : [];
    }),
  );
  const existing = there.flat();
  if (existing.length > 0)
    throw new CliError(
      `${target} holds ${existing.join(", ")} already, and nothing is ever overwritten. Choose another folder; nothing was written`,
    );
}

/** Asks what is not answered yet. Ctrl+C ends it, and nothing is written. */
async function asked(given: Given): Promise<Given> {
  if (!process.stdin.isTTY)
    throw new UsageError(
      "nobody can be asked here. Answer by options or --answers, and add --yes to take examples for the rest",
    );
  const { input } = await import("@inquirer/prompts");
  const answers: Given = {};
  try {
    for (const { key, asks, example, wrong } of questions) {
      if (given[key] !== undefined) continue;
      // A name server is only of use for an alias.
      if (key === "dnsServer" && (given.alias ?? answers.alias ?? "") === "") continue;
      const message = asks.charAt(0).toUpperCase() + asks.slice(1);
      answers[key] = await input({
        message,
        ...(example === "" ? {} : { default: example }),
        validate: (answer) => wrong(answer.trim()) ?? true,
      });
    }
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError")
      throw new CliError("stopped; nothing was written");
    throw error;
  }
  return answers;
}

const nextText = (folder: string, platform: NodeJS.Platform): string =>
  [
    "next:",
    `  cd ${folder}`,
    "  npm install",
    platform === "win32"
      ? "  copy secrets.ps1.example secrets.ps1     (fill it in, then: . .\\secrets.ps1)"
      : "  cp secrets.env.example secrets.env       (fill it in, then: set -a; . ./secrets.env; set +a)",
    "  npx parallel-standby hosts check         (prints the host keys for estate.ts)",
    "README.md in that folder has all further steps",
  ].join("\n");
