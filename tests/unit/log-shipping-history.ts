import { expect } from "chai";
import type { BackupSet } from "../../components/sql/log-shipping/seen.ts";

/** What happens at the source. Times in seconds. */
export type Event =
  | { readonly kind: "work"; readonly sec: number; readonly commits: number }
  | { readonly kind: "log"; readonly lasts: number; readonly commits: number; readonly bulk: boolean }
  | { readonly kind: "full"; readonly lasts: number; readonly commits: number }
  | { readonly kind: "tail and reopen" }
  /** A second server recovers a copy here and goes on; its logs land in the same folder. */
  | { readonly kind: "other goes on"; readonly logs: number };

/** A log record, and when it was committed. */
export interface Record {
  readonly lsn: number;
  readonly sec: number;
}
/** One server's whole log, with the fork that each part of it is on. */
export interface Line {
  readonly records: Record[];
  readonly forks: { readonly name: string; readonly from: number }[];
  next: number;
  backedUpTo: number;
  sec: number;
  /** How far apart its records are: two servers never write records at the same places. */
  readonly stride: number;
  /** Whether a log that begins at the very fork point names the new fork as its first, not the old one. */
  readonly namesNewFork: boolean;
}
/** A backup, with the records that it really holds: what SQL Server knows and a header only hints at. */
export interface Taken {
  readonly set: BackupSet;
  readonly records: readonly Record[];
  readonly line: Line;
}

/** What happens to backups on their way, by their number. */
export interface Accident {
  readonly lost: readonly number[];
  readonly damaged: readonly number[];
  readonly twice: readonly number[];
  readonly namesNewFork: boolean;
}

/** A database as a server has restored it. */
export interface Restored {
  lsn: number;
  records: Record[];
  line: Line;
}

/** The fork that a record of a server is on. */
export const forkAt = (line: Line, lsn: number): string =>
  line.forks.findLast((f) => f.from <= lsn)?.name ?? "";

function commit(line: Line, times: number, fromSec: number, toSec: number): void {
  for (let i = 1; i <= times; i++) {
    line.records.push({ lsn: line.next, sec: fromSec + ((toSec - fromSec) * i) / times });
    line.next += line.stride + (line.next % 3);
  }
}

function takeLog(
  line: Line,
  name: string,
  lasts: number,
  commits: number,
  more: Partial<BackupSet> = {},
): Taken {
  const startSec = line.sec;
  // Commits go on while the backup runs; it catches some of them.
  commit(line, commits, startSec, startSec + lasts / 2);
  const first = line.backedUpTo;
  const last = line.next;
  commit(line, commits, startSec + lasts / 2 + 0.1, startSec + lasts + 0.2);
  line.sec += lasts + 1;
  line.backedUpTo = last;
  const firstFork = forkAt(line, line.namesNewFork ? first : first - 1);
  const lastFork = line.forks.at(-1)?.name ?? "";
  const point = line.forks.find((f) => f.name === lastFork)?.from;
  return {
    line,
    records: line.records.filter((r) => r.lsn >= first && r.lsn < last),
    set: {
      file: `${name}.trn`,
      position: 1,
      type: "log",
      firstLsn: String(first),
      lastLsn: String(last),
      firstFork,
      fork: lastFork,
      ...(firstFork === lastFork || point === undefined ? {} : { forkPointLsn: String(point) }),
      startSec: Math.floor(startSec),
      finishSec: Math.ceil(line.sec),
      tail: false,
      bulk: false,
      damaged: false,
      ...more,
    },
  };
}

function takeFull(line: Line, name: string, lasts: number, commits: number): Taken {
  const startSec = line.sec;
  const first = Math.max(1, line.next - 2);
  commit(line, commits, startSec, startSec + lasts / 2);
  const last = line.next;
  commit(line, commits, startSec + lasts / 2 + 0.1, startSec + lasts + 0.2);
  line.sec += lasts + 1;
  const own = line.forks.at(-1);
  const firstFork = forkAt(line, first);
  return {
    line,
    records: line.records.filter((r) => r.lsn < last),
    set: {
      file: `${name}.bak`,
      position: 1,
      type: "full",
      firstLsn: String(first),
      lastLsn: String(last),
      firstFork,
      fork: own?.name ?? "",
      ...(own === undefined || firstFork === own.name ? {} : { forkPointLsn: String(own.from) }),
      startSec: Math.floor(startSec),
      finishSec: Math.ceil(line.sec),
      tail: false,
      bulk: false,
      damaged: false,
    },
  };
}

/** What happened, and what arrived of it. */
export interface History {
  readonly taken: readonly Taken[];
  readonly arrived: readonly Taken[];
  /** Fails unless the database is exactly what one of the servers had committed by that moment. */
  expectStateAt(db: Restored, point: number, isWeak: boolean): void;
  /** Fails unless the database is all that its source had written until its tail. */
  expectWholeLine(db: Restored): void;
}

/** Plays events at a source, and loses, damages or doubles some of the backups on their way. */
export function history(events: readonly Event[], accident: Accident): History {
  const line: Line = {
    records: [],
    forks: [{ name: "first", from: 0 }],
    next: 10,
    backedUpTo: 10,
    sec: 100,
    stride: 1,
    namesNewFork: accident.namesNewFork,
  };
  const lines = [line];
  const taken: Taken[] = [takeFull(line, "full0", 3, 1)];
  events.forEach((e, i) => {
    const name = `b${String(i).padStart(2, "0")}`;
    if (e.kind === "work") {
      commit(line, e.commits, line.sec, line.sec + e.sec);
      line.sec += e.sec;
    } else if (e.kind === "log") taken.push(takeLog(line, name, e.lasts, e.commits, { bulk: e.bulk }));
    else if (e.kind === "full") taken.push(takeFull(line, name, e.lasts, e.commits));
    else if (e.kind === "tail and reopen") {
      taken.push(takeLog(line, name, 1, 0, { tail: true }));
      line.forks.push({ name: `F${String(i)}`, from: line.next });
      // Recovery writes log records of its own.
      line.next += line.stride;
      line.sec += 5;
    } else {
      const other: Line = {
        records: [...line.records],
        forks: [...line.forks, { name: `G${String(i)}`, from: line.next }],
        next: line.next,
        backedUpTo: line.backedUpTo,
        sec: line.sec,
        stride: 1009 * (i + 1),
        namesNewFork: line.namesNewFork,
      };
      lines.push(other);
      for (let n = 0; n < e.logs; n++) {
        commit(other, 2, other.sec, other.sec + 20);
        other.sec += 20;
        taken.push(takeLog(other, `${name}-other${String(n)}`, 2, 1));
      }
    }
  });
  const arrived = taken.flatMap((t, i): Taken[] => {
    if (accident.lost.includes(i)) return [];
    const got = accident.damaged.includes(i) ? { ...t, set: { ...t.set, damaged: true } } : t;
    return accident.twice.includes(i)
      ? [got, { ...got, set: { ...got.set, file: `again-${got.set.file}` } }]
      : [got];
  });
  const same = (a: readonly Record[], b: readonly Record[]): boolean =>
    a.length === b.length && a.every((r, i) => r === b[i]);
  return {
    taken,
    arrived,
    /** The database is exactly what one of the servers had committed by that moment. */
    expectStateAt: (db: Restored, point: number, isWeak: boolean): void => {
      for (const r of db.records) expect(r.sec, "nothing later than the point").to.be.at.most(point);
      const wanted = lines.map((l) => l.records.filter((r) => r.sec <= point));
      // A chain that is used up holds all that ever arrived; what the source wrote in its last seconds is lost.
      const isIt = wanted.some(
        (w) =>
          same(w, db.records) ||
          (isWeak &&
            same(
              w.filter((r) => r.lsn < db.lsn),
              db.records,
            )),
      );
      expect(
        isIt,
        `state at ${String(point)}: ${JSON.stringify(db.records)}, wanted ${JSON.stringify(wanted)}`,
      ).to.equal(true);
    },
    /** To the end of a chain with a tail: all that its source had written until then. */
    expectWholeLine: (db: Restored): void => {
      const tail = taken.find((t) => t.set.tail && Number(t.set.lastLsn) === db.lsn);
      expect(tail, "ends with a tail").to.not.equal(undefined);
      expect(same(db.records, tail?.line.records.filter((r) => r.lsn < db.lsn) ?? [])).to.equal(true);
    },
  };
}
