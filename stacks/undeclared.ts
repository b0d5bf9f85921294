import { declarationHours, type Next } from "../journal/next.ts";
import type { Entry } from "../journal/entries.ts";
import type { Situation } from "../journal/situation.ts";
import type { Estate } from "../model/estate.ts";
import type { SiteId } from "../model/site.ts";
import { clockTime, durationText } from "../model/time.ts";
import { upgraded } from "../model/upgrade.ts";
import { plan } from "../planning/plan.ts";
import { readinessText } from "../readiness/text.ts";
import type { World } from "../steps/find.ts";
import { declareCommand, placeholders } from "./declare-command.ts";
import { answers, lifeAt, lifeText, type Life } from "./site-life.ts";
import type { Surroundings } from "./look.ts";
import { planText } from "./plan-text.ts";
import { previewLimitSec, readinessNow } from "./readiness.ts";
import { latestText, outlooks, type Outlook } from "./outlook.ts";

/** What may be lost where no facts say so: the common target of four hours. Seconds. */
const commonLossSec = 4 * 3600;

/** What is left of the time for telling. Seconds. */
const restSec = 0.3;

/**
 * What to type to declare the move. First the plan and what stands against it, and whether the old site is dead, alive or
 * out of reach; last, where they are seen, the commands: the planned one first while the site may still work, the
 * unplanned one below what would be lost if it was lost now.
 */
export async function undeclared(
  estate: Pick<Estate, "journal">,
  entries: readonly Entry[],
  s: Situation,
  now: Extract<Next, { kind: "undeclared" }>,
  to: SiteId,
  world: World,
  say: (line: string) => void,
): Promise<string> {
  const { from } = now;
  const why = now.expired
    ? `the declaration is older than ${String(declarationHours)} hours`
    : "no move is declared";
  const first = `${why}, and ${from} is active: nothing was changed. Declare the move, then run this again.`;
  if (!s.declared)
    return [
      first,
      "The journal holds no facts: what would be lost is not known.",
      ...planned(from, to),
      ...unplanned(from, to, commonLossSec, []),
    ].join("\n");
  const recovery = upgraded(s.declared.recovery, world.parts);
  say(`no move is declared: looking at both sites, ${String(previewLimitSec)} seconds at most`);
  const at: Surroundings = {
    world,
    recovery,
    request: { from, to, mode: "unplanned" },
    journalRef: estate.journal,
    epoch: s.epoch + 1,
    disasterSec: Math.floor(Date.now() / 1000),
  };
  const wanted = { mode: "unplanned", acceptLossSec: Number.POSITIVE_INFINITY } as const;
  const lookSec = previewLimitSec - restSec;
  const outlook = outlooks(at, wanted, lookSec);
  const [life, seen, readiness] = await Promise.all([
    lifeAt(at, lookSec),
    outlook,
    readinessNow(
      { ...at, request: { from, to, mode: "planned" } },
      { wanted, limitSec: previewLimitSec, entries, now: new Date(), outlook },
    ),
  ]);
  const targetSec = 60 * recovery.targets.rpoMin;
  const lost = unplanned(
    from,
    to,
    targetSec,
    seen.map((o) => lossText(o, targetSec)),
  );
  return [
    first,
    planText(
      plan(recovery, { from, to, mode: isGone(life) ? "unplanned" : "planned" }, world.parts),
      recovery,
      s.epoch + 1,
      s,
    ),
    readinessText(readiness, recovery),
    `${lifeText(life, recovery, from, to)}.`,
    ...(isGone(life) ? [...lost, ...planned(from, to)] : [...planned(from, to), ...lost]),
  ].join("\n");
}

/** Nothing of it answers, and it is not this runner that is cut off. */
const isGone = (life: Life): boolean =>
  !answers(life) && life.trouble === undefined && life.targetAnswers !== false;

const planned = (from: SiteId, to: SiteId): readonly string[] => [
  `If ${from} still works and should be left in order, with nothing lost:`,
  `  ${declareCommand({ to, mode: "planned", as: placeholders.as }, process.platform)}`,
];

const unplanned = (
  from: SiteId,
  to: SiteId,
  acceptLossSec: number,
  losses: readonly string[],
): readonly string[] => [
  `If ${from} is lost:`,
  ...losses.map((l) => `  ${l}`),
  `  "declare" stops restoring at ${to} at once, so that no point is passed by while you decide; "withdraw" lets it run again.`,
  `  Put the time of the disaster for ${placeholders.disasterAt}, with its offset, such as 2026-11-22T03:10+00:00:`,
  `  ${declareCommand({ to, mode: "unplanned", ...placeholders, waiveFence: undefined, acceptLossSec }, process.platform)}`,
];

/** What a group would lose if the site had been lost at this moment; more than the target: why, and what it would take. */
export function lossText(outlook: Outlook, targetSec: number): string {
  const { group, point, slowest } = outlook;
  if ("refused" in point) return `${group}: NO POINT as things stand: ${point.refused}.`;
  const loss = `${group}: ${clockTime(point.lossSec)} of data would be lost`;
  const target = clockTime(targetSec);
  const latest = latestText(outlook);
  if (point.lossSec <= targetSec)
    return `${loss}, counted to now (target ${target})${latest === undefined ? "" : `; ${latest}`}.`;
  const accept = `decide to accept it: --accept-loss ${durationText(60 * Math.ceil(point.lossSec / 60))}`;
  return latest === undefined
    ? `${loss}, more than the target ${target}: ${slowest ?? "no later log is there"}; counted to now. Bring over its later logs, or ${accept}.`
    : `${loss}, more than the target ${target}, as far back as the point is taken unless you say otherwise; ${latest}; counted to now. Write that, or ${accept}.`;
}
