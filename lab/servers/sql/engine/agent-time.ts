import { roundDatetime, wallClock } from "./datetimes.ts";
import type { SqlInstance } from "./instance.ts";

/** The instance's local time as a datetime value. */
export function localTimeOf(instance: SqlInstance, ms = instance.now()): number {
  return roundDatetime(wallClock(instance.timeZone, ms));
}
