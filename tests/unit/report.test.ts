import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { reportJson } from "../../report/json.ts";
import { cutOverLine, headline } from "../../report/headline.ts";
import { reportOf } from "../../report/report.ts";
import { begunActivation, completed, move, point, recovery, Scribe } from "./report-fixture.ts";

describe("the report of an activation", () => {
  it("says in one sentence how long, how much was lost, and how the steps went, against the targets", () => {
    const s = begunActivation().step("web0/choose-point", "choose-point", 4).add(point(9000));
    s.step("data0/open", "open", 10)
      .add({ kind: "no return", epoch: 1, step: "data0/open" })
      .add(completed, 10);
    expect(headline(reportOf(s.entries, recovery))).to.equal(
      "cut over in 0:00:24 · 2:36:27 since the declared disaster (target 1:00:00, missed by 1:36:27) · lost 2:30:00 of data to the declared time of the disaster (target 4:00:00) · 2 steps, 0 failed",
    );
    expect(cutOverLine(reportOf(s.entries, recovery)), "as a rehearsal prints it").to.equal(
      "cut over in 0:00:24 (target 1:00:00) · lost 2:30:00 of data (target 4:00:00) · 2 steps, 0 failed",
    );
  });

  it("counts the target for being away from the disaster, not from the start of the move", () => {
    const s = begunActivation().add(completed, 24);
    const met = { ...recovery, targets: { rtoMin: 157, rpoMin: 240 } };
    expect(headline(reportOf(s.entries, met))).to.contain(
      "2:36:27 since the declared disaster (target 2:37:00, met)",
    );
  });

  it("takes what was declared anew before it had ended for one incident", () => {
    const s = begunActivation().step("a", "hold", 100, "failed", "the disk is full");
    const again = (epoch: number, afterSec: number): Scribe => {
      s.add({ kind: "move declared", ...move }, afterSec);
      const declaration = s.entries.length - 1;
      return s.add({
        kind: "activation started",
        epoch,
        from: "primary",
        factsHash: "facts1",
        planHash: "plan1",
        declaration,
        ...move,
      });
    };
    again(2, 500);
    again(3, 1000).add({ kind: "completed", epoch: 3, owed: [], exceptions: [] }, 24);
    const r = reportOf(s.entries, recovery);
    expect(r.epochs).to.deep.equal([1, 2, 3]);
    expect(r.cutOverSec).to.equal(100 + 500 + 1000 + 24);
    expect(r.endedSec - r.startedSec, "the newest activation alone").to.equal(24);
    expect(r.timeline.lengthSec).to.equal(24);
    expect(reportOf(s.entries, recovery, 2).epochs).to.deep.equal([1, 2]);
  });

  it("begins a new incident after one that was completed, abandoned, or went the other way", () => {
    const next = (end: Fact, to: "dr" | "primary" = "dr"): readonly number[] => {
      const s = begunActivation().add(end, 50);
      s.add({ kind: "move declared", ...move, to }, 500);
      const declaration = s.entries.length - 1;
      const from = to === "dr" ? "primary" : "dr";
      const facts = { factsHash: "facts1", planHash: "plan1", declaration } as const;
      s.add({ kind: "activation started", epoch: 2, from, ...facts, ...move, to });
      return reportOf(s.entries, recovery).epochs;
    };
    expect(next({ kind: "plan changed", epoch: 1, planHash: "p2" }), "it goes on").to.deep.equal([1, 2]);
    expect(next(completed)).to.deep.equal([2]);
    expect(next({ kind: "abandoned", epoch: 1, as: "op", reason: "x" })).to.deep.equal([2]);
    expect(next({ kind: "no return", epoch: 1, step: "x" }, "primary")).to.deep.equal([2]);
  });

  it("says what the latest point would have lost, where that is less and every database could go there", () => {
    const disaster = Date.parse("2026-11-22T03:10:00Z") / 1000;
    const latest = (...spans: readonly (readonly [from: number, to: number])[]): number | undefined => {
      const chosen = point(9000);
      if (chosen.kind !== "point chosen") throw new Error("no point");
      const databases = spans.map(([from, to], i) => ({
        database: `db${String(i)}`,
        fromSec: disaster - from,
        toSec: disaster - to,
        evidence: "x.trn",
      }));
      return reportOf(begunActivation().add({ ...chosen, databases }).entries, recovery).points[0]
        ?.latestLossSec;
    };
    expect(latest([20_000, 420], [20_000, 60])).to.equal(420);
    expect(latest([20_000, -500])).to.equal(0);
    expect(latest([20_000, 9000])).to.equal(undefined);
    expect(latest([20_000, 420], [100, 60]), "one can't go back so far").to.equal(undefined);
    expect(reportOf(begunActivation().add(point(0, "end")).entries, recovery).points[0]).to.not.have.property(
      "latestLossSec",
    );
  });

  it("keeps apart how long the cutover took and how long it is since the disaster", () => {
    const r = reportOf(begunActivation().add(completed, 24).entries, recovery);
    expect(r.cutOverSec).to.equal(24);
    expect(r.outageSec).to.equal(
      Date.parse("2026-11-22T05:46:27Z") / 1000 - Date.parse("2026-11-22T03:10:00Z") / 1000,
    );
  });

  it("knows no disaster and no loss in a planned move", () => {
    const r = reportOf(
      begunActivation({ mode: "planned" }).add(point(0, "end")).add(completed, 24).entries,
      recovery,
    );
    expect(r.outageSec).to.equal(undefined);
    expect(headline(r)).to.equal(
      "cut over in 0:00:24 (target 1:00:00) · lost no data (target 4:00:00) · 0 steps, 0 failed",
    );
  });

  const endings: readonly (readonly [string, (s: Scribe) => Scribe, string])[] = [
    [
      "an unfinished one before no return",
      (s) => s.add(point(9000), 30),
      "not finished after 0:00:30 · 2:36:33 since the declared disaster (target 1:00:00, missed by 1:36:33) · would lose 2:30:00 of data to the declared time of the disaster (target 4:00:00) · 0 steps, 0 failed",
    ],
    [
      "an unfinished one past no return",
      (s) => s.add(point(9000)).add({ kind: "no return", epoch: 1, step: "x" }, 30),
      "not finished after 0:00:30 · 2:36:33 since the declared disaster (target 1:00:00, missed by 1:36:33) · lost 2:30:00 of data to the declared time of the disaster (target 4:00:00) · 0 steps, 0 failed",
    ],
    [
      "an abandoned one: it lost nothing",
      (s) => s.add(point(9000)).add({ kind: "abandoned", epoch: 1, as: "op", reason: "no" }, 5),
      "abandoned after 0:00:05 · 0 steps, 0 failed",
    ],
    [
      "one with exceptions",
      (s) => s.add({ ...completed, exceptions: ["no backup"] } as typeof completed, 5),
      "cut over, with exceptions, in 0:00:05 · 2:36:08 since the declared disaster (target 1:00:00, missed by 1:36:08) · 0 steps, 0 failed",
    ],
    [
      "one that still owes",
      (s) => s.step("data0/backup", "protect", 5, "failed", "share is full", false).add(completed),
      "cut over in 0:00:05 · 2:36:08 since the declared disaster (target 1:00:00, missed by 1:36:08) · 1 step, 1 failed · 1 owed",
    ],
  ];
  for (const [what, write, says] of endings)
    it(`has a sentence for ${what}`, () => {
      expect(headline(reportOf(write(begunActivation()).entries, recovery))).to.equal(says);
    });

  it("takes the first success of a step: an orphan and its successor both write", () => {
    const s = begunActivation()
      .step("a", "open", 5)
      .step("a", "open", 7, "already", "it was there")
      .add(completed);
    expect(reportOf(s.entries, recovery).steps).to.deep.include({
      step: "a",
      phase: "open",
      standing: "done",
      critical: true,
      says: "it is so",
      fromSec: Date.parse("2026-11-22T05:46:03Z") / 1000,
      toSec: Date.parse("2026-11-22T05:46:08Z") / 1000,
      vain: 0,
      log: [],
    });
  });

  it("counts the tries in vain and takes the time of the one that succeeded", () => {
    const s = begunActivation().step("a", "open", 50, "failed", "no").step("a", "open", 5).add(completed);
    const [step] = reportOf(s.entries, recovery).steps;
    expect(step).to.include({ standing: "done", vain: 1 });
    expect((step?.toSec ?? 0) - (step?.fromSec ?? 0)).to.equal(5);
  });

  it("shows a step without a verdict as running", () => {
    const s = begunActivation().add({
      kind: "step",
      epoch: 1,
      step: "a",
      phase: "open",
      verdict: "started",
      critical: true,
      says: "",
    });
    const r = reportOf(s.entries, recovery);
    expect(r.steps[0]?.standing).to.equal("running");
    expect(r.counts).to.include({ total: 1, running: 1, failed: 0 });
  });

  it("tells what was paid after it had completed, and draws it no more", () => {
    const owes = begunActivation().step("data0/backup", "protect", 5, "failed", "share is full", false);
    owes.add({ ...completed, owed: ["data0/backup"] } as typeof completed);
    expect(reportOf(owes.entries, recovery).owed).to.deep.equal([
      { step: "data0/backup", says: "share is full" },
    ]);
    owes.add(
      {
        kind: "step",
        epoch: 1,
        step: "data0/backup",
        phase: "protect",
        verdict: "started",
        critical: false,
        says: "",
      },
      86_400,
    );
    owes.add(
      {
        kind: "step",
        epoch: 1,
        step: "data0/backup",
        phase: "protect",
        verdict: "done",
        critical: false,
        attempt: 1,
        says: "backed up",
      },
      9,
    );
    const r = reportOf(owes.entries, recovery);
    expect(r.owed).to.deep.equal([]);
    expect(r.paid).to.equal(1);
    expect(r.cutOverSec).to.equal(5);
    expect(r.timeline).to.include({ later: 1, lengthSec: 5 });
  });

  it("reports an earlier activation as it was, whatever came later", () => {
    const s = begunActivation().step("a", "open", 5).add(completed);
    const before = reportOf(s.entries, recovery, 1);
    s.add({ kind: "move declared", to: "primary", mode: "planned", as: "op", acceptLossSec: 0 }, 3600);
    const seq = s.entries.length - 1;
    s.add({
      kind: "activation started",
      epoch: 2,
      from: "dr",
      to: "primary",
      mode: "planned",
      as: "op",
      factsHash: "facts1",
      planHash: "plan2",
      declaration: seq,
      acceptLossSec: 0,
    });
    const after = reportOf(s.entries, recovery, 1);
    expect({ ...after, hashes: before.hashes }).to.deep.equal(before);
    expect(reportOf(s.entries, recovery).epoch).to.equal(2);
  });

  it("names waivers with who answers for them, and what was held before the start", () => {
    const s = begunActivation({ waiveFence: "power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add(completed);
    const r = reportOf(s.entries, recovery);
    expect(r.waivers).to.deep.equal([
      {
        what: "the proof that primary cannot write",
        reason: "power is cut",
        by: "R. Okafor",
        atSec: Date.parse("2026-11-22T05:41:00Z") / 1000,
        open: ["web0/stop"],
      },
      {
        what: "step web0/stop",
        reason: "no answer",
        by: "R. Okafor",
        atSec: Date.parse("2026-11-22T05:46:08Z") / 1000,
        open: ["web0/stop"],
      },
    ]);
    expect(r.held.map((h) => h.part)).to.deep.equal(["data0"]);
  });

  it("says so where there is no such activation", () => {
    const none = new Scribe().add({ kind: "genesis", estate: "toys", active: "primary" });
    expect(() => reportOf(none.entries, recovery)).to.throw("the journal holds no activation yet");
    expect(() => reportOf(begunActivation().entries, recovery, 7)).to.throw("no activation 7");
  });

  it("is the same for machines, with its headline and times that carry their zone", () => {
    const r = reportOf(begunActivation().add(point(9000)).add(completed, 24).entries, recovery);
    const read = JSON.parse(reportJson(r)) as Record<string, unknown>;
    expect(read["headline"]).to.equal(headline(r));
    expect(read["times"]).to.deep.equal({
      disaster: "2026-11-22T03:10:00.000Z",
      declared: "2026-11-22T05:41:00.000Z",
      firstStarted: "2026-11-22T05:46:03.000Z",
      started: "2026-11-22T05:46:03.000Z",
      served: "2026-11-22T05:46:27.000Z",
      ended: "2026-11-22T05:46:27.000Z",
    });
    const { headline: _headline, times: _times, sourceTimes: _sourceTimes, ...rest } = read;
    expect(rest).to.deep.equal(JSON.parse(JSON.stringify(r)));
  });
});
