import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { moment } from "../../model/time.ts";
import { renderHtml } from "../../report/html.ts";
import { reportJson } from "../../report/json.ts";
import { reportOf, type Report } from "../../report/report.ts";
import { reportText } from "../../report/text.ts";
import { begunActivation, completed, point, recovery, Scribe } from "./report-fixture.ts";

const reported = (s: Scribe): Report => reportOf(s.entries, recovery);
const at = (iso: string): number => Date.parse(iso) / 1000;
const moved = (more: Parameters<typeof begunActivation>[0] = {}): Scribe =>
  begunActivation(more).add(point(9000)).add({ kind: "no return", epoch: 1, step: "data0/open" });
const paid = (step: string, says = "stopped and disabled"): Fact => ({
  kind: "step",
  epoch: 1,
  step,
  phase: "fence-apps",
  verdict: "done",
  critical: false,
  attempt: 1,
  says,
});

describe("waivers in a report", () => {
  const waivedAway = (): Scribe =>
    moved({ waiveFence: "power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add({ ...completed, owed: ["web0/stop"] } as typeof completed);

  const ends: readonly (readonly [what: string, write: () => Scribe, how: RegExp | undefined])[] = [
    ["stands red while the old site was never fenced", waivedAway, undefined],
    [
      "is settled by the step that fences it later",
      () => waivedAway().add(paid("web0/stop"), 3600),
      /^primary was fenced after all, last web0\/stop: stopped and disabled$/,
    ],
    [
      "is settled by a re-protection, which saves and closes the old site",
      () => waivedAway().add({ kind: "re-protected", epoch: 1, site: "primary", as: "ann", saved: [] }, 60),
      /^primary is re-protected and follows/,
    ],
    [
      "is void where the move was abandoned",
      () =>
        begunActivation({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
          .add({ kind: "abandoned", epoch: 1, as: "ann", reason: "it is back" }, 5),
      /^void: the move was abandoned, and primary is active as before$/,
    ],
    [
      "was not needed where every step at the old site was done",
      () =>
        moved({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "done", "stopped", false)
          .add(completed),
      /^not needed: every step at primary was done$/,
    ],
    [
      "is not settled by the proof that goes by the waiver itself",
      () =>
        moved({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
          .step("web0/prove-fence", "fence-site", 1, "failed", "nothing proves it")
          .step("web0/prove-fence", "fence-site", 1, "already", "waived by R. Okafor")
          .add(completed),
      undefined,
    ],
  ];
  for (const [what, write, how] of ends)
    it(`one of the fence ${what}`, () => {
      const r = reported(write());
      const [fence] = r.waivers;
      expect(fence?.what).to.equal("the proof that primary cannot write");
      const page = renderHtml(r);
      const mark = reportText(r).some((line) => line.startsWith("! WAIVED, NOT SETTLED: the proof"));
      if (how === undefined) {
        expect(fence?.settled).to.equal(undefined);
        expect(page).to.match(/<section class="note waived"><h2>Waived and NOT SETTLED/);
        expect(mark, "a mark in text").to.equal(true);
      } else {
        expect(fence?.settled?.says).to.match(how);
        expect(page).not.to.contain("NOT SETTLED");
        expect(page).to.contain("Waived, and settled since");
        expect(mark).to.equal(false);
      }
    });

  it("one that was given while the move ran is named with both who answer and what spoke against it", () => {
    const r = reported(
      begunActivation()
        .step("web0/stop", "fence-apps", 5, "failed", "no answer", false)
        .add({
          kind: "waiver",
          epoch: 1,
          as: "ann",
          second: "ben",
          reason: "I stand before it",
          accepted: ["a log of 03:20"],
        }),
    );
    expect(r.waivers[0]).to.deep.include({
      by: "ann",
      second: "ben",
      although: ["a log of 03:20"],
      open: ["web0/stop"],
    });
    expect(renderHtml(r)).to.match(/I stand before it \(ann and ben,.*although: a log of 03:20/);
  });

  it("one that an earlier activation was given is told in the report of the one that goes on", () => {
    const systems = [
      { system: "web0", parts: ["data0", "web0"], after: [] },
      { system: "web1", parts: ["data1", "web1"], after: [] },
    ];
    const start = { factsHash: "facts1", planHash: "p", from: "primary" } as const;
    const asked = { to: "dr", mode: "unplanned", as: "ann", acceptLossSec: 9000 } as const;
    const s = new Scribe()
      .add({ kind: "genesis", estate: "toys", active: "primary" })
      .add({ kind: "declared", factsHash: "facts1", recovery })
      .add({ kind: "move declared", ...asked })
      .add({ kind: "activation started", epoch: 1, ...start, ...asked, declaration: 2, systems })
      .add({ kind: "waiver", epoch: 1, as: "ben", reason: "its power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add({ kind: "no return", epoch: 1, step: "data0/open" });
    s.add({ kind: "move declared", ...asked, as: "cy" }, 60).add({
      kind: "activation started",
      epoch: 2,
      ...start,
      ...asked,
      as: "cy",
      declaration: s.entries.length - 1,
      systems,
    });
    expect(reported(s).waivers.map((w) => [w.what, w.by, w.open])).to.deep.equal([
      ["the proof that primary cannot write", "ben", ["web0/stop"]],
      ["step web0/stop", "ann", ["web0/stop"]],
    ]);
    const { waivers } = reportOf(s.entries, recovery, 1);
    expect(waivers[0]?.settled, "what is open rests on it still").to.equal(undefined);
    s.add({ ...paid("web0/stop"), epoch: 2 } as Fact, 60);
    expect(reported(s).waivers.every((w) => w.settled)).to.equal(true);
  });

  it("one of an activation that another replaced before anything was opened is void", () => {
    const s = begunActivation({ waiveFence: "x" });
    s.add({
      kind: "activation started",
      epoch: 2,
      from: "primary",
      to: "dr",
      mode: "planned",
      as: "ann",
      factsHash: "facts1",
      planHash: "p",
      declaration: 2,
      acceptLossSec: 0,
    });
    expect(reportOf(s.entries, recovery, 1).waivers[0]?.settled?.says).to.match(/^void: activation 2 took/);
    expect(reported(s).waivers).to.deep.equal([]);
  });

  it("a tail that could not be had is counted in the loss, once a point was chosen", () => {
    const tail = (s: Scribe): Scribe => s.step("data0/tail", "final-sync", 5, "waived", "no answer", false);
    expect(reported(tail(begunActivation({ waiveFence: "x" }))).waivers.at(-1)?.settled).to.equal(undefined);
    expect(
      reported(tail(begunActivation({ waiveFence: "x" })).add(point(9000))).waivers.at(-1)?.settled?.says,
    ).to.equal("what it would have brought is counted in the loss");
  });

  it("says each open step once: in red, and not again among what is owed", () => {
    const page = renderHtml(reported(waivedAway()));
    expect(page.match(/step web0\/stop/g)).to.have.length(1);
    expect(page).not.to.contain("Still owed");
    expect(page).to.contain("pulumi up -s dr-active");
  });
});

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
      .add({ kind: "guard allowed", host: "P", word: "stop", as: "ann", second: "cy", reason: "a test" });
    const told = reported(s).consents.map((c) => [c.what, c.as, c.reason, c.came?.says]);
    expect(told).to.deep.equal([
      ["declared", "R. Okafor", undefined, "activation 1 began with it"],
      ["declined", "ann", "wait", "approved later by ben"],
      ["approved", "ben", undefined, undefined],
      ["skipped", "ann", "no disk", "done after all: backed up"],
      ["allowed", "ann", "a test", undefined],
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

describe("a report of a move that has not ended", () => {
  it("begins with what failed and what to do, before any figure", () => {
    const s = begunActivation().step(
      "web0/choose-point",
      "choose-point",
      5,
      "failed",
      "Claims lacks a log. Bring it over from SQLPRD01",
    );
    const r = reported(s);
    expect(r.blocking).to.deep.equal([
      {
        step: "web0/choose-point",
        how: "failed",
        atSec: at("2026-11-22T05:46:08Z"),
        says: "Claims lacks a log",
        todo: "Bring it over from SQLPRD01",
      },
    ]);
    const page = renderHtml(r);
    expect(page.indexOf("STOPPED: one step has failed")).to.be.within(1, page.indexOf("<h1>"));
    expect(page).to.contain("Do: Bring it over from SQLPRD01");
    expect(page).to.contain("parallel-standby abandon");
    expect(reportText(r).slice(0, 2)).to.deep.equal([
      "✘ web0/choose-point has failed, 2026-11-22 05:46:08 UTC: Claims lacks a log",
      "  do: Bring it over from SQLPRD01",
    ]);
    expect(page, "a target is not met before it is over").not.to.match(/class="met"[^>]*>\s*met</);
  });

  it("names what waits for people, and what has begun without an end", () => {
    const asks = begunActivation().add({
      kind: "waiting",
      epoch: 1,
      step: "pool/confirm",
      for: "manual step",
      says: "point the pool at K2DR01",
      owner: "Network team",
      telephone: "+44 20 7946 0100",
      limitSec: 60,
    });
    expect(reported(asks).blocking[0]).to.deep.include({ how: "waits", step: "pool/confirm" });
    expect(renderHtml(reported(asks))).to.contain("Network team, +44 20 7946 0100");
    const dead = begunActivation().add({
      kind: "step",
      epoch: 1,
      step: "a",
      phase: "open",
      verdict: "started",
      critical: true,
      says: "",
    });
    expect(reported(dead).blocking.map((b) => b.how)).to.deep.equal(["no verdict"]);
  });

  it("offers nothing to do where another activation, or somebody's word, has taken its place", () => {
    const failed = (): Scribe => begunActivation().step("a", "hold", 5, "failed", "no");
    const adopted = reported(
      failed().add({
        kind: "adopted",
        active: "dr",
        epoch: 2,
        as: "ann",
        reason: "done by hand",
        seen: [],
      }),
    );
    expect(adopted.endedBy).to.match(/ann says that dr is active/);
    expect(adopted.waysOn).to.equal(undefined);
    expect(adopted.consents.at(-1)).to.deep.include({ what: "adopted", as: "ann", reason: "done by hand" });
    expect(renderHtml(adopted)).not.to.contain("Do: ");
    const again = failed();
    again.add({
      kind: "activation started",
      epoch: 2,
      from: "primary",
      to: "dr",
      mode: "planned",
      as: "ann",
      factsHash: "facts1",
      planHash: "p",
      declaration: 2,
      acceptLossSec: 0,
    });
    expect(reportOf(again.entries, recovery, 1).endedBy).to.match(/^activation 2 took its place/);
  });

  it("has nothing in the way once it is completed or abandoned", () => {
    for (const end of [completed, { kind: "abandoned", epoch: 1, as: "op", reason: "no" } as const]) {
      const r = reported(begunActivation().step("a", "protect", 5, "failed", "no").add(end));
      expect([r.blocking, r.waysOn, r.endedBy]).to.deep.equal([[], undefined, undefined]);
    }
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
