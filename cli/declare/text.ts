import { guardsUntil, guardsUntilText } from "../../journal/guards-until.ts";
import { declarationHours } from "../../journal/next.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Request } from "../../model/part.ts";
import type { SiteId } from "../../model/site.ts";
import { clockTime, moment } from "../../model/time.ts";
import { declareCommand, placeholders } from "../../stacks/declare-command.ts";
import { latestText, type Outlook } from "../../stacks/outlook.ts";
import type { Outcome } from "../drafts.ts";
import { plain } from "../layout.ts";
import { activeStack, upCommand } from "../up-command.ts";
import type { Declaration } from "./request.ts";
import { siteText } from "../../model/site-text.ts";

/** What was written, and until when it is good. */
export const declaredText = (fact: Declaration, request: Request, recovery: Recovery, at: Date): string =>
  [
    `declared by ${plain(fact.as)}: ${fact.mode} move from ${siteText(request.from, recovery)} to ${siteText(request.to, recovery)}`,
    `good for one activation, until ${goodUntil(at, recovery.sites[request.from].timeZone)}`,
    ...(fact.waiveFence === undefined
      ? []
      : [
          `THE FENCE IS WAIVED: ${plain(fact.waiveFence)}. The waiver is void as soon as the old site answers`,
          ...waivedText(recovery, request.from, fact.disasterAt ?? at.toISOString()),
        ]),
  ].join("\n");

/**
 * What a waiver that was written rests on and leaves open: that nobody in a third place was asked, where the estate has
 * no observer, and until when the guards of the site may start services there, where it has guards.
 */
export function waivedText(
  recovery: Pick<Recovery, "sites" | "guard" | "observers">,
  from: SiteId,
  lostAt: string,
): readonly string[] {
  const site = siteText(from, recovery);
  const until = guardsUntil(recovery.guard, Date.parse(lostAt) / 1000);
  return [
    ...(recovery.observers === undefined
      ? [
          `NOBODY IN A THIRD PLACE WAS ASKED: the estate has no observer (docs/estate.md). That nothing of ${site} answers is this runner's own view; a line that is cut looks the same`,
        ]
      : []),
    ...(until === undefined ? [] : [guardsUntilText(site, until, recovery.sites[from].timeZone)]),
  ];
}

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

/** What each group would go to and what would be lost, with what proves it, and what the latest point would cost. */
export function outlookText(
  seen: readonly Outlook[],
  acceptLossSec: number,
  { targets, sites }: Pick<Recovery, "targets" | "sites">,
  from: SiteId,
): string {
  const targetSec = 60 * targets.rpoMin;
  return seen
    .flatMap((outlook) => {
      const { group, point } = outlook;
      const latest = latestText(outlook);
      const more = latest === undefined ? [] : [`    ${latest}`];
      if ("refused" in point) return [`${group}: NO POINT as things stand: ${plain(point.refused)}`, ...more];
      const against = `${clockTime(acceptLossSec)} accepted, target ${clockTime(targetSec)}${point.lossSec > targetSec ? ": MORE THAN THE TARGET" : ""}`;
      const loss =
        point.lossSec === 0
          ? "nothing would be lost"
          : `${clockTime(point.lossSec)} of data would be lost to the declared time of the disaster (${against})`;
      return [
        `${group}: ${loss}; it would go to ${point.to === "end" ? "the end of its logs" : moment(point.atSec, sites[from].timeZone)}, proven by`,
        ...point.databases.map((d) => `    ${plain(`${d.database}: ${d.evidence}`)}`),
        ...more,
      ];
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
    : `restoring stands still, and no point is passed by while it does: decide before ${goodUntil(at, timeZone)}, or declare again; "withdraw" lets it run again`;
}

/** That the old site answers, and what loses nothing while it does. */
export const aliveText = (fact: Declaration, from: string, platform: NodeJS.Platform): string =>
  [
    `${from} answers. If it can still be left in order, a planned move loses nothing:`,
    `  ${declareCommand({ to: fact.to, mode: "planned", as: fact.as, incident: fact.incident }, platform)}`,
  ].join("\n");

/** That nothing can prove the fence of a site that gives no answer, and how somebody answers for it. */
export const fenceText = (
  fact: Declaration,
  from: string,
  canDeallocate: boolean,
  platform: NodeJS.Platform,
): string =>
  [
    `NOT FENCED: nothing of ${from} answers, so "pulumi up" will stop before it opens a database, until it is proven that no server there can write${canDeallocate ? " (Azure may still deallocate its VMs, which proves it)" : ""}. If you know that none can, declare again and say how you know:`,
    `  ${declareCommand({ ...fact, waiveFence: placeholders.waiveFence }, platform)}`,
  ].join("\n");

/** What to type next. */
export const nextText = (to: SiteId, platform: NodeJS.Platform): string =>
  ["next:", `  ${upCommand(activeStack(to), platform)}`].join("\n");
