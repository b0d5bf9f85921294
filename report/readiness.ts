import type { Entry, EntryOf } from "../journal/entries.ts";
import type { SiteId } from "../model/site.ts";
import { secondsOf } from "./verdicts.ts";

/** What a look at readiness had found. Times are seconds since 1970 UTC, durations seconds. */
export interface ReadinessSeen {
  readonly atSec: number;
  readonly to: SiteId;
  readonly verdict: EntryOf<"readiness">["verdict"];
  readonly findings: EntryOf<"readiness">["findings"];
  /** The most that a group of databases would have lost at that moment. */
  readonly lossSec?: number;
  /** How long the move was expected to take. */
  readonly predictedSec?: number;
}

/** What was known before a move was declared, and what was seen first once it had ended. */
export interface ReadinessAround {
  /** The last look for a move to that site before it was declared. */
  readonly before?: ReadinessSeen;
  /** The first look after the end, in the direction that was possible then. */
  readonly after?: ReadinessSeen;
}

/** `declaredSeq`: the entry that declared it; `endSeq`: the one that ended it, where one has. */
export function readinessAround(
  entries: readonly Entry[],
  to: SiteId,
  declaredSeq: number,
  endSeq: number | undefined,
): ReadinessAround {
  const before = entries.findLast(
    (e): e is EntryOf<"readiness"> => e.kind === "readiness" && e.to === to && e.seq < declaredSeq,
  );
  const after =
    endSeq === undefined
      ? undefined
      : entries.find((e): e is EntryOf<"readiness"> => e.kind === "readiness" && e.seq > endSeq);
  return { ...(before ? { before: seen(before) } : {}), ...(after ? { after: seen(after) } : {}) };
}

const seen = (e: EntryOf<"readiness">): ReadinessSeen => ({
  atSec: secondsOf(e),
  to: e.to,
  verdict: e.verdict,
  findings: e.findings,
  ...(e.lossSec === undefined ? {} : { lossSec: e.lossSec }),
  ...(e.predictedSec === undefined ? {} : { predictedSec: e.predictedSec }),
});
