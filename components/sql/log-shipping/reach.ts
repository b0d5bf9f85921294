import type { NoReach, Reach } from "../../../model/part.ts";
import { moment } from "../../../model/time.ts";
import {
  boundsOf,
  chainOf,
  isSame,
  standingOf,
  walk,
  type Chain,
  type Link,
  type Place,
  type Standing,
} from "./chain.ts";
import type { BackupSet, DatabaseSeen } from "./seen.ts";

/** A point as the journal keeps it. */
export interface Target {
  /** Seconds since 1970 UTC. */
  readonly atSec: number;
  /** `end`: every log to its end; `time`: stop at that moment. */
  readonly to: "end" | "time";
}

/** One RESTORE of a route. */
export interface Restore {
  readonly set: BackupSet;
  /** Told to stop at the point. Never a set with minimally logged changes (error 4341): it ends before the point. */
  readonly stops: boolean;
}

/** How a database gets to a point; without restores it is there. */
export interface Route {
  /** From a full backup over the database that is there, since that has gone past the point. */
  readonly rebuilds: boolean;
  readonly restores: readonly Restore[];
}

/** One way through the backups: from the database as it stands, or from a full backup. */
interface Line {
  readonly full?: Link;
  readonly logs: readonly Link[];
  readonly end: Place;
  /** What the base holds, before any log. */
  readonly base: Pick<Standing, "coverSec" | "pastSec">;
  /** No point before it: the base, or a log that can be restored as a whole only, holds later commits. */
  readonly fromSec: number;
  /** All that was committed by then is in it. */
  readonly coverSec: number;
  /** It ends with the tail of the source. */
  readonly complete: boolean;
  /** No log follows the base. */
  readonly usedUp: boolean;
  readonly broken?: string;
  readonly split?: string;
}

interface Lines {
  readonly chain: Chain;
  readonly present?: Line;
  /** From the newest full backup to the oldest. */
  readonly fulls: readonly Line[];
  /**
   * The one that leads farthest; the database as it stands where a full backup leads no farther. A full backup that no
   * log follows yet offers its own end only: it counts where nothing else offers more, else it would hide all before it.
   */
  readonly best: Line;
}

/** Which points a database can be recovered to, or why none. */
export function reachOf(db: DatabaseSeen): Reach | NoReach {
  const lines = linesOf(db);
  if ("refused" in lines) return lines;
  const { best } = lines;
  const same = all(lines).filter((l) => isSame(l.end, best.end));
  const exact = same
    .filter((l) => l.fromSec <= l.coverSec)
    .map(({ fromSec, coverSec }) => ({ fromSec, toSec: coverSec }));
  // A chain that is used up, with no base before it, is what it is: its own end is the one point that it offers.
  const spans =
    exact.length > 0
      ? exact
      : same.filter((l) => l.usedUp).map(({ fromSec }) => ({ fromSec, toSec: fromSec }));
  const [widest, ...others] = spans
    .filter((s) => Number.isFinite(s.toSec))
    .toSorted((a, b) => b.toSec - a.toSec);
  if (!widest)
    return {
      refused: `what it holds can't be told: neither the restore history nor a file in the folder says when the log up to LSN ${String(best.end.lsn)} was written`,
    };
  const { toSec } = widest;
  const fromSec = others.reduce(
    (from, s) => (s.toSec >= from ? Math.min(from, s.fromSec) : from),
    widest.fromSec,
  );
  return { fromSec, toSec, complete: best.complete, evidence: evidenceOf(best, db) };
}

/** The restores that bring a database to a point, or why it can't get there. */
export function routeTo(db: DatabaseSeen, target: Target): Route | NoReach {
  const lines = linesOf(db);
  if ("refused" in lines) return lines;
  const { best, chain } = lines;
  if (target.to === "end")
    return best.complete
      ? routeOf(best, best.logs, false)
      : {
          refused: `the tail of its log is not here (the newest is ${evidenceOf(best, db)}), so its end is not known`,
        };
  const reach = reachOf(db);
  if ("refused" in reach) return reach;
  const isOwnEnd = reach.fromSec === reach.toSec && target.atSec === reach.toSec;
  // Without a database to go by, full backups of another future may lie in the folder: only ways to the same end count.
  for (const line of all(lines).filter((l) => l === lines.present || isSame(l.end, best.end))) {
    const logs = until(line, chain, target.atSec, isOwnEnd);
    if (logs) return routeOf(line, logs, true);
  }
  return {
    refused: `it can't be recovered to ${moment(target.atSec)}: its backups reach from ${moment(reach.fromSec)} to ${moment(reach.toSec)} (${reach.evidence})`,
  };
}

/**
 * Whether an open database was recovered at the point: what its server remembers of the last restore. Whoever opened
 * it elsewhere in between opened another state, and it must not pass for the one that was chosen.
 */
export function wasOpenedAt(db: DatabaseSeen, target: Target): boolean {
  const last = db.lastRestore;
  if (!last) return false;
  const chain = chainOf(db.sets);
  const link = [...chain.logs, ...chain.fulls].find(
    (l) => l.set.firstLsn === last.firstLsn && l.set.lastLsn === last.lastLsn,
  );
  const files = link ? boundsOf(link, chain) : { coverSec: last.startSec, pastSec: last.finishSec };
  const isTail = last.tail || (link !== undefined && chain.logs.some((l) => l.set.tail && isSame(l, link)));
  if (target.to === "end") return isTail && last.stopAtSec === undefined;
  const { stopAtSec } = last;
  const pastSec = Math.min(files.pastSec, last.finishSec, stopAtSec ?? Infinity);
  // Whether it stopped inside the log is forgotten once it is open: no more can be in it than it was told.
  if (pastSec > target.atSec || (stopAtSec ?? Infinity) < target.atSec) return false;
  if (isTail || Math.max(files.coverSec, last.startSec) >= target.atSec) return true;
  return stopAtSec === undefined ? pastSec === target.atSec : last.finishSec >= target.atSec;
}

/** The logs of a line up to the first that covers the point for sure; nothing where the line does not get there. */
function until(
  { base, fromSec, logs, complete, usedUp }: Line,
  chain: Chain,
  atSec: number,
  isOwnEnd: boolean,
): readonly Link[] | undefined {
  if (fromSec > atSec) return undefined;
  if (base.coverSec >= atSec) return [];
  const covering = logs.findIndex((log) => boundsOf(log, chain).coverSec >= atSec);
  if (covering >= 0) return logs.slice(0, covering + 1);
  if (complete) return logs;
  // Everything that was ever shipped is in it, and nothing later than the point: no better is to be had.
  return isOwnEnd && usedUp && base.pastSec === atSec ? [] : undefined;
}

const routeOf = (line: Line, logs: readonly Link[], stops: boolean): Route => ({
  rebuilds: line.full !== undefined,
  restores: [
    ...(line.full ? [{ set: line.full.set, stops: false }] : []),
    ...logs.map(({ set }) => ({ set, stops: stops && !set.bulk })),
  ],
});

function linesOf(db: DatabaseSeen): Lines | NoReach {
  if (db.state === "ONLINE")
    return {
      refused: "it is ONLINE, not being restored, so no log can be applied to it. Is this the right server?",
    };
  if (db.state !== "RESTORING" && db.state !== "STANDBY" && db.state !== "missing")
    return {
      refused: `its state is ${db.state}. Look at SQL Server's error log; once it is dropped, it is rebuilt from the archived full backup`,
    };
  const chain = chainOf(db.sets);
  const standing = standingOf(db, chain);
  const present = standing && lineFrom(standing.place, standing, chain, standing.tail);
  if (present?.split !== undefined) return { refused: present.split };
  const fulls = chain.fulls
    .map((full) => lineFrom(full, boundsOf(full, chain), chain, false, full))
    .filter((l) => l.split === undefined && (!present || leadsAsFar(l.end, present.end)))
    .toSorted((a, b) => b.fromSec - a.fromSec);
  const lines = [...(present ? [present] : []), ...fulls];
  const isWide = (l: Line): boolean => l.fromSec <= l.coverSec;
  const [first, ...rest] = lines.some(isWide)
    ? lines.filter((l) => l === present || !l.usedUp || isWide(l))
    : lines;
  if (!first)
    return {
      refused:
        "there is neither a database that is being restored nor a full backup from which it could be rebuilt",
    };
  const best = rest.reduce((a, b) => (leadsFarther(b, a) ? b : a), first);
  return { chain, ...(present ? { present } : {}), fulls, best };
}

const all = ({ present, fulls }: Lines): readonly Line[] => [...(present ? [present] : []), ...fulls];

/**
 * A set with minimally logged changes is restored as a whole or not at all: nothing before its end can be chosen once
 * it is passed. As the last one, unless it is the tail, it is left out: it would hide every point before it.
 */
function lineFrom(place: Place, base: Line["base"], chain: Chain, hasTail: boolean, full?: Link): Line {
  const way = walk(place, chain);
  const logs = [...way.logs];
  while (logs.at(-1)?.set.bulk === true && logs.at(-1)?.set.tail !== true) logs.pop();
  const last = logs.at(-1);
  // The tail of an idle database may hold nothing: then it ends where the log before it does.
  const endsWithTail =
    way.logs.length === logs.length &&
    ((!last && hasTail) || chain.logs.some((l) => l.set.tail && isSame(l, way.end)));
  const coverSec = Math.max(base.coverSec, last ? boundsOf(last, chain).coverSec : Number.NEGATIVE_INFINITY);
  return {
    ...way,
    logs,
    base,
    fromSec: Math.max(base.pastSec, ...logs.filter((l) => l.set.bulk).map((l) => l.set.finishSec)),
    coverSec,
    usedUp: way.logs.length === 0,
    // Any backup that began later shows that the source was opened again after its tail.
    complete: endsWithTail && chain.newestSec <= coverSec,
    ...(full ? { full } : {}),
  };
}

const leadsFarther = (a: Line, b: Line): boolean =>
  a.end.fork === b.end.fork ? a.end.lsn > b.end.lsn : a.coverSec > b.coverSec;
const leadsAsFar = (a: Place, b: Place): boolean => a.fork === b.fork && a.lsn >= b.lsn;

function evidenceOf(line: Line, db: DatabaseSeen): string {
  const held = db.sets.find((s) => BigInt(s.lastLsn) === line.end.lsn && s.fork === line.end.fork);
  const name = (line.logs.at(-1)?.set ?? held)?.file ?? `LSN ${String(line.end.lsn)}, restored already`;
  const unread = line.broken === undefined ? undefined : db.unreadable[0];
  const cause = unread ? `; ${unread.file} can't be read: ${unread.why}` : "";
  return line.broken === undefined ? name : `${name}; ${line.broken}${cause}`;
}
