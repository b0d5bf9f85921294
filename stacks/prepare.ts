import type { Entry } from "../journal/entries.ts";
import { next, type Next } from "../journal/next.ts";
import { factsOf, situation, type Situation } from "../journal/situation.ts";
import { isMoving } from "../journal/state.ts";
import type { Estate } from "../model/estate.ts";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { plan, type Plan } from "../planning/plan.ts";
import { Refused } from "../steps/act.ts";
import type { World } from "../steps/find.ts";
import { completedText } from "./completed-text.ts";
import { refuseWrongClock } from "./clock.ts";
import { refuseVoidWaivers } from "./life.ts";
import type { Surroundings } from "./look.ts";
import { attemptsNow } from "./owed.ts";
import { planText } from "./plan-text.ts";
import { refuseMissingSecrets } from "./secrets.ts";
import { systemsText } from "./systems-text.ts";
import { undeclared } from "./undeclared.ts";

/** A move that begins or goes on, with its plan from the facts that count for it. Whoever drives it starts from this. */
export interface Prepared {
  readonly kind: "move";
  readonly now: Extract<Next, { kind: "start" | "go on" }>;
  readonly target: SiteId;
  readonly plan: Plan;
  readonly recovery: Recovery;
  readonly factsHash: string;
  /** The journal as it was read for this. */
  readonly s: Situation;
  /** Where it was read, and what was known there: what comes first is done with it. */
  readonly at: { readonly world: World; readonly journalRef: JournalRef };
  /** What this shell lacks that the move can do without, as a sentence. */
  readonly lacks?: string;
}

/** A move as the journal means it, before anything but the journal was asked. */
export interface Meant {
  readonly now: Prepared["now"];
  readonly s: Situation;
  readonly entries: readonly Entry[];
  readonly recovery: Recovery;
  readonly factsHash: string;
}

/**
 * What a run toward a site means now: a move to drive, or nothing to do. Throws `Refused`, with the sentence for people,
 * where it may not run or nobody has declared it. Changes nothing. `say` hears what takes its time.
 */
export async function prepare(
  estate: Pick<Estate, "journal">,
  target: SiteId,
  world: World,
  say: (line: string) => void,
): Promise<Prepared | Nothing> {
  const meant = await meantBy(estate, target, world, say);
  if ("kind" in meant) return meant;
  const { now, recovery, s, entries } = meant;
  const lacks = isCompleted(meant) ? undefined : await refuseMissingSecrets(recovery, now.request);
  if (now.kind === "start") {
    const at = surroundings(meant, estate, world);
    await refuseWrongClock(at, entries);
    await refuseVoidWaivers(at, now.declaration, now.terms, isMoving(s) ? s.arrived : new Set(), say);
  }
  return prepared(meant, estate, target, world, lacks);
}

/** That there is nothing to do, with why. */
export interface Nothing {
  readonly kind: "nothing";
  readonly says: string;
}

/** What the journal makes of a run toward a site. Throws `Refused` as `prepare` does. */
export async function meantBy(
  estate: Pick<Estate, "journal">,
  target: SiteId,
  world: World,
  say: (line: string) => void,
): Promise<Meant | Nothing> {
  const entries = await world.journal.entries();
  const s = situation(entries);
  const now = next(s, target, new Date());
  if (now.kind === "refused") throw new Refused(now.says);
  if (now.kind === "undeclared")
    throw new Refused(await undeclared(estate, entries, s, now, target, world, say));
  if (now.kind === "nothing") return now;
  const declared = now.kind === "start" && now.terms.size === 0 ? s.declared : factsOf(entries, s);
  if (!declared)
    throw new Refused(
      'the journal does not hold the facts that this activation was started with. Compare it with its mirror: "parallel-standby journal verify"',
    );
  const recovery = upgraded(declared.recovery, world.parts);
  return { now, s, entries, recovery, factsHash: declared.factsHash };
}

/** Whether that activation is at its end: then it has no need of anything. */
export const isCompleted = ({ now, s }: Pick<Meant, "now" | "s">): boolean =>
  s.ended.get(now.epoch) === "completed";

/** What looking before that move needs. */
export const surroundings = (
  { now, recovery }: Meant,
  estate: Pick<Estate, "journal">,
  world: World,
  signal?: AbortSignal,
): Surroundings => ({
  world,
  recovery,
  request: now.request,
  journalRef: estate.journal,
  epoch: now.epoch,
  disasterSec: now.kind === "start" ? disasterOf(now.declaration) : undefined,
  signal,
});

const disasterOf = ({ disasterAt }: { readonly disasterAt?: string | undefined }): number | undefined =>
  disasterAt === undefined ? undefined : Date.parse(disasterAt) / 1000;

/** That move with its plan. */
export const prepared = (
  { now, s, recovery, factsHash }: Meant,
  estate: Pick<Estate, "journal">,
  target: SiteId,
  world: World,
  lacks: string | undefined,
): Prepared => ({
  kind: "move",
  now,
  target,
  plan: plan(recovery, now.request, world.parts),
  recovery,
  factsHash,
  s,
  at: { world, journalRef: estate.journal },
  ...(lacks === undefined ? {} : { lacks }),
});

/** What people are shown of it before its first step: the plan, or that it is completed and what is owed. */
export const preparedText = ({ now, plan: made, recovery, s, lacks }: Prepared): string =>
  completedText(s, now.epoch) ??
  [
    ...(lacks === undefined ? [] : [lacks]),
    ...(isMoving(s) ? systemsText(s) : []),
    planText(made, recovery, now.epoch, s),
  ].join("\n");

/** The number of vain tries that enters a step's input, by step. */
export const attemptsOf = async ({ now, recovery, s }: Prepared): Promise<ReadonlyMap<string, number>> =>
  now.kind === "start" ? new Map() : attemptsNow(s, recovery, now.request.from);
