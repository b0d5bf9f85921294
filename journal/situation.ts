import { mayBeOwed, type Phase } from "../model/phase.ts";
import type { SiteId } from "../model/site.ts";
import { absent, JournalError } from "./chain.ts";
import type { Entry, EntryOf } from "./entries.ts";
import { unfencedBy } from "./outside.ts";
import { peopleOf, type People } from "./people.ts";
import { isMoving } from "./state.ts";
import { begin, onlyWaits, systemOf } from "./systems.ts";
import { waived } from "./waiver.ts";

/** What the entries say, taken together. */
export interface Situation {
  readonly estate: string;
  /** Hash of the first entry: which journal this is. */
  readonly genesis: string;
  /** Hash of the last entry. */
  readonly head: string;
  /** The site that is active; while the estate moves, the one it moves from. */
  readonly active: SiteId;
  /** Number of the last activation, or of what has taken its place; 0 before the first. */
  readonly epoch: number;
  /** Somebody has said since the last activation which site is active: no activation is the last one any more. */
  readonly taken?: EntryOf<"adopted"> | EntryOf<"break-glass">;
  readonly last?: EntryOf<"activation started">;
  readonly ended: ReadonlyMap<number, "completed" | "abandoned">;
  /** A database was opened at the new site: one can only finish. */
  readonly noReturn: boolean;
  /** By system, what opened its first database at the new site. */
  readonly opened: ReadonlyMap<string, EntryOf<"no return">>;
  /** Systems of which databases are open or services started at the new site: they can only be finished. */
  readonly arrived: ReadonlySet<string>;
  /** Systems of which a step that starts services has begun or was skipped: what runs there may be theirs. */
  readonly starting: ReadonlySet<string>;
  /** Systems of the last activation that are up at the new site. */
  readonly completed: ReadonlyMap<string, EntryOf<"system completed">>;
  /** By system, a change of its mode that the next `up` begins with. */
  readonly modeChanges: ReadonlyMap<string, EntryOf<"mode changed">>;
  /** The last activation is being abandoned: it never acts again, and the old site is given back what was taken. */
  readonly abandoning?: EntryOf<"abandoning">;
  /** Past no return it was proven closed at the target, before the old site is given back anything. */
  readonly targetClosed: boolean;
  readonly declared?: EntryOf<"declared">;
  /** A declaration that no activation has used up and nobody has withdrawn. */
  readonly declaration?: EntryOf<"move declared">;
  /** Parts whose restore jobs were stopped by a declaration. */
  readonly held: ReadonlySet<string>;
  /** The last word on each step of the last activation. */
  readonly verdicts: ReadonlyMap<string, EntryOf<"step">>;
  /** Steps that began and have no verdict: a runner that died, or one that runs now. */
  readonly begun: ReadonlySet<string>;
  /** Steps of the last activation that ended without doing their work and can still be done. */
  readonly owed: ReadonlySet<string>;
  /**
   * How often a step was tried in vain in this epoch, of one that stops a move since it was done: kept after it has paid,
   * so that its input stays as it is.
   */
  readonly attempts: ReadonlyMap<string, number>;
  readonly points: ReadonlyMap<string, EntryOf<"point chosen">>;
  /** What people were asked in the last activation, and what they said. */
  readonly people: People;
}

/** Entries that were read once are asked many times; a list that has grown since is read again. */
const known = new WeakMap<readonly Entry[], { readonly head: Entry; readonly says: Situation }>();

/** Reads the situation from the entries; throws where there are none. */
export function situation(entries: readonly Entry[]): Situation {
  const found = known.get(entries);
  const head = entries.at(-1);
  if (found && head && found.head === head) return found.says;
  const says = readAnew(entries);
  if (head) known.set(entries, { head, says });
  return says;
}

function readAnew(entries: readonly Entry[]): Situation {
  const first = entries[0];
  const head = entries.at(-1);
  if ((first?.kind !== "genesis" && first?.kind !== "break-glass") || !head) throw new JournalError(absent);
  const ended = new Map<number, "completed" | "abandoned">();
  const verdicts = new Map<string, EntryOf<"step">>();
  const begun = new Set<string>();
  const attempts = new Map<string, number>();
  const points = new Map<string, EntryOf<"point chosen">>();
  const opened = new Map<string, EntryOf<"no return">>();
  const arrived = new Set<string>();
  const starting = new Set<string>();
  const completed = new Map<string, EntryOf<"system completed">>();
  const modeChanges = new Map<string, EntryOf<"mode changed">>();
  const held = new Set<string>();
  let active = first.active;
  let epoch = 0;
  let taken: Situation["taken"];
  let last: EntryOf<"activation started"> | undefined;
  let declared: EntryOf<"declared"> | undefined;
  let declaration: EntryOf<"move declared"> | undefined;
  let noReturn = false;
  let abandoning: EntryOf<"abandoning"> | undefined;
  let targetClosed = false;

  const onStep = (e: EntryOf<"step">): void => {
    if (e.epoch === undefined || e.epoch !== (last ?? taken)?.epoch || e.verdict === "refused") return;
    const system = systemOf(e.step, last?.systems);
    const starts =
      e.phase === "start-services" && system !== undefined && !onlyWaits(e.step, system, last?.systems);
    if (starts) starting.add(system);
    if (e.verdict === "started") return void begun.add(e.step);
    begun.delete(e.step);
    const before = verdicts.get(e.step);
    verdicts.set(e.step, e);
    if (starts && isDone(e)) arrived.add(system);
    if (isDone(e)) return;
    if (!e.critical) attempts.set(e.step, (e.attempt ?? 0) + 1);
    // A stack that has seen it done runs it again only with another input.
    else if (before && isDone(before)) attempts.set(e.step, (attempts.get(e.step) ?? 0) + 1);
  };

  const onOpened = (e: EntryOf<"no return">): void => {
    const system = systemOf(e.step, last?.systems);
    if (system === undefined || opened.has(system)) return;
    opened.set(system, e);
    arrived.add(system);
  };

  for (const e of entries) {
    switch (e.kind) {
      case "declared":
        declared = e;
        break;
      case "move declared":
        declaration = e;
        break;
      case "withdrawn":
        declaration = undefined;
        modeChanges.clear();
        break;
      case "held":
        held.add(e.part);
        break;
      case "released":
        held.delete(e.part);
        break;
      case "activation started":
        begin(
          { verdicts, attempts, points, opened, completed, arrived, starting },
          e,
          last !== undefined && !ended.has(last.epoch) && last.to === e.to,
        );
        begun.clear();
        modeChanges.clear();
        last = e;
        epoch = e.epoch;
        taken = undefined;
        noReturn = opened.size > 0;
        abandoning = undefined;
        targetClosed = false;
        if (declaration?.seq === e.declaration) declaration = undefined;
        break;
      case "step":
        onStep(e);
        break;
      case "point chosen":
        if (e.epoch === last?.epoch) points.set(e.group, e);
        break;
      case "no return":
        if (e.epoch !== last?.epoch) break;
        noReturn = true;
        onOpened(e);
        break;
      case "completed":
        ended.set(e.epoch, "completed");
        held.clear();
        modeChanges.clear();
        if (last?.epoch === e.epoch) active = last.to;
        break;
      case "abandoning":
        if (e.epoch === last?.epoch) abandoning = e;
        break;
      case "target closed":
        if (e.epoch === last?.epoch) targetClosed = true;
        break;
      case "abandoned":
        ended.set(e.epoch, "abandoned");
        // Gone back past no return, the target follows nothing any more: nothing of it is held.
        if (e.lossSec !== undefined) held.clear();
        modeChanges.clear();
        if (e.epoch === last?.epoch) abandoning = undefined;
        break;
      case "system completed":
        if (e.epoch === last?.epoch) completed.set(e.system, e);
        break;
      case "mode changed":
        if (e.epoch === last?.epoch) for (const system of e.systems) modeChanges.set(system, e);
        break;
      case "adopted":
      case "break-glass":
        for (const memory of [verdicts, begun, attempts, points, held]) memory.clear();
        for (const memory of [opened, arrived, starting, completed, modeChanges]) memory.clear();
        active = e.active;
        epoch = e.epoch;
        taken = e;
        last = undefined;
        declaration = undefined;
        noReturn = false;
        abandoning = undefined;
        targetClosed = false;
        for (const step of unfencedBy(e)) onStep(step);
        break;
      case "waiver":
        if (last && e.epoch === last.epoch) last = waived(last, e);
        break;
      case "genesis":
      case "plan changed":
      case "re-protect":
      case "re-protected":
      case "waiting":
      case "approval":
      case "skip":
      case "drill declared":
      case "drill started":
      case "drill point":
      case "drill verified":
      case "drill ending":
      case "drill swept":
      case "guard allowed":
      case "guard removal":
      case "readiness":
      case "facts confirmed":
      case "exercise begun":
      case "exercised":
      case "restored":
      case "worked beside":
        break;
    }
  }
  const owed = new Set(
    (last && ended.get(last.epoch) === "abandoned" ? [] : [...verdicts.values()])
      .filter((v) => !v.critical && !isDone(v) && mayBeOwed.has(v.phase as Phase))
      .map((v) => v.step),
  );
  return {
    estate: first.estate,
    genesis: first.hash,
    head: head.hash,
    active,
    epoch,
    ...(taken ? { taken } : {}),
    ...(last ? { last } : {}),
    ended,
    noReturn,
    opened,
    arrived,
    starting,
    completed,
    modeChanges,
    ...(abandoning ? { abandoning } : {}),
    targetClosed,
    ...(declared ? { declared } : {}),
    ...(declaration ? { declaration } : {}),
    held,
    verdicts,
    begun,
    owed,
    attempts,
    points,
    people: peopleOf(entries, last?.epoch ?? 0),
  };
}

/** Whether the step's work stands. */
export const isDone = (v: { readonly verdict: string }): boolean =>
  v.verdict === "done" || v.verdict === "already";

/** Whether a database that a step belongs to is open at the new site; where no systems are known, whether any is. */
export function isOpened(s: Situation, step: string): boolean {
  const system = systemOf(step, s.last?.systems);
  return system === undefined ? s.noReturn : s.opened.has(system);
}

/** Steps of the last activation that nothing waits for any more: done, skipped, or allowed to end otherwise. */
export const endedSteps = (s: Situation): ReadonlySet<string> =>
  new Set(
    [...s.verdicts.values()]
      .filter((v) => isDone(v) || !v.critical || v.verdict === "skipped")
      .map((v) => v.step),
  );

/** The facts that a running activation was started with, not the newest; before one, the newest. */
export function factsOf(entries: readonly Entry[], s: Situation): EntryOf<"declared"> | undefined {
  if (!s.last || !isMoving(s)) return s.declared;
  const { factsHash } = s.last;
  return entries.findLast(
    (e): e is EntryOf<"declared"> => e.kind === "declared" && e.factsHash === factsHash,
  );
}
