import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { isMoving } from "../../journal/state.ts";
import type { Holder } from "../../journal/store.ts";
import { lockOfStep } from "../../steps/lock.ts";
import { answerable } from "../approve/may.ts";

/** A step that waits for people, or that ended without an answer. Times are ISO 8601 in UTC. */
export interface Waiting {
  readonly step: string;
  readonly for: "approval" | "manual step";
  readonly says: string;
  readonly owner?: string;
  readonly telephone?: string;
  readonly since: string;
  readonly until: string;
  /** `now`: an answer is heard within seconds; `next up`: nobody waits any more, and the next run takes the answer. */
  readonly heard: "now" | "next up";
  /** The answer that stands and that no run has taken yet. */
  readonly answer?: { readonly verdict: "approved" | "declined"; readonly as: string };
  readonly notBy?: string;
  /** Seconds until it fails; 0 where nobody waits any more. */
  readonly leftSec: number;
}

/** What waits for people in the activation that is under way; nothing while none is. */
export function waitingOf(
  entries: readonly Entry[],
  leases: readonly (Holder & { readonly name: string })[],
  now: Date,
): readonly Waiting[] {
  const s = situation(entries);
  if (!isMoving(s) || s.abandoning) return [];
  return answerable(s).map((q) => {
    const until = new Date(Date.parse(q.at) + q.limitSec * 1000);
    const held = leases.some(({ name }) => name === lockOfStep(s.epoch, q.step));
    const waits = s.people.waiting.has(q.step) && held;
    const answer = s.people.answers.get(q.step);
    return {
      step: q.step,
      for: q.for,
      says: q.says,
      ...(q.owner === undefined ? {} : { owner: q.owner }),
      ...(q.telephone === undefined ? {} : { telephone: q.telephone }),
      since: q.at,
      until: until.toISOString(),
      heard: waits ? "now" : "next up",
      ...(answer ? { answer: { verdict: answer.verdict, as: answer.as } } : {}),
      ...(q.notBy === undefined ? {} : { notBy: q.notBy }),
      leftSec: waits ? Math.max(0, Math.round((until.getTime() - now.getTime()) / 1000)) : 0,
    };
  });
}
