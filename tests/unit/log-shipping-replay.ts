import type { Route } from "../../components/sql/log-shipping/reach.ts";
import type { Reach } from "../../model/part.ts";
import type { BackupSet, DatabaseSeen, LastRestore } from "../../components/sql/log-shipping/seen.ts";
import { forkAt, type History, type Restored, type Taken } from "./log-shipping-history.ts";

/** SQL Server's own rules, by content: a log fits a database that is a beginning of the log's server. */
function restoreLog(db: Restored, log: Taken, stopSec: number | undefined): void {
  const first = Number(log.set.firstLsn);
  const last = Number(log.set.lastLsn);
  if (log.set.damaged) throw new Error("3189 damaged");
  if (first > db.lsn)
    throw new Error(`4305 ${log.set.file} begins at ${String(first)}, database at ${String(db.lsn)}`);
  if (last <= db.lsn) throw new Error(`4326 ${log.set.file}`);
  const before = log.line.records.filter((r) => r.lsn < db.lsn);
  if (before.length !== db.records.length || before.some((r, i) => r !== db.records[i]))
    throw new Error(`4330 ${log.set.file}`);
  if (stopSec !== undefined && log.set.bulk) throw new Error("4341");
  for (const r of log.records) {
    if (r.lsn < db.lsn) continue;
    if (stopSec !== undefined && r.sec > stopSec) {
      db.lsn = r.lsn;
      return;
    }
    db.records.push(r);
  }
  db.lsn = last;
}

/** The fork that a database is on after a set: that of the set's end, or of the place where it stopped. */
const forkAfter = (db: Restored, { set, line }: Taken): string =>
  db.lsn === Number(set.lastLsn) ? set.fork : forkAt(line, line.namesNewFork ? db.lsn : db.lsn - 1);

/**
 * Whether a point is one at which the state need not be exact: the own end of a chain that is used up, or a moment after
 * the tail of a source, which may have been opened again without sending anything.
 */
export const isWeakAt = (reach: Reach, atSec: number): boolean =>
  (reach.fromSec === reach.toSec && atSec === reach.toSec) || (reach.complete && atSec > reach.toSec);

/** How a standby came to stand where it stands. */
export interface StandbyWish {
  readonly missing: boolean;
  readonly applied: number;
  readonly stopBack: number | null;
  readonly historyKept: boolean;
  /** Or it was the source, closed itself with the tail of that number, and has restored nothing since. */
  readonly closedBy?:
    { readonly tail: number; readonly heldSec: number; readonly known: boolean } | undefined;
}

/** A standby, and what restoring really does to it. */
export interface Standby {
  readonly seen: DatabaseSeen;
  /** Does what a route says; a set that goes past the point ends it. */
  replay(route: Route, stopSec: number | undefined): Restored;
}

/** A standby that restored the first full backup and some logs, the last perhaps stopped; nothing where it had none. */
export function standbyAt(h: History, wish: StandbyWish): Standby | undefined {
  const first = h.taken[0];
  if (!first) return undefined;
  const tails = h.taken.filter((t) => t.set.tail);
  const closed = wish.closedBy && !wish.missing ? tails[wish.closedBy.tail % tails.length] : undefined;
  if (wish.closedBy && closed) return standbyOf(h, closedAt(h, closed, wish.closedBy), false);
  let db: Restored = { lsn: Number(first.set.lastLsn), records: [...first.records], line: first.line };
  let last: LastRestore = {
    type: "full",
    firstLsn: first.set.firstLsn,
    lastLsn: first.set.lastLsn,
    startSec: first.set.startSec,
    finishSec: first.set.finishSec,
    tail: false,
  };
  let lastSet = first;
  let left = wish.applied;
  for (const t of h.taken) {
    if (left === 0) break;
    if (t.set.type !== "log") continue;
    const stop =
      left === 1 && wish.stopBack !== null && !t.set.bulk ? t.set.finishSec - wish.stopBack : undefined;
    const trial: Restored = { ...db, records: [...db.records] };
    try {
      if (stop !== undefined && db.records.some((r) => r.sec > stop)) continue;
      restoreLog(trial, { ...t, set: { ...t.set, damaged: false } }, stop);
    } catch {
      continue;
    }
    db = trial;
    db.line = t.line;
    lastSet = t;
    left--;
    last = {
      type: "log",
      firstLsn: t.set.firstLsn,
      lastLsn: t.set.lastLsn,
      startSec: t.set.startSec,
      finishSec: t.set.finishSec,
      tail: t.set.tail,
      ...(stop === undefined ? {} : { stopAtSec: stop }),
    };
    if (stop !== undefined) break;
  }
  const seen: DatabaseSeen = {
    state: wish.missing ? "missing" : "RESTORING",
    ...(wish.missing ? {} : { redoLsn: String(db.lsn), redoFork: forkAfter(db, lastSet) }),
    ...(wish.missing || !wish.historyKept ? {} : { lastRestore: last }),
    sets: h.arrived.map((t) => t.set),
    unreadable: [],
  };
  return standbyOf(h, { db, seen }, wish.missing);
}

/** A server that took that tail itself: all that was ever committed there is in it, and the next server begins a few seconds later. */
function closedAt(
  h: History,
  { set, line }: Taken,
  { heldSec, known }: NonNullable<StandbyWish["closedBy"]>,
): Stood {
  const { firstLsn, lastLsn, finishSec } = set;
  const fork = forkAt(line, Number(lastLsn) - 1);
  const ownTail = {
    firstLsn,
    lastLsn,
    fork,
    finishSec,
    ...(known ? { heldUntilSec: finishSec + heldSec } : {}),
  };
  return {
    db: {
      lsn: Number(lastLsn),
      records: line.records.filter((r) => r.lsn < Number(lastLsn)),
      line,
    },
    seen: {
      state: "RESTORING",
      redoLsn: lastLsn,
      redoFork: fork,
      ownTail,
      sets: h.arrived.map((t) => t.set),
      unreadable: [],
    },
  };
}

/** A database as it really stands, and what is seen of it. */
interface Stood {
  readonly db: Restored;
  readonly seen: DatabaseSeen;
}

function standbyOf(h: History, { db: start, seen }: Stood, isMissing: boolean): Standby {
  return {
    seen,
    replay: (route: Route, stopSec: number | undefined): Restored => {
      let now: Restored | undefined = isMissing ? undefined : { ...start, records: [...start.records] };
      const of = (set: BackupSet): Taken => {
        const found = h.arrived.find((t) => t.set === set);
        if (!found) throw new Error(`${set.file} is not in the folder`);
        return found;
      };
      for (const { set, stops } of route.restores) {
        const t = of(set);
        if (set.type === "full") {
          if (!route.rebuilds) throw new Error("a full backup without rebuilding");
          now = { lsn: Number(set.lastLsn), records: [...t.records], line: t.line };
          continue;
        }
        if (!now) throw new Error("3118 no database");
        restoreLog(now, t, stops ? stopSec : undefined);
        if (now.lsn < Number(set.lastLsn)) break;
      }
      if (!now) throw new Error("nothing restored");
      return now;
    },
  };
}
