import type { Entry, EntryOf } from "../journal/entries.ts";
import type { Repository } from "../journal/repository.ts";
import { exceptionsOf } from "../journal/exceptions.ts";
import { darkUntil } from "../journal/guards-until.ts";
import { firstOpened } from "../journal/opened.ts";
import { owedText } from "../journal/owed-text.ts";
import { isDone, situation, type Situation } from "../journal/situation.ts";
import { termsOf } from "../journal/systems.ts";
import type { Terms } from "../journal/terms.ts";
import { stateOf, type State } from "../journal/state.ts";
import { twoWriters, type TwoWriters } from "../journal/two-writers.ts";
import type { Mode } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Targets } from "../model/targets.ts";
import { blockingOf, waysOn, type Blocking } from "./blocking.ts";
import { consentsOf, type Consent } from "./consents.ts";
import { databaseLosses, type DatabaseLoss } from "./databases.ts";
import { chapterOf } from "./entries.ts";
import { entryText, pointText } from "./entry-text.ts";
import { incidentOf } from "./incident.ts";
import { pointLossOf, type PointLoss } from "./loss.ts";
import { modeChangesOf, type ModeChanged } from "./mode-changes.ts";
import { readinessAround, type ReadinessAround } from "./readiness.ts";
import { servedOf, type Served } from "./served.ts";
import type { Settled } from "./settled.ts";
import { systemReports, type SystemReport } from "./systems.ts";
import { timelineOf, type Timeline } from "./timeline.ts";
import { countsOf, secondsOf, stepsOf, type Counts, type StepLine } from "./verdicts.ts";
import { waiversOf, type Waiver } from "./waivers.ts";

/** A site with its place and the time zone of its clocks. */
export interface ReportSite {
  readonly id: SiteId;
  readonly place: string;
  readonly timeZone: string;
}

/** What one activation was and did: all that a page or a machine shows. Times are seconds since 1970 UTC. */
export interface Report {
  readonly format: 1;
  readonly estate: string;
  readonly epoch: number;
  readonly from: ReportSite;
  readonly to: ReportSite;
  readonly mode: Mode;
  readonly as: string;
  readonly incident?: string;
  readonly disasterSec?: number;
  readonly acceptLossSec: number;
  readonly outcome: "completed" | "completed with exceptions" | "abandoned" | "unfinished";
  /** How the estate stood at the end of what is told: for an unfinished one, which ways out it has. */
  readonly state: State;
  readonly declaredSec?: number;
  readonly startedSec: number;
  readonly noReturnSec?: number;
  /** When it completed or was abandoned; of an unfinished one, when the journal last heard of it. */
  readonly endedSec: number;
  /** Numbers of the activations of the same incident, this one the last: it was declared anew before it had ended. */
  readonly epochs: readonly number[];
  /** When the first of them started. */
  readonly firstStartedSec: number;
  /** Since when people could work, and what shows it; absent where it is not completed. */
  readonly served?: Served;
  /** From the start of the incident's first activation until people could work, or to the end of what is told. */
  readonly cutOverSec: number;
  /** From the declared time of the disaster, where one was declared, to the same moment: what an owner's RTO counts. */
  readonly outageSec?: number;
  /** From the incident's first declaration to the same moment, with the time until somebody began. */
  readonly sinceDeclaredSec?: number;
  /** From the first step that stopped something at the old site to the same moment: how long nobody could work in a planned move. */
  readonly stoppedSec?: number;
  readonly targets: Targets;
  /** What stands in the way of one that has not ended, what failed first. */
  readonly blocking: readonly Blocking[];
  /** How it goes on or is given up, once that is mended; absent where it has ended, or another has taken its place. */
  readonly waysOn?: string;
  /** What came after one that never ended: the activation that began anew, or somebody's word from outside. */
  readonly endedBy?: string;
  /** The largest loss over all groups of databases, or gone back from, what was written since; absent where no point was chosen. */
  readonly lossSec?: number;
  readonly counts: Counts;
  readonly points: readonly ReportPoint[];
  readonly steps: readonly StepLine[];
  readonly timeline: Timeline;
  readonly held: readonly { readonly part: string; readonly atSec: number; readonly says: string }[];
  readonly waivers: readonly Waiver[];
  /** What people said, in order, and what came of it. */
  readonly consents: readonly Consent[];
  /** What was known before, and what was seen first afterwards. */
  readonly readiness: ReadinessAround;
  /** Who ran it first: user@host#process. */
  readonly begunBy: string;
  /** The commit of the estate's repository when it began; absent in journals of versions that did not look. */
  readonly repository?: Repository;
  /** Steps that still have to be done, with what stopped them. */
  readonly owed: readonly { readonly step: string; readonly says: string }[];
  /** The site that was left was found at work beside the new one: no figure holds what it wrote. Its times are ISO 8601. */
  readonly twoWriters?: TwoWriters;
  /** Where a fence is owed: until when guards at the old site may start services there by themselves. Seconds since 1970 UTC. */
  readonly guardsUntilSec?: number;
  /** How many steps were owed when it completed and have been done since. */
  readonly paid: number;
  /** What went otherwise than planned: skipped by somebody, or allowed to fail. */
  readonly exceptions: readonly { readonly step: string; readonly says: string }[];
  /** By system, its own verdict and figures, those with exceptions first; none where the journal knows no systems. */
  readonly systems: readonly SystemReport[];
  /** Changes of the mode in the middle of the incident, oldest first. */
  readonly modeChanges: readonly ModeChanged[];
  readonly abandoned?: { readonly as: string; readonly reason: string };
  /** Gone back past no return: for how long the target could be written to, which is lost at the old site. Seconds. */
  readonly writtenSec?: number;
  readonly hashes: {
    readonly facts: string;
    readonly plan: string;
    readonly genesis: string;
    readonly head: string;
    /** Number of the entry that `head` belongs to. */
    readonly headSeq: number;
    /** Hashes of the plans that it went on with after it had started. */
    readonly changedPlans: readonly string[];
  };
}

/** The point of one group of databases, and what each of them lost by it. */
export interface ReportPoint extends PointLoss {
  /** When it was chosen, and frozen for all later steps. */
  readonly frozenSec: number;
  /** What was asked for: the latest, a time, or so long before the disaster; absent where the data's own rule counted. */
  readonly asked?: string;
  readonly databases: readonly DatabaseLoss[];
}

/** The report of an activation, from the journal alone. Without a number: of the newest. Throws where there is none. */
export function reportOf(entries: readonly Entry[], recovery: Recovery, epoch?: number): Report {
  const chapter = chapterOf(entries, epoch);
  if (!chapter)
    throw new Error(
      epoch === undefined
        ? "the journal holds no activation yet, so there is nothing to report"
        : `the journal holds no activation ${String(epoch)}. "parallel-standby journal show" lists what it holds`,
    );
  const { started, declaration } = chapter;
  const s = situation(chapter.until);
  const own = chapter.entries;
  const completed = own.find(
    (e): e is EntryOf<"completed"> => e.kind === "completed" && e.epoch === started.epoch,
  );
  const abandoned = own.find(
    (e): e is EntryOf<"abandoned"> => e.kind === "abandoned" && e.epoch === started.epoch,
  );
  const noReturn = firstOpened(chapter.until, s);
  const steps = [...keptSteps(chapter.until, s, started.epoch), ...stepsOf(own, started.epoch)];
  const startedSec = secondsOf(started);
  const end = completed ?? abandoned;
  const endedSec = secondsOf(end ?? own.at(-1) ?? started);
  const disasterSec = disasterOf(started);
  const points = [...s.points.values()].map((p): ReportPoint => {
    const terms = termsOf(started, p.group);
    const disaster = disasterOf(terms);
    return {
      ...pointLossOf(p, disaster),
      frozenSec: secondsOf(p),
      ...(terms.point === undefined ? {} : { asked: pointText(terms.point) }),
      databases: databaseLosses(p, disaster),
    };
  });
  const exceptions = [...new Set([...(completed?.exceptions ?? []), ...exceptionsOf(s)])].map((step) => ({
    step,
    says: s.verdicts.get(step)?.says ?? "",
  }));
  const incident = incidentOf(chapter.until, started);
  const firstStartedSec = secondsOf(incident[0]);
  const firstDeclared = entries.find((e) => e.seq === incident[0].declaration && e.kind === "move declared");
  const served = completed ? servedOf(steps, endedSec) : undefined;
  const countedToSec = served?.atSec ?? endedSec;
  const stopped = steps.filter((x) => x.phase === "fence-apps" && isDone({ verdict: x.standing }));
  const after = entries[chapter.until.length];
  const taken = after?.kind === "adopted" || after?.kind === "break-glass" ? after : undefined;
  const place = (id: SiteId): ReportSite => ({ id, ...recovery.sites[id] });
  return {
    format: 1,
    estate: s.estate,
    epoch: started.epoch,
    from: place(started.from),
    to: place(started.to),
    mode: started.mode,
    as: started.as,
    ...(started.incident === undefined ? {} : { incident: started.incident }),
    ...(disasterSec === undefined ? {} : { disasterSec }),
    acceptLossSec: started.acceptLossSec,
    outcome: completed
      ? exceptions.length > 0
        ? "completed with exceptions"
        : "completed"
      : abandoned
        ? "abandoned"
        : "unfinished",
    state: stateOf(s),
    ...(declaration ? { declaredSec: secondsOf(declaration) } : {}),
    startedSec,
    ...(noReturn ? { noReturnSec: secondsOf(noReturn) } : {}),
    endedSec,
    epochs: incident.map((e) => e.epoch),
    firstStartedSec,
    ...(served ? { served } : {}),
    cutOverSec: countedToSec - firstStartedSec,
    ...(disasterSec === undefined ? {} : { outageSec: countedToSec - disasterSec }),
    ...(firstDeclared ? { sinceDeclaredSec: countedToSec - secondsOf(firstDeclared) } : {}),
    ...(stopped.length === 0
      ? {}
      : { stoppedSec: countedToSec - Math.min(...stopped.map((x) => x.fromSec)) }),
    targets: recovery.targets,
    blocking: end ? [] : blockingOf(s, steps),
    ...(end || after ? {} : optional("waysOn", waysOn(s))),
    ...(end || !after ? {} : { endedBy: endedByText(after) }),
    ...(points.length > 0
      ? { lossSec: abandoned?.lossSec ?? Math.max(...points.map((p) => p.lossSec)) }
      : {}),
    counts: countsOf(steps),
    points,
    steps,
    timeline: timelineOf(steps, startedSec, endedSec),
    held: heldFor(chapter.until, declaration, started),
    waivers: waiversOf(incident, chapter.until, end ? undefined : voidBy(after, s)),
    consents: consentsOf(chapter.until, incident, taken),
    readiness: readinessAround(chapter.until, started.to, (firstDeclared ?? incident[0]).seq, end?.seq),
    begunBy: started.by,
    ...(started.repository ? { repository: started.repository } : {}),
    modeChanges: modeChangesOf(chapter.until, new Set(incident.map((e) => e.epoch))),
    owed: [...s.owed].map((step) => ({ step, says: owedText(s, step) })),
    ...optional("twoWriters", twoWriters(chapter.until, s)),
    ...optional("guardsUntilSec", darkUntil(s, recovery.guard)),
    paid: completed ? completed.owed.filter((step) => !s.owed.has(step)).length : 0,
    exceptions,
    systems: systemReports(s, recovery, steps, { startedSec: firstStartedSec, endedSec }),
    ...(abandoned?.lossSec === undefined ? {} : { writtenSec: abandoned.lossSec }),
    ...(abandoned ? { abandoned: { as: abandoned.as, reason: abandoned.reason } } : {}),
    hashes: {
      facts: started.factsHash,
      plan: started.planHash,
      genesis: s.genesis,
      head: s.head,
      headSeq: chapter.until.at(-1)?.seq ?? 0,
      changedPlans: own.flatMap((e) =>
        e.kind === "plan changed" && e.epoch === started.epoch ? [e.planHash] : [],
      ),
    },
  };
}

const disasterOf = ({ disasterAt }: Pick<Terms, "disasterAt">): number | undefined =>
  disasterAt === undefined ? undefined : Date.parse(disasterAt) / 1000;

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [k in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [k in K]: V });

/** What makes all void that was waived in an activation that has not ended. */
function voidBy(after: Entry | undefined, { noReturn }: Situation): Settled | undefined {
  if (!after || (after.kind === "activation started" && noReturn)) return undefined;
  return { says: `void: ${endedByText(after)}`, atSec: secondsOf(after) };
}

/** What came after an activation that has not ended. */
const endedByText = (e: Entry): string =>
  e.kind === "activation started"
    ? `activation ${String(e.epoch)} took its place: see its report`
    : `what it was about was settled outside of it: ${entryText(e)}`;

/** Steps that count, though an activation before did them: of a system that had arrived when the mode was changed. */
function keptSteps(until: readonly Entry[], s: Situation, epoch: number): readonly StepLine[] {
  const kept = [...s.verdicts.values()].filter((v) => v.epoch !== undefined && v.epoch !== epoch);
  return [...new Set(kept.map((v) => v.epoch ?? 0))].flatMap((before) =>
    stepsOf(until, before).filter((line) => kept.some((v) => v.step === line.step && v.epoch === before)),
  );
}

/** Whether a database is open at the new site: from then on what is behind the point is lost. */
export const isOpen = (r: Pick<Report, "noReturnSec" | "outcome">): boolean =>
  r.noReturnSec !== undefined || r.outcome.startsWith("completed");

/** What was held between the declaration and the start. */
function heldFor(
  until: readonly Entry[],
  declaration: EntryOf<"move declared"> | undefined,
  started: EntryOf<"activation started">,
): Report["held"] {
  if (!declaration) return [];
  return until.flatMap((e) =>
    e.kind === "held" && e.seq > declaration.seq && e.seq < started.seq
      ? [{ part: e.part, atSec: secondsOf(e), says: e.says }]
      : [],
  );
}
