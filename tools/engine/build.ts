import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { whyGoIsTooOld } from "./choose.ts";
import { buildArguments, type Module, MODULES, progressLine } from "./modules.ts";
import { freshStaging, NotOpen, place, staged, type Task } from "./place.ts";

/** How long one program may take to fetch and build, in milliseconds: the CLI takes 3 min 7 s on two cores. */
const BUILD_LIMIT_MS = 1_800_000;

/** What the module and build caches of all three programs need on disk, in bytes: 6 GB were seen. */
const CACHE_BYTES = 8e9;

const PROGRESS_EVERY_MS = 10_000;

/** Builds the missing pieces from their Go modules. Needs Go and a module proxy, nothing else. */
export async function fromModules(task: Task): Promise<void> {
  const { missing, at, env, say } = task;
  await requireGo(task);
  const go = await goFolders(env);
  try {
    const folder = await freshStaging(at);
    for (const module of MODULES.filter((one) => missing.includes(one.piece))) {
      await build(module, staged(module.file(at), at, folder), { ...env, ...go.env }, task);
      if (module.note) say(module.note);
    }
    if (missing.includes("engine")) await copyDynamicHost(staged(at.dynamicHost, at, folder));
    for (const piece of missing) await place(piece, at, "built");
  } finally {
    await rm(go.own, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function requireGo({ env, signal }: Task): Promise<void> {
  const { execa } = await import("execa");
  const asked = await execa("go", ["env", "GOVERSION", "GOTOOLCHAIN"], {
    env,
    extendEnv: false,
    stdin: "ignore",
    timeout: 30_000,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (asked.code === "ENOENT") throw new NotOpen("Go is not on the PATH");
  const [version = "", toolchain = ""] = asked.stdout.split("\n");
  if (asked.failed) throw new NotOpen(`"go env" failed: ${asked.stderr.trim().split("\n")[0] ?? ""}`);
  const old = whyGoIsTooOld(version.trim(), toolchain.trim());
  if (old) throw new NotOpen(old);
}

/**
 * Where Go works: in a temporary folder that is removed afterwards. Caches that the user named are used and kept.
 */
async function goFolders(env: NodeJS.ProcessEnv): Promise<{ env: Record<string, string>; own: string }> {
  const unset = (["GOMODCACHE", "GOCACHE"] as const).filter((name) => !env[name]);
  const space = await statfs(tmpdir());
  const free = space.bavail * space.bsize;
  if (unset.length > 0 && free < CACHE_BYTES) {
    throw new NotOpen(
      `the build needs ${gigabytes(CACHE_BYTES)} in ${tmpdir()}, ${gigabytes(free)} are free ` +
        "(TMPDIR, or GOMODCACHE and GOCACHE, can name another place)",
    );
  }
  const own = await mkdtemp(join(tmpdir(), "parallel-standby-go-"));
  // Go makes its module cache read-only, which would keep it from being removed.
  const flags = [env["GOFLAGS"], "-modcacherw"].filter(Boolean).join(" ");
  return {
    own,
    env: {
      ...Object.fromEntries(unset.map((name) => [name, join(own, name)])),
      ...(unset.includes("GOMODCACHE") ? { GOFLAGS: flags } : {}),
      GOTMPDIR: own,
    },
  };
}

async function build(
  module: Module,
  output: string,
  env: NodeJS.ProcessEnv,
  { say, signal }: Task,
): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  const began = Date.now();
  const seen = { fetched: 0, compiled: 0, last: [] as string[] };
  const progress = (): void => {
    say(progressLine(module.folder, seen.fetched, seen.compiled, (Date.now() - began) / 1000));
  };
  const { execa } = await import("execa");
  const running = execa("go", buildArguments(module, output), {
    cwd: join(import.meta.dirname, "modules", module.folder),
    env: { ...env, GOWORK: "off", CGO_ENABLED: "0" },
    extendEnv: false,
    stdin: "ignore",
    timeout: BUILD_LIMIT_MS,
    reject: false,
    buffer: false,
    cancelSignal: signal,
  });
  const timer = setInterval(progress, PROGRESS_EVERY_MS);
  try {
    for await (const line of running.iterable({ from: "stderr" })) {
      if (line.startsWith("go: downloading ")) seen.fetched += 1;
      else if (/^[\w.-]+(\/[^\s:]+)*$/.test(line)) seen.compiled += 1;
      else seen.last = [...seen.last, line].slice(-3);
    }
  } finally {
    clearInterval(timer);
  }
  const ended = await running;
  signal.throwIfAborted();
  progress();
  if (ended.timedOut) {
    throw new NotOpen(`${module.folder} was not built within ${String(BUILD_LIMIT_MS / 60_000)} minutes`);
  }
  if (ended.failed) {
    throw new NotOpen(
      `"go build" of ${module.folder} failed: ${seen.last.join(" ") || "it ended without a message"}`,
    );
  }
}

/** The host of dynamic providers is a script that comes with the npm package `@pulumi/pulumi`. */
async function copyDynamicHost(to: string): Promise<void> {
  const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  await copyFile(join(sdk, basename(to)), to, constants.COPYFILE_FICLONE);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
