import { setTimeout as wait } from "node:timers/promises";
import type { Journal } from "../journal/journal.ts";
import { isLease, type Lease } from "../journal/store.ts";
import { Refused } from "../steps/act.ts";

/** How long a run's lease outlives a program that was killed on another machine. Milliseconds. */
export const runTtlMs = 30_000;

/** How long another run is waited for: the program of an engine that was killed needs moments to see it. Milliseconds. */
const patienceMs = 4_000;

/** One run at a time: two drivers of one estate do happen, and both would succeed. Throws `Refused` where another runs. */
export async function takeRun(journal: Journal, patience: number = patienceMs): Promise<Lease> {
  const until = performance.now() + patience;
  for (;;) {
    const given = await journal.store.lease("run", runTtlMs);
    if (isLease(given)) return given;
    if (performance.now() > until)
      throw new Refused(
        `another run is under way: ${given.who}, since ${given.since}. Follow it with "parallel-standby journal follow"; run this again when it has ended`,
      );
    await wait(200);
  }
}
