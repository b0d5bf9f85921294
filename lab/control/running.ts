import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LabFile } from "../world/lab-file.ts";

/** A lab that takes orders now. */
export interface RunningLab {
  /** The folder of its project. */
  readonly folder: string;
  /** Where it takes orders. */
  readonly control: string;
}

/** How long a lab has to say that it runs, in milliseconds: it is on this machine. */
const answerLimitMs = 2000;

/** Gives a lab the words of an order; what it says, and whether it was done. */
export async function order(
  control: string,
  words: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly ok: boolean; readonly says: string }> {
  const response = await fetch(control, {
    method: "POST",
    body: JSON.stringify(words),
    ...(signal ? { signal } : {}),
  });
  return { ok: response.ok, says: await response.text() };
}

/** The lab of a project's folder, where one runs. */
export async function labIn(folder: string): Promise<RunningLab | undefined> {
  try {
    const { control } = JSON.parse(await readFile(fileIn(folder), "utf8")) as LabFile;
    // Another program may have the port of a lab that has ended.
    const { ok, says } = await order(control, ["status"], AbortSignal.timeout(answerLimitMs));
    return ok && says.startsWith("lab time ") ? { folder, control } : undefined;
  } catch {
    return undefined;
  }
}

/** The labs that run: the one of `project`, then those that rehearsals left in folders below `rehearsals`, the newest first. */
export async function runningLabs(project: string, rehearsals: string): Promise<readonly RunningLab[]> {
  const kept = await Promise.all(
    (await readdir(rehearsals).catch(() => [])).map(async (name) => {
      const folder = join(rehearsals, name);
      return { folder, ms: (await stat(fileIn(folder)).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  const folders = [project, ...kept.toSorted((a, b) => b.ms - a.ms).map((k) => k.folder)];
  return (await Promise.all(folders.map(labIn))).filter((lab) => lab !== undefined);
}

const fileIn = (folder: string): string => join(folder, ".lab", "lab.json");
