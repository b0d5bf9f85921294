import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The points of a step at which something may be killed, in their order. */
export const points = ["before act", "in act", "after act", "after check", "after verdict"] as const;
export type Point = (typeof points)[number];

/** A step that stands still at a point. */
export interface Stood {
  /** `step at point`. */
  readonly name: string;
  readonly pid: number;
  /** Lets it go on. */
  go(): Promise<void>;
}

/** Where the steps of a lab stand still. */
export interface Points {
  /** What the environment of its programs needs beside the lab's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Each step stands still at these, each point once. Forgets none that was reached. */
  want(wanted: readonly Point[]): Promise<void>;
  /** Those that stand still and that nobody has been told of. */
  news(): Promise<readonly Stood[]>;
  /** Whether a step runs that does not stand still. */
  isAnyOnItsWay(): Promise<boolean>;
  /** All points that were reached, with those that were told of. */
  reached(): Promise<readonly string[]>;
}

const isThere = (pid: number): boolean => existsSync(`/proc/${String(pid)}`);

/** Points for the programs of one lab, kept in a folder. `nodeOptions`: those of the lab's own environment. */
export async function pointsIn(folder: string, nodeOptions: string): Promise<Points> {
  const reached = join(folder, "reached");
  await rm(folder, { recursive: true, force: true });
  for (const name of ["reached", "go", "begun"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "points.json"), "[]");
  const preload = pathToFileURL(join(import.meta.dirname, "preload.js")).href;
  const told = new Set<string>();
  const standing = new Set<number>();
  return {
    env: { LAB_CRASH: folder, NODE_OPTIONS: `${nodeOptions} --import=${preload}` },
    want: (wanted) => writeFile(join(folder, "points.json"), JSON.stringify(wanted)),
    news: async () => {
      const found: Stood[] = [];
      for (const file of await readdir(reached)) {
        const pid = Number(await readFile(join(reached, file), "utf8"));
        // Its number is being written.
        if (told.has(file) || pid === 0) continue;
        told.add(file);
        const go = (): Promise<void> => {
          standing.delete(pid);
          return writeFile(join(folder, "go", file), "");
        };
        standing.add(pid);
        if (isThere(pid)) found.push({ name: decodeURIComponent(file), pid, go });
      }
      return found;
    },
    isAnyOnItsWay: async () =>
      (await readdir(join(folder, "begun"))).map(Number).some((pid) => !standing.has(pid) && isThere(pid)),
    reached: async () => (await readdir(reached)).map(decodeURIComponent).sort(),
  };
}
