import type { Finding } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import { clockTime, durationText, moment } from "../model/time.ts";
import { plain } from "../model/plain.ts";
import type { Predicted } from "./predicted.ts";
import type { LossNow, Readiness } from "./readiness.ts";
import { countsText } from "./verdict.ts";
import { siteText } from "../model/site-text.ts";

/** How many steps of the longest way are named. */
const namedSteps = 5;

const marks: Readonly<Record<Finding["severity"], string>> = { stops: "STOPS", risk: "risk ", note: "note " };

/** Findings one below the other, each with what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map((f) => f.at.length));
  return findings
    .flatMap((f) => [
      `  ${marks[f.severity]}  ${f.at.padEnd(width)}  ${plain(f.says)}`,
      `  ${" ".repeat(width + 7)}  ${plain(f.todo)}`,
    ])
    .join("\n");
}

/** What would be lost at this moment, and until when that can still be had, group by group. */
export const lossText = (loss: readonly LossNow[], timeZone: string): readonly string[] =>
  loss.map(({ group, lossSec, pointSec, untilSec, refused, latestLossSec }) => {
    if (refused !== undefined && latestLossSec !== undefined)
      return `lost now: ${group}: ${latestLossSec === 0 ? "nothing" : `${clockTime(latestLossSec)} of data`} with --point latest; without it there is NO POINT: ${plain(refused)}`;
    if (refused !== undefined || lossSec === undefined || pointSec === undefined)
      return `lost now: ${group}: NO POINT as things stand: ${plain(refused ?? "nothing was seen")}`;
    const until =
      untilSec === undefined
        ? "restoring stands still, so nothing passes it by"
        : `it can be had until ${moment(untilSec, timeZone)}, unless "declare" holds the restores before`;
    return `lost now: ${group}: ${lossSec === 0 ? "nothing" : `${clockTime(lossSec)} of data`}, were the site lost at this moment; the point would be ${moment(pointSec, timeZone)}, and ${until}`;
  });

/** How long a move takes, and which steps make it so long. */
export function predictedText({ totalSec, steps, known, of }: Predicted): string {
  const by =
    known === 0
      ? "by what such steps usually take: none has run yet"
      : `${String(known)} of ${String(of)} steps by earlier runs`;
  const way = steps.length > namedSteps ? ["…", ...steps.slice(-namedSteps)] : steps;
  return `predicted: about ${durationText(Math.round(totalSec))} until people can work (${by}); the longest way ends with ${way.join(" > ")}`;
}

/** A look at readiness as people read it. */
export function readinessText(r: Readiness, recovery: Pick<Recovery, "sites">): string {
  const site = (id: Readiness["to"]): string => siteText(id, recovery);
  const silent = r.asked.filter((a) => !a.isAnswered).length;
  return [
    `${r.verdict === "ready" ? "READY" : r.verdict === "warnings" ? "READY, WITH WARNINGS" : "NOT READY"} for a move from ${site(r.from)} to ${site(r.to)}: ${countsText(r.findings)}; ${String(r.asked.length)} looks in ${r.tookSec.toFixed(1)} s${silent > 0 ? `, ${String(silent)} not answered` : ""}`,
    ...(r.findings.length > 0 ? [findingsText(r.findings)] : []),
    ...lossText(r.loss, recovery.sites[r.from].timeZone),
    predictedText(r.predicted),
  ].join("\n");
}
