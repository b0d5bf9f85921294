import type { BackupSet, DatabaseSeen, LastRestore, OwnTail } from "./seen.ts";

/**
 * Where a database stands between two restores: the log record that comes next, and the recovery fork it is on. Each
 * recovery begins a new fork; a log of another fork is refused (error 4330).
 */
export interface Place {
  readonly lsn: bigint;
  readonly fork: string;
}

/** A backup set with its numbers read once. */
export interface Link extends Place {
  readonly set: BackupSet;
  readonly first: bigint;
  readonly forkPoint?: bigint;
}

/** The backups of a database: logs by their first record, damaged ones apart. */
export interface Chain {
  readonly logs: readonly Link[];
  readonly fulls: readonly Link[];
  readonly damaged: readonly Link[];
  /** When the newest backup of all began, damaged ones too. */
  readonly newestSec: number;
  /** By fork, the first record of it that any backup holds. */
  readonly beginsAt: ReadonlyMap<string, bigint>;
}

export function chainOf(sets: readonly BackupSet[]): Chain {
  const links = sets.map(linkOf).toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const of = (type: BackupSet["type"], damaged: boolean): readonly Link[] =>
    links.filter(({ set }) => set.type === type && set.damaged === damaged);
  return {
    logs: of("log", false),
    fulls: of("full", false),
    damaged: of("log", true),
    newestSec: Math.max(Number.NEGATIVE_INFINITY, ...sets.map((s) => s.startSec)),
    beginsAt: beginningsOf(links),
  };
}

/** A backup that was taken across a recovery holds of the new fork what follows its fork point. */
function beginningsOf(links: readonly Link[]): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { set, fork, first, forkPoint } of links) {
    const begins = set.firstFork === fork ? first : forkPoint;
    const known = found.get(fork);
    if (begins !== undefined && (known === undefined || begins < known)) found.set(fork, begins);
  }
  return found;
}

const linkOf = (set: BackupSet): Link => ({
  set,
  first: BigInt(set.firstLsn),
  lsn: BigInt(set.lastLsn),
  fork: set.fork,
  ...(set.forkPointLsn === undefined ? {} : { forkPoint: BigInt(set.forkPointLsn) }),
});

/** Whether two places are the same. */
export const isSame = (a: Place, b: Place): boolean => a.lsn === b.lsn && a.fork === b.fork;

/**
 * Whether a log follows. SQL Server takes one that begins at or before the next record and ends after it (else 4305:
 * too recent, 4326: too early), on the database's fork (else 4330). A log that was taken across a recovery fits before
 * and after its fork point; one that begins at the very fork point may name the new fork only, and is then known as the
 * first of its fork.
 */
export function follows(at: Place, log: Link, chain: Chain): boolean {
  if (!(log.first <= at.lsn && at.lsn < log.lsn)) return false;
  if (log.set.firstFork === log.fork)
    return at.fork === log.fork || (log.first === at.lsn && chain.beginsAt.get(log.fork) === at.lsn);
  if (log.forkPoint === undefined) return false;
  return (
    (at.fork === log.set.firstFork && at.lsn <= log.forkPoint) ||
    (at.fork === log.fork && at.lsn >= log.forkPoint)
  );
}

/** The logs that can be restored one after the other from a place, and why there are no more. */
export interface Walk {
  readonly logs: readonly Link[];
  readonly end: Place;
  /** What stops it short of further logs; absent where there are none. */
  readonly broken?: string;
  /** Two logs lead to different futures: one of them belongs to a server that went on after a cutover. */
  readonly split?: string;
}

/** Follows the logs from a place as far as they lead. */
export function walk(from: Place, chain: Chain): Walk {
  const taken: Link[] = [];
  const left = new Map<string, bigint>();
  let at = from;
  let seen = 0;
  let parts: string | undefined;
  for (;;) {
    while (seen < chain.logs.length && (chain.logs[seen]?.lsn ?? 0n) <= at.lsn) seen++;
    let next: Link | undefined;
    let other: Link | undefined;
    for (let i = seen; i < chain.logs.length; i++) {
      const log = chain.logs[i];
      if (!log || log.first > at.lsn) break;
      if (!follows(at, log, chain)) continue;
      if (next && next.fork !== log.fork && beginsOther(at, next) !== beginsOther(at, log)) other = log;
      // On one fork two logs that both fit hold the same records: the one that leads farther saves a restore.
      if (!next || log.lsn > next.lsn) next = log;
    }
    if (!next) break;
    if (other) {
      parts = `two logs go on from LSN ${String(at.lsn)}: ${next.set.file} and ${other.set.file}, of two servers`;
      break;
    }
    if (next.fork !== at.fork) left.set(at.fork, next.forkPoint ?? next.first);
    taken.push(next);
    at = { lsn: next.lsn, fork: next.fork };
  }
  left.set(at.fork, at.lsn);
  const broken = whyBroken(at, chain);
  const split = parts ?? whySplit([...chain.logs, ...chain.damaged], at, left);
  return {
    logs: taken,
    end: at,
    ...(broken === undefined ? {} : { broken }),
    ...(split === undefined ? {} : { split }),
  };
}

/** Whether a log that follows begins another fork at that very record. */
const beginsOther = (at: Place, log: Link): boolean => log.set.firstFork === log.fork && log.fork !== at.fork;

function whyBroken(at: Place, chain: Chain): string | undefined {
  const { logs, damaged } = chain;
  const bad = damaged.find((s) => follows(at, s, chain));
  if (bad) return `${bad.set.file} is damaged`;
  const later = logs.find((s) => s.first > at.lsn && (s.set.firstFork === at.fork || s.fork === at.fork));
  if (later)
    return `a log is missing: the next one must begin at or before LSN ${String(at.lsn)}, but ${later.set.file} begins at ${later.set.firstLsn}`;
  const other = logs.find((s) => s.first <= at.lsn && at.lsn < s.lsn);
  return other ? `${other.set.file} is on another recovery path` : undefined;
}

/**
 * Where the walk and another log part: a log across a fork point that the walk passed by, or one that goes on where the
 * walk took another fork. Two servers wrote them, and which of the two is right can't be told from files.
 */
function whySplit(logs: readonly Link[], end: Place, left: ReadonlyMap<string, bigint>): string | undefined {
  const other = logs.find(({ set, fork, lsn, forkPoint }) => {
    const until = left.get(set.firstFork);
    if (until === undefined) return false;
    if (set.firstFork === fork) return fork !== end.fork && lsn > until;
    return forkPoint !== undefined && !left.has(fork) && forkPoint < until;
  });
  return other
    ? `two recovery paths part: ${other.set.file} and other logs come from two servers that both went on after LSN ${String(other.forkPoint ?? left.get(other.fork))}`
    : undefined;
}

/** Between which moments a database at a place was the source's state. Seconds since 1970 UTC. */
export interface Bounds {
  /** All that was committed by then is in it. */
  readonly coverSec: number;
  /** Nothing that was committed later is in it. */
  readonly pastSec: number;
}

/**
 * Every backup of a fork is a witness: when it began, the log ended no later than its last record; when it had ended,
 * all before its last record was written; and what precedes the first record of a log had been written when it began.
 */
export function boundsOf(at: Place, chain: Chain): Bounds {
  let coverSec = Number.NEGATIVE_INFINITY;
  let pastSec = Infinity;
  for (const link of [...chain.logs, ...chain.fulls]) {
    const { set, first, lsn, fork } = link;
    if (fork === at.fork && lsn <= at.lsn) coverSec = Math.max(coverSec, set.startSec);
    if (fork === at.fork && lsn >= at.lsn) pastSec = Math.min(pastSec, set.finishSec);
    // The first log of a later fork may name that fork alone, and yet leads on from here.
    if (set.type === "log" && first >= at.lsn && (set.firstFork === at.fork || follows(at, link, chain)))
      pastSec = Math.min(pastSec, set.startSec);
  }
  return { coverSec, pastSec };
}

/** A database that is being restored: its place, and what it holds. */
export interface Standing extends Bounds {
  readonly place: Place;
  /** It holds the tail of its source. */
  readonly tail: boolean;
  /** Its own server closed it. */
  readonly isOwnEnd?: true;
}

/** Where a database stands that is being restored; nothing where it is open, missing, or its first restore broke off. */
export function standingOf(db: DatabaseSeen, chain: Chain): Standing | undefined {
  if (db.state !== "RESTORING" && db.state !== "STANDBY") return undefined;
  if (db.redoLsn === undefined || db.redoFork === undefined || BigInt(db.redoLsn) === 0n) return undefined;
  const place: Place = { lsn: BigInt(db.redoLsn), fork: db.redoFork };
  const files = boundsOf(place, chain);
  if (db.ownTail && endsAt(db.ownTail, place)) return closedHere(db.ownTail, place, files);
  const tail = chain.logs.some((s) => s.set.tail && isSame(s, place));
  const last = db.lastRestore;
  if (last && isWhole(last, place))
    return {
      place,
      coverSec: Math.max(files.coverSec, last.startSec),
      pastSec: Math.min(files.pastSec, last.finishSec, last.stopAtSec ?? Infinity),
      tail: tail || last.tail,
    };
  if (last?.stopAtSec !== undefined && BigInt(last.firstLsn) <= place.lsn && place.lsn < BigInt(last.lastLsn))
    return { place, coverSec: last.stopAtSec, pastSec: last.stopAtSec, tail: false };
  return { place, ...files, tail };
}

/**
 * Whether a database stands where its own tail left it. Redo begins at the record that follows the tail; an earlier one
 * within it says the same, since nothing was restored after it.
 */
const endsAt = ({ firstLsn, lastLsn, fork }: OwnTail, at: Place): boolean =>
  at.fork === fork && BigInt(firstLsn) < at.lsn && at.lsn <= BigInt(lastLsn);

/** A database that its own server closed holds all that was ever committed there, until another server opened its copy. */
const closedHere = ({ finishSec, heldUntilSec }: OwnTail, place: Place, files: Bounds): Standing => ({
  place,
  coverSec: Math.max(files.coverSec, heldUntilSec ?? Number.NEGATIVE_INFINITY),
  pastSec: Math.min(files.pastSec, heldUntilSec === undefined ? Infinity : finishSec),
  tail: false,
  isOwnEnd: true,
});

/** Whether the set was restored to its end. After a full backup the next record may be any that the set itself holds. */
const isWhole = (last: LastRestore, { lsn }: Place): boolean =>
  lsn === BigInt(last.lastLsn) ||
  (last.type === "full" && BigInt(last.firstLsn) <= lsn && lsn < BigInt(last.lastLsn));
