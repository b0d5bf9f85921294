import type { Entry, EntryOf } from "./entries.ts";
import type { Situation } from "./situation.ts";
import { leavesAlone } from "./standby.ts";

/**
 * How long no move is declared after a completed one, where an estate does not say. Minutes. orchestrator blocks recoveries
 * of a cluster for 3,600 s after one (RecoveryPeriodBlockSeconds): a second move on the heels of the first is more often
 * a symptom than a decision.
 */
export const defaultCoolDownMin = 60;

/** A move that ended so recently that none is declared without a word of its own. */
export interface CoolDown {
  readonly last: EntryOf<"activation started">;
  /** The entry that it ended with: completed, or gone back from past no return, which moves people a second time. */
  readonly end: EntryOf<"completed"> | EntryOf<"abandoned">;
  readonly until: Date;
}

/** The cool-down that holds now; undefined where none does. A clock that stands before the end of the last move proves nothing. */
export function coolDownAt(
  entries: readonly Entry[],
  { last }: Pick<Situation, "last">,
  minutes: number,
  now: Date,
): CoolDown | undefined {
  const end = entries.filter(leavesAlone).findLast((e) => e.epoch === last?.epoch);
  if (!last || !end) return undefined;
  const until = new Date(Date.parse(end.at) + minutes * 60_000);
  return now < until ? { last, end, until } : undefined;
}
