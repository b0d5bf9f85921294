import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** Name of the environment variable by which all that a rig has started is known. */
export const markName = "LAB_RIG";

/** How long the processes may take to be gone once they were killed. Milliseconds. */
const limitMs = 5_000;

/**
 * Processes with that mark in their environment, which children inherit. The engine gives its language host and its
 * providers process groups of their own, and these outlive an engine that is killed. The lab needs Linux: so does this.
 */
export async function offspring(mark: string): Promise<readonly number[]> {
  const wanted = `${markName}=${mark}`;
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    all.map(async (pid) => {
      // Gone meanwhile, or another user's.
      const environment = await readFile(`/proc/${String(pid)}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(wanted);
    }),
  );
  return all.filter((_, i) => marked[i]);
}

/** Ends all of them at once, those too that were started meanwhile. */
export async function endOffspring(mark: string): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const left = await offspring(mark);
    if (left.length === 0) return;
    if (Date.now() > end) throw new Error(`processes ${left.join(", ")} do not end`);
    for (const pid of left)
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    await pause(20);
  }
}
