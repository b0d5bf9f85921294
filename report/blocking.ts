import { approveCommand, declineCommand } from "../journal/people.ts";
import type { Situation } from "../journal/situation.ts";
import { movementOf } from "../journal/state.ts";
import { inTwo } from "../model/finding.ts";
import { secondsOf, type StepLine } from "./verdicts.ts";

/** What stands in the way of a move that has not ended. Times are seconds since 1970 UTC. */
export interface Blocking {
  readonly step: string;
  /** `failed`; `waits`: for people; `no verdict`: begun, and its runner works or has died. */
  readonly how: "failed" | "waits" | "no verdict";
  readonly atSec: number;
  /** What was found, as the step has written it. */
  readonly says: string;
  /** What to do about it, without a full stop. */
  readonly todo: string;
}

/** How it stands in the way, behind the name of a step. */
export const howText: Readonly<Record<Blocking["how"], string>> = {
  failed: "has failed",
  waits: "waits for people",
  "no verdict": "has not ended",
};

/**
 * What stands in the way, what failed first; nothing for a move that has ended. Of one that is being abandoned only what
 * has begun since: nobody is to push on what it left undone on its way.
 */
export function blockingOf(s: Situation, all: readonly StepLine[]): readonly Blocking[] {
  const since = s.abandoning && secondsOf(s.abandoning);
  const steps = since === undefined ? all : all.filter((x) => x.fromSec >= since);
  const failed = steps.filter((x) => x.critical && (x.standing === "failed" || x.standing === "refused"));
  const asks = s.abandoning ? [] : [...s.people.waiting.values()];
  const runs = steps.filter((x) => x.standing === "running" && !s.people.waiting.has(x.step));
  return [
    ...failed.map((x): Blocking => {
      const { says, todo } = inTwo(x.says, "mend what it names");
      return { step: x.step, how: "failed", atSec: x.toSec ?? x.fromSec, says, todo };
    }),
    ...asks.map((w): Blocking => ({
      step: w.step,
      how: "waits",
      atSec: secondsOf(w),
      says: `it waits for ${w.for === "approval" ? "approval" : "people"}: ${w.says}${w.owner === undefined ? "" : ` (${[w.owner, ...(w.telephone === undefined ? [] : [w.telephone])].join(", ")})`}`,
      todo: `${approveCommand(w.step)}, or ${declineCommand(w.step)}`,
    })),
    ...runs.map((x): Blocking => ({
      step: x.step,
      how: "no verdict",
      atSec: x.fromSec,
      says: "it has begun and has no verdict: its runner works, or was killed",
      todo: 'see with "parallel-standby status" whether it works; where nothing does, run the same again',
    })),
  ];
}

/** How the move goes on, or is given up, once that is mended; nothing where it is over. */
export const waysOn = (s: Situation): string | undefined => movementOf(s)?.ways;
