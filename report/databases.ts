import type { EntryOf } from "../journal/entries.ts";
import type { PointEvidence } from "../model/point.ts";

/** Where one database stands, and what that cost. Times are seconds since 1970 UTC, durations seconds. */
export interface DatabaseLoss {
  readonly database: string;
  /** The point that it was brought to. */
  readonly atSec: number;
  /** The newest moment of its source that the chain of logs in which its point lies proves. */
  readonly newestSec: number;
  /** The log that proves it. */
  readonly evidence: string;
  /** The earliest point that was within reach. */
  readonly fromSec: number;
  /** From its point to the declared time of the disaster; 0 where it went to the end of a chain with the source's tail. */
  readonly lossSec: number;
  /** Of that, what is in no log of that chain at the target: it never left its source. */
  readonly unshippedSec: number;
  /** Of that, what lies in logs at the target, after the point that was chosen: it can still be read there. */
  readonly leftOutSec: number;
}

/** Every database of a group at its point. Without a disaster the loss of the group counts for each. */
export const databaseLosses = (
  point: Pick<EntryOf<"point chosen">, "atSec" | "to" | "lossSec" | "databases">,
  disasterSec: number | undefined,
): readonly DatabaseLoss[] => point.databases.map((d) => lossOf(d, point, disasterSec));

function lossOf(
  { database, fromSec, toSec, evidence }: PointEvidence,
  { atSec, to, lossSec }: Pick<EntryOf<"point chosen">, "atSec" | "to" | "lossSec">,
  disasterSec: number | undefined,
): DatabaseLoss {
  const reachedSec = to === "end" ? toSec : atSec;
  const at = { database, atSec: reachedSec, newestSec: toSec, evidence, fromSec };
  if (to === "end" || disasterSec === undefined)
    return { ...at, lossSec, unshippedSec: 0, leftOutSec: to === "end" ? 0 : lossSec };
  const unshippedSec = Math.max(0, disasterSec - Math.max(toSec, reachedSec));
  const total = Math.max(0, disasterSec - reachedSec);
  return { ...at, lossSec: total, unshippedSec, leftOutSec: total - unshippedSec };
}
