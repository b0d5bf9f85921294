import { isoAt, isoUtc } from "../model/time.ts";
import type { DeclarationReport } from "./declaration.ts";
import { headline } from "./headline.ts";
import type { Report } from "./report.ts";

/**
 * A report for machines: everything the page shows, with the headline. Moments (`…Sec` that are since 1970) also as
 * ISO 8601: under `times` in UTC, under `sourceTimes` by the clocks of the site that was left, with their offset.
 */
export function reportJson(r: Report): string {
  const moments = {
    disaster: r.disasterSec,
    declared: r.declaredSec,
    firstStarted: r.firstStartedSec,
    started: r.startedSec,
    noReturn: r.noReturnSec,
    served: r.served?.atSec,
    ended: r.endedSec,
    guardsUntil: r.guardsUntilSec,
  };
  return JSON.stringify({ headline: headline(r), ...r, ...timesOf(moments, r.from.timeZone) }, undefined, 2);
}

/** The report of a declaration for machines, in the same way. */
export const declarationJson = (r: DeclarationReport): string =>
  JSON.stringify(
    {
      ...r,
      ...timesOf(
        { disaster: r.disasterSec, declared: r.declaredSec, ended: r.ended?.atSec },
        r.from.timeZone,
      ),
    },
    undefined,
    2,
  );

type Moments = Readonly<Record<string, number | undefined>>;

function timesOf(
  moments: Moments,
  timeZone: string,
): { readonly times: unknown; readonly sourceTimes: unknown } {
  const known = Object.entries(moments).flatMap(([name, sec]): [string, number][] =>
    sec === undefined ? [] : [[name, sec]],
  );
  return {
    times: Object.fromEntries(known.map(([name, sec]) => [name, isoUtc(sec)])),
    sourceTimes: Object.fromEntries(known.map(([name, sec]) => [name, isoAt(sec, timeZone)])),
  };
}
