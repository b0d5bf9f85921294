import type { EntryOf } from "../journal/entries.ts";
import { clockTime } from "../model/time.ts";

/** The point that one group of databases went to, and what that cost. Seconds. */
export interface PointLoss {
  readonly group: string;
  readonly atSec: number;
  readonly to: "end" | "time";
  /** Counted to the declared time of the disaster. */
  readonly lossSec: number;
  /**
   * What the latest point of that moment would have cost, as far as the journal's evidence goes: it holds the spans of
   * logs in which the point lies. Present where that is less.
   */
  readonly latestLossSec?: number;
}

/** The loss of a point as the journal holds it, with what the latest would have cost. */
export function pointLossOf(
  { group, atSec, to, lossSec, databases }: EntryOf<"point chosen">,
  disasterSec: number | undefined,
): PointLoss {
  const known = { group, atSec, to, lossSec };
  if (disasterSec === undefined || to === "end") return known;
  const latestSec = Math.floor(Math.min(disasterSec, ...databases.map((d) => d.toSec)));
  const latestLossSec = disasterSec - latestSec;
  return latestLossSec < lossSec && databases.every((d) => d.fromSec <= latestSec)
    ? { ...known, latestLossSec }
    : known;
}

/**
 * What a point costs, or has cost once a database is open at it: `2:30:00 lost to the declared time of the disaster; at
 * the latest point it would have been 0:07:00`.
 */
export function pointLossText({ lossSec, latestLossSec }: PointLoss, isOpen: boolean): string {
  if (lossSec === 0) return isOpen ? "nothing lost" : "nothing would be lost";
  const loss = `${clockTime(lossSec)} ${isOpen ? "lost" : "would be lost"} to the declared time of the disaster`;
  if (latestLossSec === undefined) return loss;
  return isOpen
    ? `${loss}; at the latest point it would have been ${clockTime(latestLossSec)}`
    : `${loss}; at the latest point: ${clockTime(latestLossSec)}, with --point latest`;
}
