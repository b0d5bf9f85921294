import { DateTime } from "luxon";
import type { InstanceFacts } from "./facts.ts";

/** Seconds by which the clocks of a server and of the runner may differ: a point in time is chosen to the second. */
export const clockLimitSec = 60;

/** What is wrong with an instance. A grave one stops every move; the others, all of its clock, only one in which nothing may be lost. */
export interface Objection {
  readonly says: string;
  readonly isGrave: boolean;
}

/** What was seen of an instance. */
export interface InstanceSeen {
  readonly facts: InstanceFacts;
  /** The runner's clock when the instance was asked, in the middle of the question. Milliseconds since 1970. */
  readonly askedMs: number;
  /** Permissions that are needed and missing; empty for a sysadmin. */
  readonly missing: readonly string[];
  /** Whether SQL Server Agent runs; undefined where nobody needs it. */
  readonly agentRuns?: boolean;
}

/** Judges an instance against what the estate says of its host. */
export function objectionsTo(host: string, timeZone: string, seen: InstanceSeen): readonly Objection[] {
  const { facts, missing } = seen;
  const found: Objection[] = [];
  if (missing.length > 0)
    found.push({
      says: `the login ${facts.login} on ${host} lacks rights: ${missing.join(", ")}. Grant them, or make it a sysadmin (docs/permissions.md)`,
      isGrave: true,
    });
  if (seen.agentRuns === false)
    found.push({
      says: `SQL Server Agent does not run on ${host}. Start its service and set it to start automatically`,
      isGrave: true,
    });
  const skewSec = Math.round((facts.nowMs - seen.askedMs) / 1000);
  if (Math.abs(skewSec) > clockLimitSec)
    found.push({
      says: `the clock of ${host} is ${String(Math.abs(skewSec))} s ${skewSec > 0 ? "ahead of" : "behind"} this machine's. Set both by the same time server (w32tm /resync)`,
      isGrave: false,
    });
  const zoned = DateTime.fromMillis(facts.nowMs, { zone: timeZone });
  const expectedSec = zoned.offset * 60;
  if (!zoned.isValid)
    found.push({
      says: `the time zone of ${host} in the estate, "${timeZone}", is no IANA name. Write one such as Europe/London (tzutil prints Windows's name: docs/windows.md has both)`,
      isGrave: false,
    });
  else if (expectedSec !== facts.offsetSec)
    found.push({
      says: `the clock of ${host} is ${offsetText(facts.offsetSec)}, but its time zone in the estate, ${timeZone}, is ${offsetText(expectedSec)} now. Write the zone that the server has, by its IANA name (tzutil prints Windows's name: docs/windows.md has both)`,
      isGrave: false,
    });
  return found;
}

/** `UTC+01:00`. */
function offsetText(offsetSec: number): string {
  const minutes = Math.abs(offsetSec) / 60;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `UTC${offsetSec < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
