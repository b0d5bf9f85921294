import { chmod, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { Route } from "./choose.ts";
import { filesOf, type Piece, type Places } from "./layout.ts";

/** A way was not open. The message ends the sentence "archive in PULUMI_ENGINE: …". */
export class NotOpen extends Error {}

/** What every way of putting the engine there is given. */
export interface Task {
  /** The pieces that are missing. A way that ends well has put each into its place. */
  readonly missing: readonly Piece[];
  readonly at: Places;
  /** The caller's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Hears one line for each thing that happens. */
  readonly say: (line: string) => void;
  /** The engine that fetches the provider: the one in its place, or one on the PATH where only the provider is missing. */
  readonly pulumi: string;
  readonly signal: AbortSignal;
}

/** An empty folder in which a piece is made before it is moved into place, laid out like an engine archive. */
export async function freshStaging(at: Places): Promise<string> {
  await rm(at.staging, { recursive: true, force: true });
  await mkdir(at.staging, { recursive: true });
  return at.staging;
}

/** Where a file of the engine lies in an archive or a staging folder: `bin/…` or `plugins/…`. */
export function staged(file: string, at: Places, folder: string): string {
  return dirname(file) === at.bin
    ? join(folder, "bin", basename(file))
    : join(folder, relative(at.home, file));
}

/**
 * Moves a piece from the staging folder into its place, file by file, the one that shows it to be whole last: a process
 * killed in between leaves a piece that is missing, never one that is half there.
 */
export async function place(piece: Piece, at: Places, route: Route): Promise<void> {
  for (const file of filesOf(piece, at)) {
    const from = staged(file, at, at.staging);
    if (!(await isFile(from))) {
      if (file === at.dynamicHost) continue;
      throw new NotOpen(`it gave no ${basename(file)}`);
    }
    await mkdir(dirname(file), { recursive: true });
    await chmod(from, 0o755);
    await rename(from, file);
  }
  await rm(at.pluginPartial, { force: true });
  if (piece === "engine") await writeFile(at.origin, `${route}\n`);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (seen) => seen.isFile(),
    () => false,
  );
}
