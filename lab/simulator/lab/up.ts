import type { Journal } from "../../../journal/journal.ts";
import type { Estate } from "../../../model/estate.ts";
import type { SiteId } from "../../../model/site.ts";
import type { Step } from "../../../model/verb.ts";
import type { World } from "../../../steps/find.ts";
import type { Progress } from "../../../steps/progress.ts";
import { runActivationStep } from "../../../steps/runner.ts";
import { running, type Runner } from "./points.ts";
import { begin } from "../../../stacks/begin.ts";
import { attemptsOf, prepare } from "../../../stacks/prepare.ts";

/** Progress that nobody hears. */
export const silent: Progress = {
  begin: () => undefined,
  say: () => undefined,
  tick: () => undefined,
  last: () => undefined,
  lines: [],
};

/** How a run of `up` ended: by step, what it threw; and why it did not begin, where it did not. */
export interface Run {
  readonly failed: ReadonlyMap<string, string>;
  readonly refused?: string;
}

/** What a stack's state remembers: the inputs with which each step has succeeded. */
export type Stack = Map<string, string>;

/**
 * One `pulumi up` of an activation stack, as the engine drives it: each step once all that it depends on has succeeded,
 * steps that wait for nothing side by side, none whose input has succeeded before.
 */
export async function up(
  estate: Estate,
  target: SiteId,
  world: Omit<World, "journal"> & { readonly journal: Journal },
  stack: Stack,
  runner: Runner,
): Promise<Run> {
  const failed = new Map<string, string>();
  let steps: readonly Step[];
  let inputOf: (step: Step) => string;
  let epoch: number;
  try {
    const prepared = await prepare(estate, target, world, () => undefined);
    if (prepared.kind === "nothing") return { failed };
    await begin(prepared, world.journal, () => undefined);
    const attempts = await attemptsOf(prepared);
    epoch = prepared.now.epoch;
    steps = prepared.plan.steps;
    inputOf = (step) => JSON.stringify([epoch, attempts.get(step.id) ?? 0, step]);
  } catch (error) {
    return { failed, refused: error instanceof Error ? error.message : String(error) };
  }
  const ended = new Set<string>();
  const begun = new Set<string>();
  const under = new Set<Promise<void>>();
  const one = async (step: Step): Promise<void> => {
    const input = inputOf(step);
    if (stack.get(step.id) !== input) {
      const attempt = (JSON.parse(input) as [number, number])[1];
      try {
        await running.run({ runner, step }, () =>
          runActivationStep(
            { journal: estate.journal, epoch, ...(attempt > 0 ? { attempt } : {}), step },
            world,
            silent,
          ),
        );
        stack.set(step.id, input);
      } catch (error) {
        failed.set(step.id, error instanceof Error ? error.message : String(error));
        return;
      }
    }
    ended.add(step.id);
  };
  for (;;) {
    for (const step of steps) {
      if (begun.has(step.id) || !step.needs.every((n) => ended.has(n.id))) continue;
      begun.add(step.id);
      const promise: Promise<void> = one(step).finally(() => under.delete(promise));
      under.add(promise);
    }
    if (under.size === 0) return { failed };
    await Promise.race(under);
  }
}
