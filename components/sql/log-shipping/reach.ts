import { spansOf, type NoReach, type Reach, type Span } from "../../../model/part.ts";
import { moment } from "../../../model/time.ts";
import { boundsOf, chainOf, isSame, type Chain, type Link } from "./chain.ts";
import { linesOf, type Line, type Lines, type Stretch } from "./lines.ts";
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

/** Which points a database can be recovered to, or why none. */
export function reachOf(db: DatabaseSeen): Reach | NoReach {
  const lines = linesOf(db);
  if ("refused" in lines) return lines;
  const { best } = lines;
  const [widest, ...also] = merged([...exactSpans(lines, db), ...ownEnds(lines, db)]);
  if (!widest) return whyNone(best, db);
  return { ...widest, complete: best.complete, ...(also.length > 0 ? { also } : {}) };
}

/** The restores that bring a database to a point, or why it can't get there. */
export function routeTo(db: DatabaseSeen, target: Target): Route | NoReach {
  const lines = linesOf(db);
  if ("refused" in lines) return lines;
  const { all, best, chain } = lines;
  if (target.to === "end")
    return best.complete
      ? routeOf(best, best.logs, false)
      : {
          refused: `the tail of its log is not here (the newest is ${evidenceOf(best, lastOf(best), db)}), so its end is not known`,
        };
  for (const line of all) {
    const logs = logsTo(line, chain, target.atSec);
    if (logs) return routeOf(line, logs, true);
  }
  const own = ownEnds(lines, db).find((span) => span.toSec === target.atSec);
  if (own) return routeOf(own.line, own.line.logs, true);
  const reach = reachOf(db);
  if ("refused" in reach) return reach;
  const spans = spansOf(reach).map((s) => `from ${moment(s.fromSec)} to ${moment(s.toSec)} (${s.evidence})`);
  return {
    refused: `it can't be recovered to ${moment(target.atSec)}: its backups reach ${spans.join(" and ")}`,
  };
}

/**
 * Whether an open database was recovered at the point: what its server remembers of the last restore, or of the tail
 * with which it closed the database itself. Whoever opened
 * it elsewhere in between opened another state, and it must not pass for the one that was chosen.
 */
export function wasOpenedAt(db: DatabaseSeen, target: Target): boolean {
  const { lastRestore: last, ownTail } = db;
  if (ownTail)
    return (
      target.to === "time" &&
      ownTail.finishSec <= target.atSec &&
      target.atSec <= (ownTail.heldUntilSec ?? Number.NEGATIVE_INFINITY)
    );
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

/** A span, and the line that leads to it. */
interface LineSpan extends Span {
  readonly line: Line;
}

const lastOf = ({ stretches }: Line): Stretch | undefined => stretches.at(-1);

/** Spans in which any moment can be chosen. A line that ends with the tail holds what it held then at any later moment. */
function exactSpans({ all, chain }: Pick<Lines, "all" | "chain">, db: DatabaseSeen): readonly LineSpan[] {
  const tails = all.filter((l) => l.complete);
  const endSec = Math.max(...tails.map((l) => Math.max(l.coverSec, tailSec(l, chain))));
  return all.flatMap((line) =>
    line.stretches.flatMap((stretch): readonly LineSpan[] => {
      const isEnd = line.complete && stretch === lastOf(line);
      const fromSec = isEnd ? Math.min(stretch.fromSec, tailSec(line, chain)) : stretch.fromSec;
      const toSec = isEnd ? endSec : stretch.coverSec;
      return fromSec <= toSec && Number.isFinite(toSec)
        ? [{ line, fromSec, toSec, evidence: evidenceOf(line, stretch, db) }]
        : [];
    }),
  );
}

/** By when the tail had ended with which a line ends: whatever is not known of its beginning, nothing later is in it. */
const tailSec = ({ base, end, logs }: Line, chain: Chain): number =>
  Math.min(boundsOf(end, chain).pastSec, logs.length === 0 ? base.pastSec : Infinity);

/**
 * A chain that is used up, with no exact moment on any way to its end, is what it is: its own end is the one point that
 * it offers. Everything that was ever shipped is in it, and nothing later than the point: no better is to be had.
 */
function ownEnds({ all, best, chain }: Lines, db: DatabaseSeen): readonly LineSpan[] {
  const ends = all.filter((l) => isSame(l.end, best.end));
  if (exactSpans({ all: ends, chain }, db).length > 0) return [];
  return ends.flatMap((line): readonly LineSpan[] => {
    const last = lastOf(line);
    return last && last.after === line.logs.length && Number.isFinite(last.fromSec)
      ? [{ line, fromSec: last.fromSec, toSec: last.fromSec, evidence: evidenceOf(line, last, db) }]
      : [];
  });
}

/** Spans that lie apart from one another, from the latest to the earliest. */
function merged(spans: readonly LineSpan[]): readonly Span[] {
  const apart: Span[] = [];
  for (const { fromSec, toSec, evidence } of spans.toSorted((a, b) => b.toSec - a.toSec)) {
    const later = apart.at(-1);
    if (later && toSec >= later.fromSec)
      apart[apart.length - 1] = { ...later, fromSec: Math.min(later.fromSec, fromSec) };
    else apart.push({ fromSec, toSec, evidence });
  }
  return apart;
}

/**
 * Why no moment of a line can be chosen: nothing dates it, or it has gone past all that is proven to be in it. A restored
 * log dates what it leads to: `byItselfSec` is when the first that can be restored was written, before it is held back.
 */
function whyNone(line: Line, db: DatabaseSeen): NoReach {
  const last = lastOf(line);
  const first = line.logs[0]?.set;
  if (!last || !Number.isFinite(last.coverSec) || !Number.isFinite(last.fromSec))
    return {
      refused: `what it holds can't be told: neither the restore history nor a file in the folder says when the log up to LSN ${String(line.end.lsn)} was written. ${first ? `Once ${first.file} is restored, it can` : "Once a log is copied and restored, it can"}`,
      ...(first ? { byItselfSec: first.finishSec } : {}),
    };
  return {
    refused: `no moment can be chosen: it holds some of what was written up to ${moment(last.fromSec)}, but all only of what was written by ${moment(last.coverSec)} (the newest is ${evidenceOf(line, last, db)}). The next log backup of its source, once it has come, makes it good`,
  };
}

/** The logs of a line up to the first that covers the point for sure; nothing where the line does not get there. */
function logsTo(
  { base, stretches, logs, complete }: Line,
  chain: Chain,
  atSec: number,
): readonly Link[] | undefined {
  for (const stretch of stretches.toReversed()) {
    if (stretch.fromSec > atSec) continue;
    if (stretch.after === 0 && base.coverSec >= atSec) return [];
    const covering = logs
      .slice(0, stretch.upTo)
      .findIndex((log, i) => i >= stretch.after - 1 && boundsOf(log, chain).coverSec >= atSec);
    if (covering >= 0) return logs.slice(0, covering + 1);
    if (complete && stretch.upTo === logs.length) return logs;
  }
  return undefined;
}

const routeOf = (line: Line, logs: readonly Link[], stops: boolean): Route => ({
  rebuilds: line.full !== undefined,
  restores: [
    ...(line.full ? [{ set: line.full.set, stops: false }] : []),
    ...logs.map(({ set }) => ({ set, stops: stops && !set.bulk })),
  ],
});

/** The backup that proves the end of a stretch; at the end of a line that breaks off, also what it lacks. */
function evidenceOf(line: Line, stretch: Stretch | undefined, db: DatabaseSeen): string {
  const log = line.logs[(stretch?.upTo ?? line.logs.length) - 1];
  const { lsn, fork } = log ?? line.base.place;
  const held = log?.set ?? db.sets.find((s) => BigInt(s.lastLsn) === lsn && s.fork === fork);
  const own = !log && line.base.isOwnEnd ? "the tail with which it was closed there" : undefined;
  const name = own ?? held?.file ?? `LSN ${String(lsn)}, restored already`;
  if (line.broken === undefined || stretch !== lastOf(line)) return name;
  const unread = db.unreadable[0];
  return `${name}; ${line.broken}${unread ? `; ${unread.file} can't be read: ${unread.why}` : ""}`;
}
