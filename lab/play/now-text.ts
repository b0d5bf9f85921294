import { parts } from "../../components/registry/parts.ts";
import type { Entry, EntryOf } from "../../journal/entries.ts";
import { requestOf } from "../../journal/next.ts";
import { endedSteps, factsOf, situation, type Situation } from "../../journal/situation.ts";
import { isMoving } from "../../journal/state.ts";
import { clockTime } from "../../model/time.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Step } from "../../model/verb.ts";
import { plan } from "../../planning/plan.ts";
import { inPhases, nextAfter } from "../../planning/turn.ts";

/** How many of the steps that run, and of those that come next, are named. */
const namedSteps = 3;

/**
 * What goes on at this moment, from the journal: while the estate moves, how many steps of the plan have ended, which
 * run and for how long, and what comes next; else which step of provisioning ended last. `nowMs` is milliseconds since
 * 1970 UTC by the clock that the journal is written by.
 */
export function nowText(entries: readonly Entry[], nowMs: number): string {
  const s = situation(entries);
  const steps = isMoving(s) ? planned(entries, s) : undefined;
  if (!steps) return endedText(entries, s) ?? lastText(entries);
  const ended = endedSteps(s);
  const running = steps.flatMap((step, i) => (s.begun.has(step.id) ? [{ id: step.id, number: i + 1 }] : []));
  const runs = running.map(({ id, number }) => {
    const started = entries.findLast((e) => isStep(e) && e.step === id && e.verdict === "started");
    const ran = started ? ` (${clockTime((nowMs - Date.parse(started.at)) / 1000)})` : "";
    return `${String(number)} ${id}${ran}`;
  });
  const next = nextAfter(steps, running.length > 0 ? s.begun : ended, ended);
  return [
    `${String(steps.filter((step) => ended.has(step.id)).length)} of ${String(steps.length)} steps ended`,
    running.length > 0 ? `now ${some(runs)}` : lastText(entries),
    ...(next.length > 0 ? [`next ${some(next)}`] : []),
  ].join(" · ");
}

const isStep = (e: Entry): e is EntryOf<"step"> => e.kind === "step";

/** The plan of the activation that runs, in the order of a preview. */
function planned(entries: readonly Entry[], s: Situation): readonly Step[] | undefined {
  const declared = factsOf(entries, s);
  if (!s.last || !declared) return undefined;
  return inPhases(plan(upgraded(declared.recovery, parts), requestOf(s.last), parts).steps);
}

/** That an activation has ended, until something else is done. */
function endedText(entries: readonly Entry[], s: Situation): string | undefined {
  const last = entries.findLast((e) => isStep(e) || e.kind === "activation started");
  const how = s.ended.get(s.epoch);
  return how !== undefined && last && "epoch" in last && last.epoch === s.epoch
    ? `activation ${String(s.epoch)} is ${how}`
    : undefined;
}

function lastText(entries: readonly Entry[]): string {
  const last = entries.findLast(isStep);
  return last ? `last ${last.step}: ${last.verdict}` : "it begins";
}

const some = (all: readonly string[]): string =>
  `${all.slice(0, namedSteps).join(", ")}${all.length > namedSteps ? ` and ${String(all.length - namedSteps)} more` : ""}`;
