import type { Step } from "../model/verb.ts";

/** The longest way through a plan. */
export interface CriticalPath {
  /** How long it takes. Seconds. */
  readonly totalSec: number;
  /** Ids of the steps on it, in order: only what makes one of them quicker makes the whole quicker. */
  readonly steps: readonly string[];
}

/**
 * How long a plan takes when each step begins as soon as those it needs have ended, however many run side by side.
 * Steps stand after those they need, as the planner gives them; needs outside the list count as ended.
 */
export function criticalPath(steps: readonly Step[], secondsOf: (step: Step) => number): CriticalPath {
  const ends = new Map<string, { readonly atSec: number; readonly before: string | undefined }>();
  let last: string | undefined;
  const endOf = (id: string | undefined): number => (id === undefined ? 0 : (ends.get(id)?.atSec ?? 0));
  for (const step of steps) {
    let before: string | undefined;
    for (const { id } of step.needs)
      if (ends.has(id) && (before === undefined || endOf(id) > endOf(before))) before = id;
    ends.set(step.id, { atSec: endOf(before) + Math.max(0, secondsOf(step)), before });
    if (last === undefined || endOf(step.id) > endOf(last)) last = step.id;
  }
  const way: string[] = [];
  for (let id = last; id !== undefined; id = ends.get(id)?.before) way.unshift(id);
  return { totalSec: endOf(last), steps: way };
}
