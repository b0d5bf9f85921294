import { markSet, type Rewind } from "./rewind.ts";
import type { LabClock } from "./types.ts";

/** Longest wait that one `setTimeout` takes (2^31 - 1 ms); a later time is waited for in several. */
const longestTimeoutMs = 2_147_483_647;

/** Lets what was set going without being awaited schedule its own work, before the clock goes further. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void | Promise<void>;
}

/**
 * The lab's clock. It starts at `startMs` (lab time, milliseconds since 1970 UTC) and runs at the speed of the real
 * one. `advance` moves it on: what falls due inside the window runs in order of time and is awaited, with `now()`
 * standing at its time; work that schedules further work inside the window is run too. Calls of `advance` queue up;
 * work itself must await neither `advance` nor a later lab time (it would wait for itself). Its timers keep no process alive.
 */
export function labClock({
  startMs,
}: {
  readonly startMs: number;
}): LabClock & { /** What is due, and when it is now by the real clock. */ mark(): Rewind } {
  let labBase = startMs;
  let realBase = performance.now();
  let standing: number | undefined;
  let order = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let moving: Promise<void> = Promise.resolve();
  const pending = new Set<Due>();

  const now = (): number => standing ?? Math.floor(labBase + (performance.now() - realBase));

  const earliest = (untilMs: number): Due | undefined => {
    let first: Due | undefined;
    for (const due of pending) {
      if (due.atMs > untilMs) continue;
      if (!first || due.atMs < first.atMs || (due.atMs === first.atMs && due.order < first.order))
        first = due;
    }
    return first;
  };

  const arm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const next = closed || standing !== undefined ? undefined : earliest(Infinity);
    if (!next) return;
    const waitMs = Math.min(Math.max(0, next.atMs - now()), longestTimeoutMs);
    timer = setTimeout(runDue, Math.ceil(waitMs)).unref();
  };

  const runDue = (): void => {
    for (let due = earliest(now()); due && standing === undefined && !closed; due = earliest(now())) {
      pending.delete(due);
      // A failure of scheduled work is a fault of the lab itself and must surface: as an unhandled rejection.
      void (async () => due.work())();
    }
    arm();
  };

  const moveOn = async (byMs: number): Promise<void> => {
    const target = now() + byMs;
    standing = now();
    clearTimeout(timer);
    try {
      await settled();
      for (let due = earliest(target); due && !closed; due = earliest(target)) {
        pending.delete(due);
        standing = Math.max(standing, due.atMs);
        await due.work();
        await settled();
      }
    } finally {
      labBase = target;
      realBase = performance.now();
      standing = undefined;
      arm();
    }
  };

  return {
    now,
    at(atMs, work) {
      const due: Due = { atMs, order: order++, work };
      if (!closed) pending.add(due);
      arm();
      return () => {
        if (pending.delete(due)) arm();
      };
    },
    advance(byMs) {
      if (!(byMs >= 0)) {
        return Promise.reject(
          new RangeError(`The lab clock moves only forward, but was told to move by ${byMs} ms.`),
        );
      }
      const run = moving.then(() => moveOn(byMs));
      moving = run.catch(() => undefined);
      return run;
    },
    close() {
      closed = true;
      pending.clear();
      clearTimeout(timer);
    },
    mark() {
      const kept = { labBase, realBase, order };
      const due = markSet(pending);
      return () => {
        ({ labBase, realBase, order } = kept);
        due();
        arm();
      };
    },
  };
}
