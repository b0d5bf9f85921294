import { setTimeout as wait } from "node:timers/promises";
import type { Bound, Found, Io } from "./act.ts";

/** How a step ended well. */
export interface Ended {
  readonly verdict: "done" | "already";
  readonly says: string;
}

/** How a step ends that was not answered before its time was over. */
export const nothingAnswered = "its time is over, and nothing had answered";

/** How often a probe looks again. */
const probeEveryMs = 500;

/**
 * Looks whether what the step wants is there; if not, acts, and looks again: what counts is the state that is read
 * back, never that an act reported success. A probe, which has no act, looks until it is there or time is over.
 * `beforeAct` runs once, just before the act.
 */
export async function checkActCheck(bound: Bound, io: Io, beforeAct: () => Promise<void>): Promise<Ended> {
  let seen: Found | undefined;
  const look = async (): Promise<Found> => (seen = await bound.check(io));
  const work = async (): Promise<Ended> => {
    const before = await look();
    if (before.there) return { verdict: "already", says: before.says };
    io.signal.throwIfAborted();
    await beforeAct();
    // A look that came back late must not be followed by an act: the verdict has been written by then.
    io.signal.throwIfAborted();
    if (bound.act) {
      await bound.act(io);
      const after = await look();
      if (after.there) return { verdict: "done", says: after.says };
      throw new Error(`it acted, but ${after.says}; expected: ${after.expected}`);
    }
    for (;;) {
      await wait(probeEveryMs, undefined, { signal: io.signal });
      const now = await look();
      if (now.there) return { verdict: "done", says: now.says };
      io.say(`waiting: ${now.says}; expected: ${now.expected}`);
    }
  };
  const { promise: late, reject } = Promise.withResolvers<never>();
  const over = (): void => {
    reject(new Error(seen ? `its time is over: ${seen.says}; expected: ${seen.expected}` : nothingAnswered));
  };
  if (io.signal.aborted) over();
  else io.signal.addEventListener("abort", over, { once: true });
  try {
    return await Promise.race([late, work()]);
  } finally {
    // A signal that somebody listens to is kept, and all that the step held with it: a runner of many steps would fill up.
    io.signal.removeEventListener("abort", over);
  }
}
