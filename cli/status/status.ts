import type { Entry } from "../../journal/entries.ts";
import { declarationHours, next } from "../../journal/next.ts";
import { lastReadiness, staleReadinessHours } from "../../journal/readiness.ts";
import { factsOf, situation, type Situation } from "../../journal/situation.ts";
import { termsOf } from "../../journal/systems.ts";
import { targetsOf } from "../../model/system.ts";
import { stateOf, type State } from "../../journal/state.ts";
import type { Mode, OnlyThere } from "../../model/part.ts";
import { fencePhasesAtOldSite, phases, type Phase } from "../../model/phase.ts";
import type { SiteId } from "../../model/site.ts";
import { countsOf, secondsOf, stepsOf, type Counts, type Standing } from "../../report/verdicts.ts";
import { chapterOf } from "../../report/entries.ts";
import { pointLossOf, type PointLoss } from "../../report/loss.ts";
import { exceptionsOf } from "../../journal/exceptions.ts";
import { darkUntil } from "../../journal/guards-until.ts";
import { firstOpened } from "../../journal/opened.ts";
import {
  unfinishedStandby,
  withoutStandby,
  type UnfinishedStandby,
  type WithoutStandby,
} from "../../journal/standby.ts";
import { twoWriters, type TwoWriters } from "../../journal/two-writers.ts";
import { owedText, withoutAdvice } from "../../journal/owed-text.ts";
import { bySeverity, standingOf, type StepSays, type SystemStanding } from "../../journal/standing.ts";
import type { Holder } from "../../journal/store.ts";
import { probeOf, type ProbeStanding } from "./probe.ts";
import { waitingOf, type Waiting } from "./waiting.ts";
import { openDrill, type OpenDrill } from "./drill.ts";

/** How an estate stands, as `status --json` prints it. Times are ISO 8601 in UTC. */
export interface Status {
  readonly estate: string;
  /** While the estate moves: the site that it moves from, whether it can still write or not. */
  readonly active: { readonly site: SiteId; readonly place?: string };
  /** Past no return: the site at which databases are open, and since when. */
  readonly open?: { readonly site: SiteId; readonly place?: string; readonly since: string };
  readonly state: State;
  readonly declaration?: {
    readonly to: SiteId;
    readonly mode: Mode;
    readonly as: string;
    readonly incident?: string;
    readonly at: string;
    readonly goodUntil: string;
    readonly expired: boolean;
    readonly waived: boolean;
    /** `up` would begin with it, or begin anew, while a move is under way. */
    readonly begins: boolean;
  };
  readonly held: readonly string[];
  /** A drill of which something may be there. */
  readonly drill?: OpenDrill;
  readonly lastActivation?: {
    readonly epoch: number;
    readonly from: SiteId;
    readonly to: SiteId;
    readonly mode: Mode;
    readonly as: string;
    readonly startedAt: string;
    readonly outcome: "unfinished" | "completed" | "completed with exceptions" | "abandoned";
    /** Steps in the journal; `planned` is how many its plan has, where that could be worked out. */
    readonly steps: Counts & { readonly planned?: number };
    /** Failed steps that stop what depends on them, in the order in which they began. */
    readonly failed: readonly StepSays[];
    /** What could not be had at the old site, or is left for later: the move goes on without. */
    readonly notHad: readonly StepSays[];
    /** Each with the target for the loss of its own systems, from the facts of that activation. Seconds. */
    readonly points: readonly (PointLoss & { readonly rpoTargetSec?: number })[];
    /** How each of its systems stands; one that has exceptions first. */
    readonly systems: readonly SystemStanding[];
    /** Of steps that were skipped, or allowed to fail. */
    readonly exceptions: readonly StepSays[];
    /** Systems that the next `up` goes on with in another mode. */
    readonly modeChanges: readonly { readonly system: string; readonly as: string; readonly at: string }[];
    /** The strictest target for data loss in the facts of that activation. Seconds. */
    readonly rpoTargetSec?: number;
  };
  /** Steps that wait for people, or that ended without an answer. */
  readonly waiting: readonly Waiting[];
  /** Somebody has recorded since the last move which site is active. */
  readonly taken?: {
    readonly how: "adopted" | "break-glass";
    readonly as: string;
    readonly reason: string;
    readonly at: string;
  };
  readonly running: readonly (Holder & { readonly what: string })[];
  /** `isFence`: it fences the site that was left. Until it is done, what runs there is not known. */
  readonly owed: readonly (StepSays & { readonly triedAt: string; readonly isFence: boolean })[];
  /** The site that was left was found at work beside the new one; told until what it alone held is saved. */
  readonly twoWriters?: TwoWriters & { readonly place?: string };
  /** The site that was left is not fenced, and until then its guards may start services there by themselves. ISO 8601. */
  readonly guardsUntil?: string;
  /** The active site has no standby since its move, as far as the journal shows. */
  readonly withoutStandby?: WithoutStandby;
  /** Its standby was re-protected, and the journal does not show that all of it is provisioned. */
  readonly unfinishedStandby?: UnfinishedStandby;
  /** While it has none: backups that lie at the active site on one server alone. */
  readonly alone?: readonly OnlyThere[];
  /** The last look at readiness since the last move; `stale` where none has run for a day, and absent where there is none. */
  readonly readiness?: {
    readonly at: string;
    readonly ageSec: number;
    readonly to: SiteId;
    readonly verdict: "ready" | "warnings" | "not ready";
    readonly findings: number;
    readonly stale: boolean;
  };
  /** The last probe that was run here; absent where nothing depends on one and none has run. */
  readonly probe?: ProbeStanding;
  readonly facts?: { readonly hash: string; readonly at: string; readonly ageSec: number };
  readonly lastReport?: string;
  readonly journal: { readonly entries: number; readonly head: string; readonly place: string };
}

/** What a status is made of beside the journal. */
export interface StatusArgs {
  readonly now: Date;
  readonly place: string;
  readonly leases: readonly (Holder & { readonly name: string })[];
  readonly plannedSteps?: number | undefined;
  readonly lastReport?: string | undefined;
  /** Backups that lie at the active site on one server alone, as its parts say. Default: none. */
  readonly alone?: readonly OnlyThere[];
  readonly probeRan?: Parameters<typeof probeOf>[1];
}

/** How the estate stands, from the entries of its journal. */
export function statusOf(entries: readonly Entry[], args: StatusArgs): Status {
  const s = situation(entries);
  const placed = (site: SiteId): Status["active"] => {
    const place = s.declared?.recovery.sites[site].place;
    return { site, ...(place === undefined ? {} : { place }) };
  };
  const { now } = args;
  const state = stateOf(s);
  const opened = firstOpened(entries, s);
  const writers = twoWriters(entries, s);
  const unprotected = withoutStandby(entries, s);
  const unfinished = unfinishedStandby(entries, s);
  const drill = openDrill(entries, now);
  return {
    estate: s.estate,
    active: placed(s.active),
    ...(opened && s.last && state !== "active" ? { open: { ...placed(s.last.to), since: opened.at } } : {}),
    state,
    ...declarationOf(s, now),
    held: [...s.held],
    ...(drill ? { drill } : {}),
    ...lastOf(entries, s, args.plannedSteps),
    waiting: waitingOf(entries, args.leases, now),
    ...(s.taken
      ? { taken: { how: s.taken.kind, as: s.taken.as, reason: s.taken.reason, at: s.taken.at } }
      : {}),
    running: args.leases.map(({ name, who, since }) => ({ what: leaseText(name), who, since })),
    owed: [...s.owed].flatMap((step) => {
      const last = s.verdicts.get(step);
      return last
        ? [
            {
              step,
              says: owedText(s, step),
              triedAt: last.at,
              isFence: fencePhasesAtOldSite.has(last.phase as Phase),
            },
          ]
        : [];
    }),
    ...(writers && writers.savedAt === undefined
      ? { twoWriters: { ...writers, ...placed(writers.site) } }
      : {}),
    ...guardsOf(s, now),
    ...(unprotected ? { withoutStandby: unprotected } : {}),
    ...(unfinished ? { unfinishedStandby: unfinished } : {}),
    ...(unprotected && args.alone && args.alone.length > 0 ? { alone: args.alone } : {}),
    ...readinessOf(entries, s, now),
    ...probeOf(s, args.probeRan, now),
    ...(s.declared
      ? {
          facts: {
            hash: s.declared.factsHash,
            at: s.declared.at,
            ageSec: Math.round(now.getTime() / 1000 - secondsOf(s.declared)),
          },
        }
      : {}),
    ...(args.lastReport === undefined ? {} : { lastReport: args.lastReport }),
    journal: { entries: entries.length, head: s.head, place: args.place },
  };
}

/** While the site that was left is not fenced: how long its guards may still start what they have. */
function guardsOf(s: Situation, now: Date): Pick<Status, "guardsUntil"> {
  const until = darkUntil(s, s.declared?.recovery.guard);
  return until === undefined || until * 1000 < now.getTime()
    ? {}
    : { guardsUntil: new Date(until * 1000).toISOString() };
}

/** One from before the last move tells of an estate that was the other way round. */
function readinessOf(entries: readonly Entry[], s: Situation, now: Date): Pick<Status, "readiness"> {
  const last = lastReadiness(entries);
  const movedAt = Math.max(s.last?.seq ?? -1, s.taken?.seq ?? -1);
  if (!last || last.seq < movedAt) return {};
  const ageSec = Math.max(0, Math.round(now.getTime() / 1000 - secondsOf(last)));
  return {
    readiness: {
      at: last.at,
      ageSec,
      to: last.to,
      verdict: last.verdict,
      findings: last.findings.length,
      stale: ageSec > staleReadinessHours * 3600,
    },
  };
}

function declarationOf(s: Situation, now: Date): Pick<Status, "declaration"> {
  const { declaration: d } = s;
  if (!d) return {};
  const until = new Date(Date.parse(d.at) + declarationHours * 3_600_000);
  return {
    declaration: {
      to: d.to,
      mode: d.mode,
      as: d.as,
      ...(d.incident === undefined ? {} : { incident: d.incident }),
      at: d.at,
      goodUntil: until.toISOString(),
      expired: now > until,
      waived: d.waiveFence !== undefined,
      begins: next(s, d.to, now).kind === "start",
    },
  };
}

function lastOf(
  entries: readonly Entry[],
  s: Situation,
  planned: number | undefined,
): Pick<Status, "lastActivation"> {
  const chapter = chapterOf(entries);
  if (!s.last || !chapter) return {};
  const { epoch, from, to, mode, as, at } = s.last;
  const steps = stepsOf(chapter.entries, epoch);
  const only = (lines: typeof steps): readonly StepSays[] => lines.map(({ step, says }) => ({ step, says }));
  const systems = standingOf(s);
  const facts = factsOf(entries, s);
  const exceptions = exceptionsOf(s);
  return {
    lastActivation: {
      epoch,
      from,
      to,
      mode,
      as,
      startedAt: at,
      outcome:
        s.ended.get(epoch) === "completed" && exceptions.length > 0
          ? "completed with exceptions"
          : (s.ended.get(epoch) ?? "unfinished"),
      // What gives back or goes back is none of its plan.
      steps: {
        ...countsOf(steps.filter((l) => l.phase !== "" && phases.includes(l.phase))),
        ...(planned === undefined ? {} : { planned }),
      },
      failed: only(steps.filter((l) => l.critical && l.standing === "failed")),
      notHad: steps
        .filter((l) => !l.critical && isNotHad.has(l.standing) && !exceptions.includes(l.step))
        .map(({ step, says, phase }) => ({ step, says: withoutAdvice(says, phase) })),
      systems: bySeverity(systems),
      exceptions: exceptions.map((step) => ({ step, says: s.verdicts.get(step)?.says ?? "" })),
      modeChanges: [...s.modeChanges].map(([system, e]) => ({ system, as: e.as, at: e.at })),
      points: [...s.points.values()].map((p) => {
        const own = systems.find((x) => x.system === p.group);
        const targets = facts && targetsOf(facts.recovery, own?.parts);
        const at = own && s.last ? termsOf(s.last, own.system).disasterAt : s.last?.disasterAt;
        return {
          ...pointLossOf(p, at === undefined ? undefined : Date.parse(at) / 1000),
          ...(targets ? { rpoTargetSec: 60 * targets.rpoMin } : {}),
        };
      }),
      ...(facts ? { rpoTargetSec: 60 * facts.recovery.targets.rpoMin } : {}),
    },
  };
}

/** How a step stands that did not do its work, and is waited for by nothing. */
const isNotHad: ReadonlySet<Standing> = new Set<Standing>(["failed", "waived", "skipped"]);

/** A lease by its name, for people: `step k2/stop of activation 3`. */
export function leaseText(name: string): string {
  const step = /^step (\d+) (.+)$/.exec(name);
  if (step) return `step ${step[2] ?? ""} of activation ${step[1] ?? ""}`;
  const drill = /^drill (\d+) (.+)$/.exec(name);
  if (drill) return `step ${drill[2] ?? ""} of drill ${drill[1] ?? ""}`;
  if (name.startsWith("provision ")) return `provisioning step ${name.slice("provision ".length)}`;
  return name === "run" ? "pulumi up" : name;
}
