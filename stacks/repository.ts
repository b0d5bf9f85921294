import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Repository } from "../journal/repository.ts";

/** How long git may take. A move does not wait for a repository on a slow share. */
const limitMs = 2_000;

/** Asks a program for its standard output; rejects where it can't be started, ends otherwise than with 0, or takes too long. */
export type Ask = (command: string, args: readonly string[]) => Promise<string>;

/**
 * The commit of the repository that a folder lies in, and how many files are not as committed. Never throws, and never
 * writes: without git, without a repository or without an answer in 2 seconds it says so.
 */
export async function repositoryOf(folder: string, ask: Ask = git): Promise<Repository> {
  try {
    return statusOf(
      await ask("git", ["-C", folder, "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch"]),
    );
  } catch (error) {
    return { unknown: why(error) };
  }
}

const git: Ask = async (command, args) => {
  const { stdout } = await promisify(execFile)(command, args, {
    // No question, and no lock: somebody may commit at this moment. Of the environment only what git needs.
    env: { ...needed(process.env), GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
    timeout: limitMs,
    killSignal: "SIGKILL",
    windowsHide: true,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
};

/** Where git finds itself and its settings, on Windows and Linux; an environment holds secrets, too. */
const needed = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) =>
      /^(path|pathext|home|homedrive|homepath|userprofile|appdata|programdata|systemroot|windir|temp|tmp|xdg_config_home)$/i.test(
        name,
      ),
    ),
  );

/** Reads `git status --porcelain=v2 --branch`: https://git-scm.com/docs/git-status, "Porcelain Format Version 2". */
function statusOf(text: string): Repository {
  const lines = text.split("\n").filter((line) => line !== "");
  const commit = lines.flatMap((line) => /^# branch\.oid ([0-9a-f]{40,64})$/.exec(line)?.[1] ?? [])[0];
  if (commit === undefined) return { unknown: "the repository has no commit yet" };
  return { commit, changedFiles: lines.filter((line) => !line.startsWith("#")).length };
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return "git could not be asked";
  const { code, killed } = error as Error & { readonly code?: unknown; readonly killed?: boolean };
  if (code === "ENOENT") return "git is not installed on the runner";
  if (killed === true) return `git did not answer within ${String(limitMs / 1000)} s`;
  if (/not a git repository/i.test(error.message)) return "the estate is in no git repository";
  const last = error.message.trim().split("\n").at(-1) ?? "";
  return `git: ${last.replace(/^fatal: /, "").slice(0, 200)}`;
}
