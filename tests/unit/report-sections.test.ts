import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { moment } from "../../model/time.ts";
import { renderHtml } from "../../report/html.ts";
import { reportJson } from "../../report/json.ts";
import type { Report } from "../../report/report.ts";
import { begunActivation, completed, reported, type Scribe } from "./report-fixture.ts";

const at = (iso: string): number => Date.parse(iso) / 1000;

describe("who said what, in a report", () => {
  it("has every word in order, with its reason and what came of it", () => {
    const s = begunActivation()
      .add({
        kind: "waiting",
        epoch: 1,
        step: "web0/approve-open",
        for: "approval",
        says: "no return",
        limitSec: 60,
      })
      .add({
        kind: "approval",
        epoch: 1,
        step: "web0/approve-open",
        verdict: "declined",
        as: "ann",
        reason: "wait",
      })
      .add({ kind: "approval", epoch: 1, step: "web0/approve-open", verdict: "approved", as: "ben" }, 60)
      .add({ kind: "skip", epoch: 1, step: "data0/backup", as: "ann", reason: "no disk" })
      .step("data0/backup", "protect", 5, "done", "backed up", false)
      .add({ kind: "guard allowed", host: "P", word: "stop", as: "ann", second: "cy", reason: "a test" })
      .add({ kind: "guard removal", hosts: ["P", "D"], as: "ann", reason: "no more" });
    const told = reported(s).consents.map((c) => [c.what, c.as, c.reason, c.came?.says]);
    expect(told).to.deep.equal([
      ["declared", "R. Okafor", undefined, "activation 1 began with it"],
      ["declined", "ann", "wait", "approved later by ben"],
      ["approved", "ben", undefined, undefined],
      ["skipped", "ann", "no disk", "done after all: backed up"],
      ["allowed", "ann", "a test", undefined],
      ["removed", "ann", "no more", undefined],
    ]);
    const page = renderHtml(reported(s));
    for (const text of ["Who said what", "because: no disk", "ann and cy", "approved later by ben"])
      expect(page).to.contain(text);
  });

  it("has what was declared and taken back before, and nothing of the move that comes after", () => {
    const s = begunActivation().add(completed, 60);
    s.add({ kind: "move declared", to: "primary", mode: "planned", as: "zoe", acceptLossSec: 0 }, 60);
    s.add({ kind: "withdrawn", as: "zoe" });
    expect(reported(s).consents.map((c) => c.as)).to.deep.equal(["R. Okafor"]);
    const seq = s.entries.length;
    s.add({ kind: "move declared", to: "primary", mode: "planned", as: "ann", acceptLossSec: 0 }, 60).add({
      kind: "activation started",
      epoch: 2,
      from: "dr",
      to: "primary",
      mode: "planned",
      as: "ann",
      factsHash: "facts1",
      planHash: "p",
      declaration: seq,
      acceptLossSec: 0,
    });
    expect(reported(s).consents.map((c) => [c.what, c.as, c.came?.says])).to.deep.equal([
      ["declared", "zoe", "withdrawn by zoe"],
      ["withdrew", "zoe", undefined],
      ["declared", "ann", "activation 2 began with it"],
    ]);
  });
});

describe("findings before and after a move", () => {
  const look = (to: "dr" | "primary", says: string): Fact => ({
    kind: "readiness",
    to,
    verdict: "warnings",
    findings: [{ id: "x", severity: "risk", at: "SQLDR01", says }],
    lossSec: 7200,
    predictedSec: 1800,
    noted: {},
  });

  it("are the last look before the declaration and the first after the end", () => {
    const s = begunActivation().add(completed, 60).add(look("primary", "the disk is small"), 60);
    expect(reported(s).readiness.before).to.equal(undefined);
    expect(reported(s).readiness.after).to.deep.include({ to: "primary", lossSec: 7200, predictedSec: 1800 });
    expect(renderHtml(reported(s))).to.contain("the disk is small");
    expect(renderHtml(reported(s))).to.contain("readiness had not run for a move to that site");
  });

  it("say plainly that readiness has not run since", () => {
    expect(renderHtml(reported(begunActivation().add(completed)))).to.contain("READINESS HAS NOT RUN SINCE");
    expect(renderHtml(reported(begunActivation()))).not.to.contain("READINESS HAS NOT RUN");
  });
});

describe("the loss of each database", () => {
  const disaster = at("2026-11-22T03:10:00Z");
  const chosen = (to: "end" | "time", ...newest: readonly number[]): Fact => ({
    kind: "point chosen",
    epoch: 1,
    group: "web0",
    atSec: disaster - 9000,
    to,
    lossSec: to === "end" ? 0 : 9000,
    databases: newest.map((sec, i) => ({
      database: `db${String(i)}`,
      fromSec: disaster - 50_000,
      toSec: disaster - sec,
      evidence: `db${String(i)}.trn`,
    })),
  });
  const losses = (fact: Fact): readonly (readonly number[])[] =>
    reported(begunActivation().add(fact)).points[0]?.databases.map((d) => [
      d.lossSec,
      d.unshippedSec,
      d.leftOutSec,
    ]) ?? [];

  it("is split into what never left its source and what lies in logs after the point", () => {
    expect(losses(chosen("time", 420, 9000, -60))).to.deep.equal([
      [9000, 420, 8580],
      [9000, 9000, 0],
      [9000, 0, 9000],
    ]);
  });

  it("is nothing where it went to the end of a whole chain", () => {
    expect(losses(chosen("end", 100))).to.deep.equal([[0, 0, 0]]);
    const page = renderHtml(reported(begunActivation().add(chosen("end", 100))));
    expect(page).to.contain("latest: the end of its logs");
  });

  it("is shown with its point, when that was frozen, and the newest log", () => {
    const page = renderHtml(reported(begunActivation().add(chosen("time", 420))));
    for (const text of [
      "frozen 2026-11-22 05:46:03 UTC",
      "db0.trn",
      "2026-11-22 03:03:00 UTC",
      "0:07:00 never left its source",
      "2:23:00 lies in logs here, after the point",
    ])
      expect(page, text).to.contain(text);
  });
});

describe("the time without a system", () => {
  const served = (s: Scribe): Report["served"] => reported(s).served;

  it("ends with the passed smoke test, not with the backups that come after", () => {
    const s = begunActivation()
      .step("web0/answers", "verify-services", 20)
      .step("web0/smoke", "smoke-test", 10)
      .step("data0/backup", "protect", 600)
      .add(completed);
    expect(served(s)).to.deep.equal({ atSec: at("2026-11-22T05:46:33Z"), by: "smoke test" });
    expect(reported(s).cutOverSec).to.equal(30);
    expect(reported(s).outageSec).to.equal(at("2026-11-22T05:46:33Z") - at("2026-11-22T03:10:00Z"));
    expect(reported(s).sinceDeclaredSec).to.equal(303 + 30);
    expect(renderHtml(reported(s))).to.contain("until the smoke test had passed");
  });

  it("counts to the end where the smoke test was skipped or has failed, and says so", () => {
    for (const verdict of ["skipped", "failed"] as const) {
      const s = begunActivation()
        .step("web0/smoke", "smoke-test", 10, verdict, "x", false)
        .step("data0/backup", "protect", 600)
        .add(completed);
      expect(served(s)).to.deep.equal({ atSec: at("2026-11-22T05:56:13Z"), by: "completion" });
      expect(renderHtml(reported(s))).to.contain("no smoke test has passed");
    }
  });

  it("ends with the names, or with the services, where no smoke test is declared", () => {
    const s = begunActivation().step("web0/answers", "verify-services", 20);
    expect(served(s.add(completed, 100))?.by).to.equal("services");
    const named = begunActivation().step("n/flip", "flip-client-aliases", 20).add(completed, 100);
    expect(served(named)?.by).to.equal("client aliases");
  });

  it("has not ended where the move has not", () => {
    expect(served(begunActivation().step("web0/smoke", "smoke-test", 10))).to.equal(undefined);
  });

  it("counts a planned move from the first service that was stopped, too", () => {
    const s = begunActivation({ mode: "planned" })
      .step("web0/copy", "hold", 100)
      .step("web0/stop", "fence-apps", 5)
      .step("web0/smoke", "smoke-test", 10)
      .add(completed);
    expect(reported(s).stoppedSec).to.equal(15);
  });
});

describe("times in a report", () => {
  it("of the hour that occurs twice are told apart by their offset", () => {
    const [first, second] = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"].map((iso) =>
      moment(at(iso), "America/New_York"),
    );
    expect([first, second]).to.deep.equal([
      "2026-11-01 05:30:00 UTC (01:30:00 -04:00 in America/New_York)",
      "2026-11-01 06:30:00 UTC (01:30:00 -05:00 in America/New_York)",
    ]);
  });
});

describe("a report for machines", () => {
  it("has each moment by the clocks of the site that was left, with their offset", () => {
    const r = reported(begunActivation().add(completed, 24));
    const read = JSON.parse(
      reportJson({ ...r, from: { ...r.from, timeZone: "America/New_York" } }),
    ) as Record<string, Record<string, string>>;
    expect(read["sourceTimes"]?.["disaster"]).to.equal("2026-11-21T22:10:00.000-05:00");
    expect(Object.keys(read["sourceTimes"] ?? {})).to.deep.equal(Object.keys(read["times"] ?? {}));
  });
});
