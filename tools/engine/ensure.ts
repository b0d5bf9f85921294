import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  nameOf,
  nextRoute,
  noWayOpen,
  type Route,
  routeName,
  tookLine,
  type Tried,
  type Way,
} from "./choose.ts";
import { engineEnv, type Environment } from "./env.ts";
import { engineOnPath, missingPieces, type OnPath, originOf } from "./installed.ts";
import { ENGINE_VERSION, homeOf, type Places, places } from "./layout.ts";
import type { Task } from "./place.ts";

/** The engine, ready to run. */
export interface Engine {
  /** How it came to be there in this call: `installed` when there was nothing to do. */
  readonly way: Way;
  readonly version: string;
  /** The whole environment to run `pulumi` in: the caller's own, with this engine first on the PATH. */
  readonly env: Environment;
  /** The program. */
  readonly pulumi: string;
}

/** What `ensureEngine` may be told. */
export interface EnsureOptions {
  /** The environment to look into (PATH, PULUMI_HOME, PULUMI_ENGINE). This process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Hears one line for each thing that happens, without a line end. Standard error by default. */
  readonly say?: (line: string) => void;
  /** Ends a download or a build, and removes what it left. */
  readonly signal?: AbortSignal;
  /** The address whose answer shows that the official release can be reached. Pulumi's own by default. */
  readonly officialRelease?: string;
}

/** Another process may be building: it takes ten minutes on a slow machine. */
const LOCK_WAIT_MS = 2_400_000;
const LOCK_TRY_EVERY_MS = 100;

/**
 * Makes sure that the Pulumi engine, its language host for Node and the provider of `@pulumi/command` are on this
 * machine, and gives the environment to run them in. Where they are, it looks at a few files and is done. Else it takes
 * the archive named in PULUMI_ENGINE, or the official release where that can be reached, or builds them from their Go
 * modules. Callers on one machine wait for each other.
 *
 * @throws with one sentence that says what was tried and what to do, when no way is open.
 */
export async function ensureEngine(options: EnsureOptions = {}): Promise<Engine> {
  const env = options.env ?? process.env;
  const at = places(homeOf(env));
  const missing = await missingPieces(at);
  if (missing.length === 0) return await inPlace(at, env, "installed");
  const asked: Asked = {
    ...options,
    env,
    say: options.say ?? toStandardError,
    signal: options.signal ?? new AbortController().signal,
  };
  const onPath = missing.includes("engine") ? await engineOnPath(env, at.home, asked.signal) : undefined;
  if (onPath && !missing.includes("command")) return installed(onPath, at, env);
  return await locked(at, asked.say, () => fill(at, onPath, asked));
}

type Asked = EnsureOptions & Pick<Task, "env" | "say" | "signal">;

async function fill(at: Places, onPath: OnPath | undefined, asked: Asked): Promise<Engine> {
  const { env, say } = asked;
  const missing = (await missingPieces(at)).filter((piece) => !(onPath && piece === "engine"));
  if (missing.length === 0) return onPath ? installed(onPath, at, env) : await inPlace(at, env, "installed");
  const archive = env["PULUMI_ENGINE"];
  const task: Task = { missing, at, env, say, signal: asked.signal, pulumi: onPath?.pulumi ?? at.pulumi };
  const tried: Tried[] = [];
  try {
    for (let route = nextRoute(archive, tried); route; route = nextRoute(archive, tried)) {
      const why = await attempt(route, task, asked.officialRelease);
      if (why === undefined)
        return onPath ? installed(onPath, at, env, route) : await inPlace(at, env, route);
      say(`${routeName(route)}: ${why}`);
      tried.push({ route, why });
    }
  } finally {
    await rm(at.staging, { recursive: true, force: true });
  }
  throw new Error(noWayOpen(missing, tried));
}

/** Tries one way. Gives the reason when it is not open; whatever else goes wrong is thrown. */
async function attempt(route: Route, task: Task, officialRelease?: string): Promise<string | undefined> {
  const { NotOpen } = await import("./place.ts");
  try {
    if (route === "archive") {
      const { fromArchive } = await import("./archive.ts");
      await fromArchive(task.env["PULUMI_ENGINE"] ?? "", task);
    } else if (route === "official") {
      const { fromOfficialRelease, whyNoOfficialRelease } = await import("./official.ts");
      const closed = await whyNoOfficialRelease(task.signal, officialRelease);
      if (closed) return closed;
      await fromOfficialRelease(task);
    } else {
      task.say(
        `building ${task.missing.map(nameOf).join(" and ")} from Go modules; once, for five to ten minutes`,
      );
      const { fromModules } = await import("./build.ts");
      await fromModules(task);
    }
  } catch (error) {
    if (error instanceof NotOpen) return error.message;
    throw error;
  }
  const still = (await missingPieces(task.at)).filter((piece) => task.missing.includes(piece));
  return still.length === 0 ? undefined : `it ended without ${still.map(nameOf).join(" and ")}`;
}

async function locked<T>(at: Places, say: Task["say"], work: () => Promise<T>): Promise<T> {
  const { lock } = await import("proper-lockfile");
  await mkdir(at.home, { recursive: true });
  const take = (retries: number): Promise<() => Promise<void>> =>
    lock(at.home, {
      lockfilePath: at.lock,
      stale: 30_000,
      retries: { retries, factor: 1, minTimeout: LOCK_TRY_EVERY_MS, maxTimeout: LOCK_TRY_EVERY_MS },
    });
  const release = await take(0).catch(async (error: unknown) => {
    if (!isLocked(error)) throw error;
    say(`waiting for another process that is putting the engine into ${at.home}`);
    return await take(LOCK_WAIT_MS / LOCK_TRY_EVERY_MS);
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

async function inPlace(at: Places, env: NodeJS.ProcessEnv, way: Way): Promise<Engine> {
  const origin = await originOf(at);
  const mayFetch = origin !== "archive" && origin !== "built";
  return { way, version: ENGINE_VERSION, pulumi: at.pulumi, env: engineEnv(env, at.home, at.bin, mayFetch) };
}

function installed(found: OnPath, at: Places, env: NodeJS.ProcessEnv, way: Way = "installed"): Engine {
  const mayFetch = way === "installed" || way === "official";
  return { way, ...found, env: engineEnv(env, at.home, dirname(found.pulumi), mayFetch) };
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** `node tools/engine/ensure.ts [-- command …]`: ensures the engine, then runs the command in its environment. */
async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort(new Error("interrupted; what was begun has been removed"));
  };
  // Not `once`: the lock's own handler ends the process where no other handler is left.
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  let engine: Engine;
  try {
    engine = await ensureEngine({ signal: stop.signal });
  } catch (error) {
    toStandardError(error instanceof Error ? error.message : String(error));
    return stop.signal.aborted ? 130 : 1;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  const [command, ...rest] = args[0] === "--" ? args.slice(1) : args;
  if (command === undefined) {
    toStandardError(tookLine(engine.way, engine.version, engine.pulumi));
    return 0;
  }
  if (engine.way !== "installed") toStandardError(tookLine(engine.way, engine.version, engine.pulumi));
  const { execa } = await import("execa");
  const ended = await execa(command, rest, {
    env: engine.env,
    extendEnv: false,
    stdio: "inherit",
    reject: false,
  });
  if (ended.code === "ENOENT") toStandardError(`${command} is not on the PATH`);
  return ended.exitCode ?? 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
