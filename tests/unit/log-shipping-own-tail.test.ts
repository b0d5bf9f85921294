import { expect } from "chai";
import { heldUntilSec } from "../../components/sql/log-shipping/own-tail.ts";
import { reachOf, routeTo, wasOpenedAt } from "../../components/sql/log-shipping/reach.ts";
import type { BackupSet, DatabaseSeen, OwnTail } from "../../components/sql/log-shipping/seen.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import type { SiteId } from "../../model/site.ts";

const started = (epoch: number, from: SiteId, to: SiteId): Partial<Fact> => ({
  kind: "activation started",
  epoch,
  from,
  to,
});
const chosen = (epoch: number, atSec: number, to: "end" | "time", database = "K2"): Partial<Fact> => ({
  kind: "point chosen",
  epoch,
  group: `g${database}`,
  atSec,
  to,
  lossSec: 0,
  databases: [{ database, fromSec: 0, toSec: atSec, evidence: "x" }],
});
const left = [started(1, "primary", "dr"), chosen(1, 1000, "end")];
const back = [started(2, "dr", "primary"), chosen(2, 2000, "end")];

describe("log shipping: a database that its own server closed", () => {
  const held = (site: SiteId, facts: readonly Partial<Fact>[], finishSec = 990): number | undefined =>
    heldUntilSec(facts as readonly Entry[], { database: "K2", site, finishSec });

  it("is the newest state until the point at which a move to the end of the logs left it", () => {
    expect(held("primary", left)).to.equal(1000);
    expect(held("dr", [...left, ...back], 2000)).to.equal(2000);
    expect(held("primary", [...left, started(2, "dr", "primary")]), "the way back has only begun").to.equal(
      1000,
    );
    expect(held("primary", [started(1, "primary", "dr"), chosen(1, 9, "end", "K2 of data")], 9)).to.equal(9);
  });

  it("is no witness where the journal does not show that the other site went on from there", () => {
    const cases: Readonly<Record<string, readonly Partial<Fact>[]>> = {
      "nobody has left": [],
      "another site was left": [started(1, "dr", "primary"), chosen(1, 1000, "end")],
      "another database": [started(1, "primary", "dr"), chosen(1, 1000, "end", "Claims")],
      "an earlier point": [started(1, "primary", "dr"), chosen(1, 1000, "time")],
      "an earlier point for another database of that name": [
        ...left.slice(0, 1),
        chosen(1, 500, "time", "K2 of two"),
        chosen(1, 1000, "end"),
      ],
      "given up": [...left, { kind: "abandoned", epoch: 1, as: "x", reason: "y" }],
      "being given up": [...left, { kind: "abandoning", epoch: 1, as: "x", reason: "y" }],
      "adopted since": [...left, { kind: "adopted" }],
      "broken since": [...left, { kind: "break-glass" }],
      "left again, at an earlier point": [...left, started(3, "primary", "dr"), chosen(3, 1000, "time")],
      "a tail that was taken later than the point": [started(1, "primary", "dr"), chosen(1, 989, "end")],
    };
    for (const [name, facts] of Object.entries(cases))
      expect(held("primary", facts), name).to.equal(undefined);
  });
});

/** Logs whose numbers are their times in seconds, too: B is the fork that the other server began at 500. */
const log = (first: number, last: number, fork: string, more: Partial<BackupSet> = {}): BackupSet => ({
  file: `K2_${String(last)}.trn`,
  position: 1,
  type: "log",
  firstLsn: String(first),
  lastLsn: String(last),
  firstFork: fork,
  fork,
  startSec: last,
  finishSec: last + 5,
  tail: false,
  bulk: false,
  damaged: false,
  ...more,
});
const own: OwnTail = { firstLsn: "400", lastLsn: "500", fork: "A", finishSec: 505, heldUntilSec: 520 };
const closed = (sets: readonly BackupSet[], more: Partial<DatabaseSeen> = {}): DatabaseSeen => ({
  state: "RESTORING",
  redoLsn: "500",
  redoFork: "A",
  ownTail: own,
  sets: [...sets],
  unreadable: [],
  ...more,
});
const { heldUntilSec: _held, ...unproven } = own;
const acrossFork = log(500, 600, "B", { firstFork: "A", forkPointLsn: "500" });
const ofNewFork = log(500, 600, "B");
const refusal = (seen: DatabaseSeen): string => {
  const reach = reachOf(seen);
  return "refused" in reach ? reach.refused : `from ${String(reach.fromSec)}`;
};

describe("log shipping: what a standby can reach that has restored nothing since its own tail", () => {
  it("goes to any moment at which nothing was written anywhere, without a single log", () => {
    const seen = closed([]);
    expect(reachOf(seen)).to.deep.equal({
      fromSec: 505,
      toSec: 520,
      complete: false,
      evidence: "the tail with which it was closed there",
    });
    expect(routeTo(seen, { atSec: 510, to: "time" })).to.deep.equal({ rebuilds: false, restores: [] });
    expect("refused" in routeTo(seen, { atSec: 521, to: "time" })).to.equal(true);
    expect("refused" in routeTo(seen, { atSec: 0, to: "end" }), "its end is not that of its source").to.equal(
      true,
    );
  });

  it("goes on with the logs of the other server, whichever fork the first of them names", () => {
    for (const first of [acrossFork, ofNewFork]) {
      const seen = closed([first, log(600, 700, "B")]);
      expect(reachOf(seen)).to.deep.equal({
        fromSec: 505,
        toSec: 700,
        complete: false,
        evidence: "K2_700.trn",
      });
      const route = routeTo(seen, { atSec: 650, to: "time" });
      expect("refused" in route ? [] : route.restores.map((r) => r.set.file)).to.deep.equal([
        "K2_600.trn",
        "K2_700.trn",
      ]);
    }
  });

  it("is complete with the tail of the other server, never with its own in the same folder", () => {
    const ownFile = log(400, 500, "A", { tail: true });
    expect(reachOf(closed([ownFile]))).to.include({ complete: false });
    expect(reachOf(closed([ownFile, ofNewFork, log(600, 700, "B", { tail: true })]))).to.include({
      complete: true,
      toSec: 705,
    });
  });

  it("counts a redo point within the tail like one at its end, and none outside of it or on another fork", () => {
    expect(reachOf(closed([], { redoLsn: "450" }))).to.include({ fromSec: 505, toSec: 520 });
    for (const more of [{ redoLsn: "400" }, { redoLsn: "501" }, { redoFork: "B" }])
      expect(refusal(closed([], more))).to.match(/^what it holds can't be told/);
  });

  it("has no moment of its own where the journal does not show how it was left, and says what brings one", () => {
    const seen = closed([], { ownTail: unproven });
    expect(refusal(seen)).to.match(
      /^what it holds can't be told: .*\. Once a log is copied and restored, it can$/,
    );
    expect(
      refusal(closed([log(400, 500, "A", { tail: true, damaged: true })], { ownTail: unproven })),
    ).to.match(/can't be told/);
  });

  it("is dated by the first log of the other server even without any history", () => {
    for (const first of [acrossFork, ofNewFork]) {
      const { ownTail: _own, ...seen } = closed([first, log(600, 700, "B")]);
      expect(reachOf(seen)).to.include({ fromSec: 600, toSec: 700 });
    }
  });

  it("was opened at the point if the point lies where nothing was written, and not elsewhere", () => {
    const open = closed([], { state: "ONLINE" });
    const at = (atSec: number, to: "end" | "time" = "time"): boolean => wasOpenedAt(open, { atSec, to });
    expect([504, 505, 520, 521].map((sec) => at(sec))).to.deep.equal([false, true, true, false]);
    expect(at(510, "end")).to.equal(false);
    expect(wasOpenedAt({ ...open, ownTail: unproven }, { atSec: 510, to: "time" })).to.equal(false);
  });

  it("goes to the end in a planned move though nothing dates what it holds now", () => {
    const { ownTail: _own, ...seen } = closed([
      log(500, 600, "A", { startSec: 600 }),
      log(600, 700, "A", { tail: true }),
    ]);
    // No log begins where it stands, and no history says what it holds.
    const undated = { ...seen, redoLsn: "550" };
    expect(reachOf(undated)).to.include({ complete: true, toSec: 705 });
    expect(routeTo(undated, { atSec: 705, to: "end" }))
      .to.have.property("restores")
      .with.lengthOf(2);
  });
});
