import { requestOf } from "../../journal/next.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { factsOf, isDone } from "../../journal/situation.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { Parts } from "../../model/part.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Step } from "../../model/verb.ts";
import { plan } from "../../planning/plan.ts";
import { whyNeverSkipped } from "../../planning/skip.ts";
import { underWay } from "../consent.ts";
import { CliError } from "../failure.ts";

/** Which step somebody leaves out, and why. */
export interface Skip {
  readonly step: string;
  readonly as: string;
  readonly reason: string;
}

/** The steps of the move that is under way, as they are planned now. */
export function stepsUnderWay(entries: readonly Entry[], parts: Parts): readonly Step[] {
  const { s, last } = underWay(entries);
  return plan(upgraded(factsOf(entries, s)?.recovery, parts), requestOf(last), parts).steps;
}

/** The entry that a skip makes. Throws a sentence where that step can't be left out, with what to do instead. */
export function skipOf(entries: readonly Entry[], parts: Parts, { step: id, as, reason }: Skip): Fact {
  const { s, last } = underWay(entries);
  const steps = stepsUnderWay(entries, parts);
  const step = steps.find((q) => q.id === id);
  if (!step)
    throw new CliError(
      `activation ${String(last.epoch)} has no step ${id}.${didYouMean(
        id,
        steps.map((q) => q.id),
      )} "parallel-standby skip" lists those that stop or wait`,
    );
  const never = whyNeverSkipped(steps, step);
  if (never !== undefined) throw new CliError(`${id} can't be skipped: ${never}`);
  const before = s.verdicts.get(id);
  if (before && isDone(before))
    throw new CliError(`${id} is done already (${before.says}): there is nothing to skip`);
  const skipped = s.people.skips.get(id);
  if (skipped) throw new CliError(`${skipped.as} has skipped ${id} already, at ${skipped.at}`);
  return { kind: "skip", epoch: last.epoch, step: id, as, reason };
}
