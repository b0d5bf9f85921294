import type { LogShippingFacts } from "./facts.ts";
import type { LogShippingSeen } from "./seen.ts";

/**
 * Until when a point can still be had while the restore jobs run: then the first log that goes beyond it has been held
 * for as long as it is held (restore_delay), and is restored. Where no such log has arrived yet, the next one ends after
 * the point, so that the hold counted from the point itself is the earliest end. Past it only an archived full backup leads back.
 */
export function pointLastsUntil(
  { databases, holdMin }: Pick<LogShippingFacts, "databases" | "holdMin">,
  seen: LogShippingSeen,
  atSec: number,
): number | undefined {
  const ends = databases.map((database) => {
    const beyond = (seen[database]?.sets ?? [])
      .filter((set) => set.type === "log" && !set.tail && set.finishSec > atSec)
      .map((set) => set.finishSec);
    return (beyond.length === 0 ? atSec : Math.min(...beyond)) + 60 * holdMin;
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}
