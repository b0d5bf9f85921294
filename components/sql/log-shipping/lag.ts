import type { LogShippingFacts } from "./facts.ts";
import { toldAt } from "./times.ts";

/**
 * How far a standby may lie behind as it is set up: a log waits for the backup, for the copy, for its hold, and for the
 * next run of the restore job. Seconds.
 */
export const scheduledLagSec = ({
  everyMin,
  copyEveryMin,
  holdMin,
}: Pick<LogShippingFacts, "everyMin" | "copyEveryMin" | "holdMin">): number =>
  60 * (2 * everyMin + copyEveryMin + holdMin);

/** How far behind a database was at a moment, by the end of the last backup restored to it, in the source's clock. */
export const lagOf = (restored: string | undefined, atSec: number, timeZone: string): number | undefined =>
  restored === undefined ? undefined : Math.max(0, atSec - toldAt(restored, timeZone));
