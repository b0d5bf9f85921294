import { twoWritersText, twoWritersTodo } from "../journal/two-writers.ts";
import { moment } from "../model/time.ts";
import { howText } from "./blocking.ts";
import { guardsText } from "./guards-text.ts";
import { headline } from "./headline.ts";
import type { Report } from "./report.ts";
import { systemLine } from "./systems.ts";
import { settledTogether, whyWaived } from "./waiver-text.ts";
import type { Waiver } from "./waivers.ts";
import { siteNamed } from "../model/site-text.ts";

/**
 * A report in lines: what stops it and what to do first, then exceptions, the headline, systems, and what is waived and
 * not settled, with a mark that stands where the page is red, until when the site that was left may start itself too.
 */
export function reportText(r: Report): readonly string[] {
  const guards = guardsText(r);
  return [
    ...r.blocking.flatMap((b) => [
      `${b.how === "failed" ? "✘ " : ""}${b.step} ${howText[b.how]}, ${moment(b.atSec, r.from.timeZone)}: ${b.says}`,
      ...(r.endedBy === undefined ? [`  do: ${b.todo}`] : []),
    ]),
    ...(r.endedBy === undefined ? [] : [`  since then: ${r.endedBy}`]),
    ...(r.waysOn === undefined ? [] : [`  then: ${r.waysOn}`]),
    ...r.exceptions.map((e) => `EXCEPTION ${e.step}: ${e.says}`),
    headline(r),
    ...(r.twoWriters === undefined
      ? []
      : [
          `! TWO WRITERS: ${twoWritersText(siteNamed(r.from.id, r.from.place), r.twoWriters, r.from.timeZone)}`,
          `  do: ${twoWritersTodo(r.twoWriters)}`,
        ]),
    ...(r.systems.length > 1 ? r.systems.map((x) => `  ${systemLine(x)}`) : []),
    ...r.waivers.filter((w) => !w.settled).map((w) => `! WAIVED, NOT SETTLED: ${waiverText(w)}`),
    ...(guards === undefined ? [] : [`! ${guards}`]),
    ...settledTogether(r.waivers).map(
      (w) => `waived, settled ${moment(w.atSec, r.from.timeZone)}: ${w.what}: ${w.says}`,
    ),
  ];
}

const waiverText = (w: Waiver): string =>
  `${w.what}: ${whyWaived(w)}${w.open.length === 0 || w.what === `step ${w.open.join()}` ? "" : `; settled by ${w.open.join(", ")}`}`;
