import type { Entry, EntryOf } from "../../journal/entries.ts";
import { requestOf } from "../../journal/next.ts";
import { leavingMove } from "../../journal/outside.ts";
import { isDone, situation, type Situation } from "../../journal/situation.ts";
import { stateOf } from "../../journal/state.ts";
import type { Parts } from "../../model/part.ts";
import { fencePhasesAtOldSite, type Phase } from "../../model/phase.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Step } from "../../model/verb.ts";
import { plan } from "../../planning/plan.ts";

/** A fence that is owed: the steps that pay it, with the number of vain tries before. */
export interface Due {
  readonly started: EntryOf<"activation started">;
  readonly recovery: Recovery;
  readonly steps: readonly { readonly step: Step; readonly attempt?: number }[];
}

/**
 * What of the last activation's fence is owed now, or of the fence of a site that was left outside of this tool, in the order of its plan; undefined where nothing is. A move that is
 * being abandoned fences nothing, and a planned one that is under way is its own run's affair: there a step that failed
 * stops it, and nobody has gone on without.
 */
export function dueOf(entries: readonly Entry[], parts: Parts): Due | undefined {
  const s = situation(entries);
  const last = leavingMove(s);
  if (!last || stateOf(s) === "in doubt" || s.ended.get(last.epoch) === "abandoned") return undefined;
  const { taken } = s;
  const facts = taken
    ? (entries.findLast((e) => e.kind === "declared" && e.seq < taken.seq) ?? s.declared)
    : entries.findLast((e) => e.kind === "declared" && e.factsHash === last.factsHash);
  if (facts?.kind !== "declared") return undefined;
  if (![...s.verdicts.values()].some(isOwed)) return undefined;
  const recovery = upgraded(facts.recovery, parts);
  const steps = plan(recovery, requestOf(last), parts)
    .steps.filter((step) => owes(s, step))
    .map((step) => {
      const attempt = s.attempts.get(step.id);
      return { step, ...(attempt === undefined ? {} : { attempt }) };
    });
  return steps.length === 0 ? undefined : { started: last, recovery, steps };
}

/** A step at the old site that the activation went on without. */
const isOwed = (v: EntryOf<"step">): boolean =>
  !v.critical && !isDone(v) && fencePhasesAtOldSite.has(v.phase as Phase);

function owes(s: Situation, { id }: Step): boolean {
  const v = s.verdicts.get(id);
  return v !== undefined && isOwed(v);
}
