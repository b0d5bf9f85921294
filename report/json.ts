import { headline } from "./headline.ts";
import type { Report } from "./report.ts";

/** A report for machines: everything the page shows, with the headline; times also as ISO 8601 in UTC. */
export function reportJson(r: Report): string {
  return JSON.stringify(
    {
      headline: headline(r),
      ...r,
      times: {
        disaster: iso(r.disasterSec),
        declared: iso(r.declaredSec),
        firstStarted: iso(r.firstStartedSec),
        started: iso(r.startedSec),
        noReturn: iso(r.noReturnSec),
        ended: iso(r.endedSec),
      },
    },
    undefined,
    2,
  );
}

const iso = (sec: number | undefined): string | undefined =>
  sec === undefined ? undefined : new Date(sec * 1000).toISOString();
