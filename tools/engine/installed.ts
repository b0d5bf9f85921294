import { constants } from "node:fs";
import { access, readFile, realpath, stat } from "node:fs/promises";
import { delimiter, join, sep } from "node:path";
import { engineFits } from "./choose.ts";
import { filesOf, type Piece, type Places } from "./layout.ts";
import { engineEnv } from "./env.ts";

/** How long `pulumi version` may take, in milliseconds: it needs 0.15 s; a shim that asks for input never ends. */
const VERSION_LIMIT_MS = 10_000;

/** An engine that somebody installed. */
export interface OnPath {
  readonly pulumi: string;
  /** As it prints it, without the `v`: `3.270.0`. */
  readonly version: string;
}

/** Which pieces are not in their places under a Pulumi home. Reads only file names: a few milliseconds. */
export async function missingPieces(at: Places): Promise<Piece[]> {
  const [engine, command, partial] = await Promise.all([
    wholePiece("engine", at),
    wholePiece("command", at),
    stat(at.pluginPartial).then(
      () => true,
      () => false,
    ),
  ]);
  return [...(engine ? [] : (["engine"] as const)), ...(command && !partial ? [] : (["command"] as const))];
}

/** How this tool once put the engine there, if it was this tool. */
export async function originOf(at: Places): Promise<string | undefined> {
  return readFile(at.origin, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * A `pulumi` on the PATH that is new enough. The launcher of the npm package `pulumi`, which is on the PATH of every npm
 * script, is passed over: it is no engine, it fetches one.
 */
export async function engineOnPath(
  env: NodeJS.ProcessEnv,
  home: string,
  signal: AbortSignal,
): Promise<OnPath | undefined> {
  for (const pulumi of await candidates(env)) {
    const version = await versionOf(pulumi, env, home, signal);
    if (version !== undefined && engineFits(version)) return { pulumi, version };
  }
  return undefined;
}

/** What `pulumi version` prints, without the `v`; undefined when it does not run. */
export async function versionOf(
  pulumi: string,
  env: NodeJS.ProcessEnv,
  home: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { execa } = await import("execa");
  const ended = await execa(pulumi, ["version"], {
    env: engineEnv(env, home, join(pulumi, ".."), false),
    extendEnv: false,
    stdin: "ignore",
    timeout: VERSION_LIMIT_MS,
    reject: false,
    cancelSignal: signal,
  });
  return ended.failed ? undefined : /^v?(\d+\.\d+\.\d+\S*)/m.exec(ended.stdout)?.[1];
}

async function candidates(env: NodeJS.ProcessEnv): Promise<string[]> {
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const file = process.platform === "win32" ? "pulumi.exe" : "pulumi";
  const found: string[] = [];
  for (const folder of new Set((env[name] ?? "").split(delimiter))) {
    const path = join(folder, file);
    if (folder === "" || !(await runnable(path))) continue;
    const real = await realpath(path);
    if (!real.includes(`${sep}node_modules${sep}`)) found.push(path);
  }
  return found;
}

async function wholePiece(piece: Piece, at: Places): Promise<boolean> {
  const whole = await Promise.all(
    filesOf(piece, at)
      .filter((file) => file !== at.dynamicHost)
      .map(runnable),
  );
  return whole.every(Boolean);
}

async function runnable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    const seen = await stat(file);
    return seen.isFile() && seen.size > 0;
  } catch {
    return false;
  }
}
