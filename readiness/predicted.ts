import type { Entry } from "../journal/entries.ts";
import { durationsOf } from "../journal/durations.ts";
import type { Phase } from "../model/phase.ts";
import type { Step } from "../model/verb.ts";
import { criticalPath, type CriticalPath } from "../planning/critical-path.ts";
import type { Plan } from "../planning/plan.ts";
import { findRunnable, type World } from "../steps/find.ts";
import { machinery } from "../steps/machinery.ts";

/** What a step without a word of its own is reckoned with: it connects and looks. Seconds. */
const shortSec = 3;

/** Phases that people do not wait for: they work already while it goes on. */
const afterwards: ReadonlySet<Phase> = new Set<Phase>(["protect", "fence-data", "complete"]);

/** How long a move will take. */
export interface Predicted extends CriticalPath {
  /** How many of its steps are reckoned from earlier runs; the others by what such a step usually takes. */
  readonly known: number;
  readonly of: number;
}

/**
 * How long a move takes until people can work, the smoke test passed: along the longest way through the plan, with
 * what its steps took before, and what such steps usually take where they have not run yet.
 */
export async function predicted(plan: Plan, entries: readonly Entry[], world: World): Promise<Predicted> {
  const earlier = durationsOf(entries);
  const steps = plan.steps.filter(({ phase }) => !afterwards.has(phase));
  const usual = new Map<string, number | undefined>();
  for (const verb of new Set(steps.map((s) => s.verb)))
    usual.set(
      verb,
      await findRunnable(verb, machinery(world), world.runs).then(
        (r) => r.usuallySec,
        () => undefined,
      ),
    );
  const secondsOf = (step: Step): number =>
    Math.min(earlier.get(step.id) ?? usual.get(step.verb) ?? shortSec, step.timeoutSec);
  return {
    ...criticalPath(steps, secondsOf),
    known: steps.filter((s) => earlier.has(s.id)).length,
    of: steps.length,
  };
}
