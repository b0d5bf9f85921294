import * as z from "zod";
import { Moment, PointEvidence, PointRequest } from "../model/point.ts";
import { Recovery } from "../model/recovery.ts";
import { SiteId } from "../model/site.ts";
import { Adopted, BreakGlass, Restored } from "./recorded.ts";
import { Repository } from "./repository.ts";
import { JournalMode as Mode, MovingSystem, Terms } from "./terms.ts";

const name = z.string().min(1);

/** What a step can end with. `waived`: not done, and somebody answers for it; `refused`: it was not its turn. */
export const Verdict = z.enum(["started", "done", "already", "waived", "skipped", "failed", "refused"]);
export type Verdict = z.infer<typeof Verdict>;

/** What can be said in a journal. Each kind is public: journals of earlier releases must stay readable. */
export const Fact = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("genesis"), estate: name, active: SiteId, as: z.string().optional() }),
  Adopted,
  BreakGlass,
  z.object({ kind: z.literal("declared"), factsHash: name, recovery: Recovery }),
  z.object({
    kind: z.literal("move declared"),
    to: SiteId,
    mode: Mode,
    as: name,
    disasterAt: Moment.optional(),
    acceptLossSec: z.number().nonnegative(),
    incident: z.string().optional(),
    waiveFence: z.string().optional(),
    second: name.optional(),
    accepted: z.array(name).optional(),
    point: PointRequest.optional(),
    /** Why the next move begins so soon after the last one. */
    overrideCoolDown: z.string().optional(),
  }),
  z.object({ kind: z.literal("withdrawn"), as: name, reason: z.string().optional() }),
  z.object({ kind: z.literal("held"), part: name, says: z.string() }),
  z.object({ kind: z.literal("released"), part: name, says: z.string() }),
  z.object({
    kind: z.literal("activation started"),
    epoch: z.int().positive(),
    from: SiteId,
    to: SiteId,
    mode: Mode,
    as: name,
    factsHash: name,
    planHash: name,
    /** Sequence number of the declaration that it uses up. */
    declaration: z.int(),
    disasterAt: Moment.optional(),
    acceptLossSec: z.number().nonnegative(),
    incident: z.string().optional(),
    waiveFence: z.string().optional(),
    second: name.optional(),
    accepted: z.array(name).optional(),
    point: PointRequest.optional(),
    /** What moves by itself, each with a point, a fence and a verdict of its own. Absent in journals of versions that knew none. */
    systems: z.array(MovingSystem).optional(),
    /** Absent in journals of versions that did not look. */
    repository: Repository.optional(),
  }),
  z.object({ kind: z.literal("plan changed"), epoch: z.int(), planHash: name }),
  z.object({
    kind: z.literal("step"),
    /** Absent for a step of provisioning, and of a drill. */
    epoch: z.int().optional(),
    /** Number of the drill that it belongs to. */
    drill: z.int().optional(),
    step: name,
    phase: z.string().optional(),
    verdict: Verdict,
    critical: z.boolean(),
    attempt: z.int().optional(),
    says: z.string(),
    /** Lines that the step wrote while it ran; all of them, the engine shows only some. */
    log: z.array(z.string()).optional(),
  }),
  z.object({
    kind: z.literal("point chosen"),
    epoch: z.int(),
    group: name,
    /** Seconds since 1970 UTC. */
    atSec: z.number(),
    /** `end`: to the end of the last log, nothing is lost; `time`: every database stops at that moment. */
    to: z.enum(["end", "time"]),
    lossSec: z.number(),
    databases: z.array(PointEvidence),
  }),
  /** Once for each system: from its first database on, it can only be finished. */
  z.object({ kind: z.literal("no return"), epoch: z.int(), step: name }),
  z.object({
    kind: z.literal("completed"),
    epoch: z.int(),
    owed: z.array(z.string()),
    exceptions: z.array(z.string()),
  }),
  /** From here on no step of the activation acts; it is in doubt until the inverse plan has succeeded. */
  z.object({
    kind: z.literal("abandoning"),
    epoch: z.int(),
    as: name,
    reason: z.string(),
    /** Past no return: how much of what was written at the target may be lost. Seconds. */
    acceptLossSec: z.number().nonnegative().optional(),
  }),
  z.object({
    kind: z.literal("abandoned"),
    epoch: z.int(),
    as: name,
    reason: z.string(),
    /** Past no return: for how long the target could be written to. What was is not at the old site. Seconds. */
    lossSec: z.number().nonnegative().optional(),
  }),
  /** A system is up at the new site; the activation goes on until all are. */
  z.object({
    kind: z.literal("system completed"),
    epoch: z.int(),
    system: name,
    owed: z.array(name),
    exceptions: z.array(name),
  }),
  /** Systems that have not opened a database yet go on in another mode, in an activation that begins with the next `up`. */
  z.object({
    kind: z.literal("mode changed"),
    epoch: z.int(),
    to: SiteId,
    systems: z.array(name),
    reason: name,
    ...Terms.shape,
  }),
  /** From here on what a site that was active holds may be saved and overwritten; used up by the next move. */
  z.object({ kind: z.literal("re-protect"), epoch: z.int(), site: SiteId, as: name, reason: z.string() }),
  /** The site follows the active one. What was saved there before, by step; a step without anything to save says so. */
  z.object({
    kind: z.literal("re-protected"),
    epoch: z.int(),
    site: SiteId,
    as: name,
    saved: z.array(z.object({ step: name, says: z.string() })),
  }),
  /** A step waits for people: for an approval, or for work that no program does. */
  z.object({
    kind: z.literal("waiting"),
    epoch: z.int(),
    step: name,
    for: z.enum(["approval", "manual step"]),
    /** What is to be approved, or done. */
    says: z.string(),
    /** Who does it. */
    owner: z.string().optional(),
    telephone: z.string().optional(),
    limitSec: z.number(),
    /** Who may not approve it. */
    notBy: z.string().optional(),
  }),
  /** An answer to a step that waits, for that step of that activation alone. */
  z.object({
    kind: z.literal("approval"),
    epoch: z.int(),
    step: name,
    verdict: z.enum(["approved", "declined"]),
    as: name,
    reason: z.string().optional(),
  }),
  /** That step of that activation is left out. */
  z.object({ kind: z.literal("skip"), epoch: z.int(), step: name, as: name, reason: z.string() }),
  z.object({
    kind: z.literal("drill declared"),
    drill: z.int().positive(),
    /** Where the copies are to be made: the site that is passive. */
    site: SiteId,
    /** Number of the last activation, 0 before the first; a drill is for the estate as it stood then. */
    epoch: z.int().nonnegative(),
    as: name,
    /** Absent: the data parts' own rule, counted back from the moment at which it is chosen. */
    point: PointRequest.optional(),
    /** Absent: all. */
    systems: z.array(name).optional(),
    /** How thoroughly the copies are checked. */
    check: z.enum(["full", "physical"]),
    /** How long the copies may stay. */
    limitHours: z.number().positive(),
  }),
  z.object({
    kind: z.literal("drill started"),
    drill: z.int(),
    factsHash: name,
    planHash: name,
    /** What is tried: without an isolated network no application is started beside production. */
    scope: z.literal("data only"),
    groups: z.array(name),
  }),
  z.object({
    kind: z.literal("drill point"),
    drill: z.int(),
    group: name,
    /** Seconds since 1970 UTC. */
    atSec: z.number(),
    to: z.enum(["end", "time"]),
    databases: z.array(PointEvidence),
  }),
  /** All copies stand and are verified: what was seen, a sentence each. */
  z.object({ kind: z.literal("drill verified"), drill: z.int(), says: z.array(z.string()) }),
  /** From here on no step of the drill acts, and what it has made is removed. */
  z.object({ kind: z.literal("drill ending"), drill: z.int(), why: name }),
  /** Everything was looked for; `left` names what could not be removed, and why. With nothing left the drill is over. */
  z.object({ kind: z.literal("drill swept"), drill: z.int(), says: z.string(), left: z.array(z.string()) }),
  /** The fence of a running activation is waived, for its systems that move unplanned and have not arrived. */
  z.object({
    kind: z.literal("waiver"),
    epoch: z.int(),
    as: name,
    reason: name,
    second: name.optional(),
    accepted: z.array(name).optional(),
  }),
  /** A server was let start its services although its guard would not have. */
  z.object({
    kind: z.literal("guard allowed"),
    host: name,
    /** What the journal said of its site at that moment. */
    word: z.enum(["run", "standby", "stop"]),
    as: name,
    reason: name,
    second: name.optional(),
  }),
  /** What a look at readiness found for a move to a site. */
  z.object({
    kind: z.literal("readiness"),
    to: SiteId,
    verdict: z.enum(["ready", "warnings", "not ready"]),
    findings: z.array(
      z.object({ id: name, severity: z.enum(["stops", "risk", "note"]), at: z.string(), says: z.string() }),
    ),
    /** The most that any group of databases would have lost at that moment; absent where that could not be seen. */
    lossSec: z.number().nonnegative().optional(),
    /** How long the move would have taken until people could work. */
    predictedSec: z.number().nonnegative().optional(),
    /** What later looks compare with, by name: TTLs as they were seen. */
    noted: z.record(z.string(), z.number()),
  }),
  /** A stack of the passive site was run with facts that the journal held already: they are still the owner's. */
  z.object({ kind: z.literal("facts confirmed"), factsHash: name }),
  /** A parked server is about to be started on a quiet day. Until an `exercised` follows, it may run on. */
  z.object({ kind: z.literal("exercise begun"), host: name, as: name }),
  /** A parked server was started on a quiet day, looked at and parked again. */
  z.object({
    kind: z.literal("exercised"),
    host: name,
    as: name,
    ok: z.boolean(),
    findings: z.array(
      z.object({
        id: name,
        severity: z.enum(["stops", "risk", "note"]),
        at: z.string(),
        says: z.string(),
        todo: z.string(),
      }),
    ),
  }),
  Restored,
  /** Going back past no return: the target is closed, and was looked at since. From here on the old site is opened. */
  z.object({ kind: z.literal("target closed"), epoch: z.int() }),
  /** The site that was left, before it was fenced: what was found at work there beside the new one. */
  z.object({ kind: z.literal("worked beside"), epoch: z.int(), site: SiteId, found: z.array(name) }),
  /** Guards that the estate has left behind are removed from these servers. Written before anything is changed there. */
  z.object({ kind: z.literal("guard removal"), hosts: z.array(name), as: name, reason: name }),
]);
export type Fact = z.infer<typeof Fact>;

/** A fact as the journal holds it: numbered, dated, signed, chained to the one before. */
export type Entry = Fact & {
  readonly seq: number;
  /** Hash of the entry before; empty for the first. */
  readonly prev: string;
  /** When it was written, UTC, by the runner's clock. */
  readonly at: string;
  /** Who wrote it: user@host#process. */
  readonly by: string;
  readonly hash: string;
};
/** Entries of one kind. */
export type EntryOf<K extends Fact["kind"]> = Extract<Entry, { kind: K }>;
