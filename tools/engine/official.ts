import { createRequire } from "node:module";
import { writeFile } from "node:fs/promises";
import { COMMAND_VERSION } from "./layout.ts";
import { engineEnv } from "./env.ts";
import { NotOpen, type Task } from "./place.ts";

/** Where Pulumi publishes its installer, as the npm package `pulumi` has it (its lib/download.js). */
export const OFFICIAL_RELEASE = "https://get.pulumi.com/install.sh";

/** How long the official release has to answer, in milliseconds. Whoever has it reachable sees it within one second. */
export const PROBE_LIMIT_MS = 4_000;

/** How long a download may take, in milliseconds: 100 MB over a line of 2 Mbit/s. */
const DOWNLOAD_LIMIT_MS = 600_000;

/**
 * Whether the official release answers, with the reason when it does not. Asked from a Node process of its own, because
 * only at its start does Node learn to go through the proxy that HTTPS_PROXY names.
 */
export async function whyNoOfficialRelease(
  signal: AbortSignal,
  url: string = OFFICIAL_RELEASE,
  limitMs: number = PROBE_LIMIT_MS,
): Promise<string | undefined> {
  const { execa } = await import("execa");
  const ask =
    "fetch(process.argv[1], { method: 'HEAD' }).then(" +
    "(r) => { console.log(r.ok ? 'open' : 'answered with HTTP ' + r.status); process.exit(0) }, " +
    "(e) => { console.log('cannot be reached: ' + (e.cause?.code ?? e.message)); process.exit(0) })";
  const ended = await execa(process.execPath, ["-e", ask, url], {
    env: { NODE_USE_ENV_PROXY: "1", NODE_OPTIONS: "" },
    stdin: "ignore",
    timeout: limitMs,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  const host = new URL(url).host;
  if (ended.timedOut) return `${host} did not answer within ${String(limitMs / 1000)} s`;
  const said = ended.stdout.trim();
  return said === "open" ? undefined : `${host} ${said || "could not be asked"}`;
}

/**
 * Fetches the missing pieces from the official release: the engine by the launcher of the npm package `pulumi`, the
 * provider by the engine.
 */
export async function fromOfficialRelease(task: Task): Promise<void> {
  if (task.missing.includes("engine")) {
    const launcher = createRequire(import.meta.url).resolve("pulumi/run.js");
    await download("the launcher of the npm package pulumi", process.execPath, [launcher, "version"], task);
    await writeFile(task.at.origin, "official\n");
  }
  if (task.missing.includes("command")) {
    const args = ["plugin", "install", "resource", "command", COMMAND_VERSION];
    await download(`pulumi ${args.join(" ")}`, task.pulumi, args, task);
  }
}

async function download(what: string, file: string, args: readonly string[], task: Task): Promise<void> {
  const { execa } = await import("execa");
  const ended = await execa(file, args, {
    env: { ...engineEnv(task.env, task.at.home, task.at.bin, true), NODE_USE_ENV_PROXY: "1" },
    extendEnv: false,
    stdin: "ignore",
    stdout: ["pipe", process.stderr],
    stderr: ["pipe", "inherit"],
    timeout: DOWNLOAD_LIMIT_MS,
    reject: false,
    cancelSignal: task.signal,
  });
  task.signal.throwIfAborted();
  if (!ended.failed) return;
  const said = ended.stderr.trim().split("\n").at(-1) ?? "";
  throw new NotOpen(
    ended.timedOut
      ? `the download did not end within ${String(DOWNLOAD_LIMIT_MS / 60_000)} minutes`
      : `${what} ended with ${said || `exit code ${String(ended.exitCode)}`}`,
  );
}
