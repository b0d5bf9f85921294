import { expect } from "chai";
import { reachOf, routeTo, wasOpenedAt } from "../../components/sql/log-shipping/reach.ts";
import type { BackupSet, DatabaseSeen, LastRestore } from "../../components/sql/log-shipping/seen.ts";

/** A log from one record to another; its numbers are its times in seconds, too. */
const log = (first: number, last: number, more: Partial<BackupSet> = {}): BackupSet => ({
  file: `K2_${String(last)}.trn`,
  position: 1,
  type: "log",
  firstLsn: String(first),
  lastLsn: String(last),
  firstFork: "A",
  fork: "A",
  startSec: last,
  finishSec: last + 5,
  tail: false,
  bulk: false,
  damaged: false,
  ...more,
});
const full = (last: number, more: Partial<BackupSet> = {}): BackupSet =>
  log(last - 1, last, { type: "full", file: `K2_full_${String(last)}.bak`, ...more });
const restored = (set: BackupSet, stopAtSec?: number): LastRestore => ({
  type: set.type,
  firstLsn: set.firstLsn,
  lastLsn: set.lastLsn,
  startSec: set.startSec,
  finishSec: set.finishSec,
  tail: set.tail,
  ...(stopAtSec === undefined ? {} : { stopAtSec }),
});
const db = (
  redoLsn: number | undefined,
  sets: readonly BackupSet[],
  more: Partial<DatabaseSeen> = {},
): DatabaseSeen => ({
  state: "RESTORING",
  ...(redoLsn === undefined ? {} : { redoLsn: String(redoLsn), redoFork: "A" }),
  sets: [...sets],
  unreadable: [],
  ...more,
});
const files = (seen: DatabaseSeen, atSec: number): readonly string[] => {
  const route = routeTo(seen, { atSec, to: "time" });
  if ("refused" in route) return [route.refused];
  return route.restores.map((r) => r.set.file + (r.stops ? "" : " whole"));
};

describe("log shipping: what a database can reach", () => {
  const chain = [full(100), log(90, 200), log(200, 300), log(300, 400)];

  it("begins where the database stands and ends where its last log began; the archived full backup leads further back", () => {
    expect(reachOf(db(200, chain.slice(1)))).to.deep.equal({
      fromSec: 205,
      toSec: 400,
      complete: false,
      evidence: "K2_400.trn",
    });
    expect(reachOf(db(200, chain))).to.include({ fromSec: 105, toSec: 400 });
  });

  it("loses no earlier point to a full backup that arrived before the first log after it", () => {
    const seen = db(200, [...chain, full(450)]);
    const reach = reachOf(seen);
    expect(reach).to.include({ fromSec: 455, toSec: 455 });
    expect("also" in reach && reach.also).to.deep.equal([
      { fromSec: 105, toSec: 400, evidence: "K2_400.trn" },
    ]);
    expect(files(seen, 350)).to.deep.equal(["K2_300.trn", "K2_400.trn"]);
    expect(reachOf(db(undefined, [full(450)], { state: "missing" })), "nothing else is there").to.include({
      fromSec: 455,
      toSec: 455,
    });
    expect(reachOf(db(200, [...chain, full(450), log(400, 500)]))).to.include({ fromSec: 105, toSec: 500 });
  });

  it("goes forward where it can, up to the first log that holds the point for sure", () => {
    expect(files(db(200, chain), 250)).to.deep.equal(["K2_300.trn"]);
    expect(files(db(200, chain), 301)).to.deep.equal(["K2_300.trn", "K2_400.trn"]);
  });

  it("is rebuilt from the newest full backup before the point when it has gone past it", () => {
    const seen = db(400, [full(100), full(250), ...chain.slice(1)]);
    expect(files(seen, 280)).to.deep.equal(["K2_full_250.bak whole", "K2_300.trn"]);
    expect(files(seen, 150)).to.deep.equal(["K2_full_100.bak whole", "K2_200.trn"]);
  });

  it("has nothing to do where it stopped at that very point", () => {
    const stopped = { lastRestore: restored(log(200, 300), 250) };
    expect(files(db(260, chain, stopped), 250)).to.deep.equal([]);
    expect(files(db(260, chain, stopped), 270), "a later point begins in the same log").to.deep.equal([
      "K2_300.trn",
    ]);
    expect(files(db(260, chain, stopped), 240)[0], "an earlier one needs the full backup").to.equal(
      "K2_full_100.bak whole",
    );
  });

  it("counts an idle database as there: its later logs hold nothing, and prove it", () => {
    const idle = [
      full(100),
      log(90, 200),
      log(200, 200, { file: "empty.trn", startSec: 900, finishSec: 905 }),
    ];
    expect(reachOf(db(200, idle))).to.include({ toSec: 900 });
    expect(files(db(200, idle), 850)).to.deep.equal([]);
  });

  it("is complete with a tail, even an empty one, and not once anything was backed up after it", () => {
    const tail = log(400, 500, { tail: true });
    expect(reachOf(db(400, [...chain, tail]))).to.include({ complete: true });
    expect(
      reachOf(db(400, [...chain, log(400, 400, { tail: true, startSec: 500, finishSec: 505 })])),
    ).to.include({ complete: true });
    expect(reachOf(db(400, [...chain, tail, log(700, 800, { firstFork: "B", fork: "B" })]))).to.include({
      complete: false,
    });
    const end = routeTo(db(400, chain), { atSec: 0, to: "end" });
    expect("refused" in end && end.refused).to.match(
      /^the tail of its log is not here \(the newest is K2_400\.trn\)/,
    );
  });

  it("ends before a hole and names the log behind it, and what could not be read", () => {
    const holed = [log(200, 300), log(350, 400)];
    const seen = db(200, holed, {
      unreadable: [{ file: "K2_350.trn", why: "the media family is incorrectly formed" }],
    });
    expect(reachOf(seen)).to.deep.include({
      toSec: 300,
      evidence:
        "K2_300.trn; a log is missing: the next one must begin at or before LSN 300, but K2_400.trn begins at 350; K2_350.trn can't be read: the media family is incorrectly formed",
    });
    expect(reachOf(db(200, [log(200, 300), log(300, 400, { damaged: true })]))).to.deep.include({
      evidence: "K2_300.trn; K2_400.trn is damaged",
    });
  });

  it("bridges a hole with a newer full backup of the same chain, and with no other", () => {
    const holed = [log(200, 300), log(350, 500)];
    expect(files(db(200, [...holed, full(400)]), 450)).to.deep.equal(["K2_full_400.bak whole", "K2_500.trn"]);
    expect(reachOf(db(200, [...holed, full(400, { firstFork: "B", fork: "B" })]))).to.include({ toSec: 300 });
  });

  it("reaches all that its logs reach when a full backup comes that is newer than every log", () => {
    const sunday = [...chain, full(500, { file: "sunday.bak" })];
    for (const seen of [db(200, sunday), db(undefined, sunday, { state: "missing" })]) {
      const reach = reachOf(seen);
      expect(reach).to.include({ fromSec: 505, toSec: 505, evidence: "sunday.bak" });
      expect("also" in reach && reach.also).to.deep.equal([
        { fromSec: 105, toSec: 400, evidence: "K2_400.trn" },
      ]);
      expect(files(seen, 350).slice(-1)).to.deep.equal(["K2_400.trn"]);
      expect(files(seen, 505)).to.deep.equal(["sunday.bak whole"]);
      expect(files(seen, 450)).to.deep.equal([
        "it can't be recovered to 1970-01-01 00:07:30 UTC: its backups reach from 1970-01-01 00:08:25 UTC to 1970-01-01 00:08:25 UTC (sunday.bak) and from 1970-01-01 00:01:45 UTC to 1970-01-01 00:06:40 UTC (K2_400.trn)",
      ]);
    }
  });

  it("is complete with an empty tail after a log with minimally logged changes", () => {
    const closed = [
      full(100),
      log(90, 200, { bulk: true }),
      log(200, 200, { file: "tail.trn", tail: true, startSec: 300, finishSec: 305 }),
    ];
    expect(reachOf(db(100, closed))).to.include({ complete: true });
    expect(routeTo(db(100, closed), { atSec: 0, to: "end" })).to.deep.equal({
      rebuilds: false,
      restores: [{ set: closed[1], stops: false }],
    });
  });

  it("says that no moment is proven where the only log began before the full backup had ended", () => {
    const early = [full(100, { finishSec: 300 }), log(90, 200)];
    const reach = reachOf(db(undefined, early, { state: "missing" }));
    expect("refused" in reach && reach.refused).to.equal(
      "no moment can be chosen: it holds some of what was written up to 1970-01-01 00:03:25 UTC, but all only of what was written by 1970-01-01 00:03:20 UTC (the newest is K2_200.trn). The next log backup of its source, once it has come, makes it good",
    );
  });

  it("names the two servers also where there is only a full backup to begin with", () => {
    const other = log(90, 320, { firstFork: "A", fork: "B", forkPointLsn: "150", file: "other.trn" });
    const reach = reachOf(db(undefined, [full(100), log(90, 200), other], { state: "missing" }));
    expect("refused" in reach && reach.refused).to.match(
      /^two recovery paths part: .* come from two servers/,
    );
  });

  it("refuses where two servers went on after the same point", () => {
    const other = log(200, 320, { firstFork: "A", fork: "B", forkPointLsn: "250", file: "other.trn" });
    for (const sets of [
      [log(200, 300), other],
      [log(200, 400), other],
    ]) {
      const reach = reachOf(db(200, sets));
      expect("refused" in reach && reach.refused).to.match(
        /other logs come from two servers that both went on after LSN 250/,
      );
    }
  });

  it("follows a source that was opened again after its tail, whichever fork the first log names", () => {
    const tail = log(200, 300, { tail: true });
    for (const firstFork of ["A", "B"]) {
      const next = log(300, 400, {
        firstFork,
        fork: "B",
        ...(firstFork === "A" ? { forkPointLsn: "300" } : {}),
      });
      expect(files(db(200, [tail, next]), 350), firstFork).to.deep.equal(["K2_300.trn", "K2_400.trn"]);
    }
  });

  it("restores a log with minimally logged changes as a whole, and offers no point inside it", () => {
    const bulk = [full(100), log(90, 200, { bulk: true }), log(200, 300)];
    expect(reachOf(db(100, bulk))).to.include({ fromSec: 205, toSec: 300 });
    expect(files(db(100, bulk), 250)).to.deep.equal(["K2_200.trn whole", "K2_300.trn"]);
    const later = [full(100), log(90, 200), log(200, 300, { bulk: true }), log(300, 400)];
    expect(reachOf(db(100, later)), "before it is as good as after it").to.deep.include({
      fromSec: 305,
      toSec: 400,
      also: [{ fromSec: 105, toSec: 200, evidence: "K2_200.trn" }],
    });
    expect(files(db(100, later), 150)).to.deep.equal(["K2_200.trn"]);
    const last = [full(100), log(90, 150), log(150, 200, { bulk: true })];
    expect(reachOf(db(100, last)), "as the last one it would hide every point").to.include({ toSec: 150 });
  });

  it("compares numbers that a JavaScript number can't hold", () => {
    const [a, b] = ["39000000172000001", "39000000172000002"];
    const seen: DatabaseSeen = {
      ...db(undefined, [log(1, 300, { firstLsn: b, lastLsn: "39000000172000009" })]),
      redoLsn: a,
      redoFork: "A",
    };
    const reach = reachOf(seen);
    expect("refused" in reach ? "" : reach.evidence).to.match(
      /must begin at or before LSN 39000000172000001/,
    );
  });

  const refusals: readonly (readonly [string, DatabaseSeen, RegExp])[] = [
    ["it is open", db(undefined, chain, { state: "ONLINE" }), /^it is ONLINE, not being restored/],
    ["it is suspect", db(undefined, chain, { state: "SUSPECT" }), /^its state is SUSPECT\./],
    [
      "somebody closed it, and never to drop it",
      db(undefined, chain, { state: "OFFLINE" }),
      /^its state is OFFLINE\. (?!.*dropped)/,
    ],
    [
      "it may be the only copy of what was lost in a move, and never to drop it",
      db(undefined, chain, { state: "SUSPECT", isLeft: true }),
      /not re-protected.*"parallel-standby reprotect".*never drop it\. Where the site that took over is lost too.*"When both sites are lost"$/,
    ],
    [
      "it and every full backup are missing",
      db(undefined, chain.slice(1), { state: "missing" }),
      /^there is neither a database/,
    ],
    ["nothing says what it holds", db(200, []), /^what it holds can't be told/],
  ];
  for (const [name, seen, why] of refusals)
    it(`refuses where ${name}`, () => {
      const reach = reachOf(seen);
      expect("refused" in reach && reach.refused).to.match(why);
      expect(routeTo(seen, { atSec: 1, to: "time" })).to.deep.equal(reach);
    });

  it("takes an open database for the one it recovered only by what its restores say", () => {
    const open = (lastRestore?: LastRestore): DatabaseSeen =>
      db(undefined, chain, { state: "ONLINE", ...(lastRestore ? { lastRestore } : {}) });
    const at = { atSec: 350, to: "time" } as const;
    expect(wasOpenedAt(open(restored(log(300, 400), 350)), at)).to.equal(true);
    expect(wasOpenedAt(open(restored(log(300, 400), 340)), at), "another point").to.equal(false);
    expect(wasOpenedAt(open(restored(log(300, 400))), at), "no stop: past the point").to.equal(false);
    expect(wasOpenedAt(open(restored(log(200, 300), 350)), at), "a log before the point is missing").to.equal(
      false,
    );
    expect(wasOpenedAt(open(), at), "never restored").to.equal(false);
    expect(wasOpenedAt(open(restored(log(300, 400, { tail: true }))), { atSec: 0, to: "end" })).to.equal(
      true,
    );
    expect(wasOpenedAt(open(restored(log(200, 300))), { atSec: 0, to: "end" }), "not the tail").to.equal(
      false,
    );
  });
});
