import { declarationHours } from "../../journal/next.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Request } from "../../model/part.ts";
import type { SiteId } from "../../model/site.ts";
import { clockTime, moment } from "../../model/time.ts";
import type { Outcome } from "../drafts.ts";
import { plain } from "../layout.ts";
import { activeStack, upCommand } from "../up-command.ts";
import type { Outlook } from "./outlook.ts";
import type { Declaration } from "./request.ts";

/** A site with its place: `dr (Leeds)`. */
export const siteText = (id: SiteId, recovery: Pick<Recovery, "sites">): string =>
  `${id} (${plain(recovery.sites[id].place)})`;

/** What was written, and until when it is good. */
export const declaredText = (fact: Declaration, request: Request, recovery: Recovery, at: Date): string =>
  [
    `declared by ${plain(fact.as)}: ${fact.mode} move from ${siteText(request.from, recovery)} to ${siteText(request.to, recovery)}`,
    `good for one activation, until ${goodUntil(at, recovery.sites[request.from].timeZone)}`,
    ...(fact.waiveFence === undefined
      ? []
      : [
          `THE FENCE IS WAIVED: ${plain(fact.waiveFence)}. The waiver is void as soon as the old site answers`,
        ]),
  ].join("\n");

/** When a declaration ends that was written then. */
export const goodUntil = (at: Date, timeZone?: string): string =>
  moment(at.getTime() / 1000 + declarationHours * 3600, timeZone);

/** How holding went, part by part. */
export const heldText = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ part, done, failed }) =>
      failed.length === 0
        ? `held: ${part}: ${plain(done.join("; "))}`
        : `NOT HELD: ${part}: ${plain(failed.map((f) => `${f.step}: ${f.says}`).join("; "))}`,
    )
    .join("\n");

/** What each group would go to and what would be lost, with what proves it. */
export function outlookText(seen: readonly Outlook[], acceptLossSec: number, timeZone: string): string {
  return seen
    .map(({ group, point }) => {
      if ("refused" in point) return `${group}: NO POINT as things stand: ${plain(point.refused)}`;
      const loss =
        point.lossSec === 0
          ? "nothing would be lost"
          : `${clockTime(point.lossSec)} of data would be lost (${clockTime(acceptLossSec)} accepted)`;
      const proof = point.databases.map((d) => `    ${plain(`${d.database}: ${d.evidence}`)}`);
      return [
        `${group}: ${loss}; it would go to ${point.to === "end" ? "the end of its logs" : moment(point.atSec, timeZone)}, proven by`,
        ...proof,
      ].join("\n");
    })
    .join("\n");
}

/** Until when the point can be had. */
export function untilText(outcomes: readonly Outcome[], at: Date, timeZone: string): string {
  const loose = outcomes.filter((o) => o.failed.length > 0).map((o) => o.part);
  if (loose.length > 0)
    return `${loose.join(", ")}: restoring goes on there, and passes by the point at any time. Do not wait`;
  return outcomes.length === 0
    ? ""
    : `restoring stands still, so this point stays as long as the hold does: decide before ${goodUntil(at, timeZone)}, or declare again`;
}

/** What to type next. */
export const nextText = (to: SiteId, platform: NodeJS.Platform): string =>
  ["next:", `  ${upCommand(activeStack(to), platform)}`].join("\n");
