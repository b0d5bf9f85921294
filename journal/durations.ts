import type { Entry } from "./entries.ts";

/** Of how many of its last runs a step's usual duration is the median. */
const lastRuns = 5;

/**
 * How long steps took in earlier activations and drills, by step: the median of the last runs that did their work, from
 * the first start in an activation to the verdict, so that time in which it was tried in vain counts. Seconds.
 */
export function durationsOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const begun = new Map<string, number>();
  const taken = new Map<string, number[]>();
  for (const e of entries) {
    if (e.kind !== "step") continue;
    const of = e.epoch ?? (e.drill === undefined ? undefined : `drill ${String(e.drill)}`);
    if (of === undefined) continue;
    const run = `${String(of)} ${e.step}`;
    if (e.verdict === "started") {
      if (!begun.has(run)) begun.set(run, Date.parse(e.at));
      continue;
    }
    const from = begun.get(run);
    if (e.verdict !== "done" || from === undefined) continue;
    const seconds = Math.max(0, (Date.parse(e.at) - from) / 1000);
    taken.set(e.step, [...(taken.get(e.step) ?? []), seconds].slice(-lastRuns));
    begun.delete(run);
  }
  return new Map([...taken].map(([step, seconds]) => [step, median(seconds)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
