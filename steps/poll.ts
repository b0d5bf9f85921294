import { setTimeout as wait } from "node:timers/promises";

/** How often and how long something is looked at. */
export interface Polling {
  readonly signal: AbortSignal;
  readonly limitSec: number;
  /** Milliseconds between two looks. Default: 1000. */
  readonly everyMs?: number;
}

/** Looks until it is so or the limit is over, at least once; gives what was seen last. */
export async function poll<T>(
  look: () => Promise<T>,
  isSo: (seen: T) => boolean,
  { signal, limitSec, everyMs = 1000 }: Polling,
): Promise<T> {
  const endMs = performance.now() + limitSec * 1000;
  for (;;) {
    const seen = await look();
    const restMs = endMs - performance.now();
    if (isSo(seen) || restMs <= 0) return seen;
    await wait(Math.min(everyMs, restMs), undefined, { signal });
  }
}
