import { expect } from "chai";
import { closing } from "../../cli/run/closing.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import type { Recovery } from "../../model/recovery.ts";
import { targetsOf } from "../../model/system.ts";
import { renderHtml } from "../../report/html.ts";
import { reportOf, type Report } from "../../report/report.ts";
import { systemLine } from "../../report/systems.ts";
import { completedText } from "../../stacks/completed-text.ts";
import { systemsText } from "../../stacks/systems-text.ts";
import { recovery as toys, Scribe } from "./report-fixture.ts";

const targets = { rtoMin: 60, rpoMin: 240 };
const recovery: Recovery = {
  ...toys,
  targets: { rtoMin: 60, rpoMin: 0 },
  systems: [
    { id: "web0", after: [], optional: ["smoke-test"], targets },
    { id: "web1", after: ["web0"], optional: [] },
  ],
};
const systems = [0, 1].map((n) => ({
  system: `web${String(n)}`,
  parts: [`data${String(n)}`, `web${String(n)}`],
  after: n === 1 ? ["web0"] : [],
}));
const disasterAt = "2026-11-22T03:10:00Z";
const begun = (): Scribe =>
  new Scribe()
    .add({ kind: "genesis", estate: "toys", active: "primary" })
    .add({ kind: "declared", factsHash: "facts1", recovery })
    .add({ kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 })
    .add({
      kind: "activation started",
      epoch: 1,
      from: "primary",
      to: "dr",
      mode: "planned",
      as: "op",
      factsHash: "facts1",
      planHash: "p",
      declaration: 2,
      acceptLossSec: 0,
      systems,
    });
const point = (group: string, lossSec: number): Fact => ({
  kind: "point chosen",
  epoch: 1,
  group,
  atSec: Date.parse(disasterAt) / 1000 - lossSec,
  to: lossSec === 0 ? "end" : "time",
  lossSec,
  databases: [],
});
const opens = (n: number): Fact => ({ kind: "no return", epoch: 1, step: `data${String(n)}/open/x` });
const up = (system: string, exceptions: string[] = []): Fact => ({
  kind: "system completed",
  epoch: 1,
  system,
  owed: [],
  exceptions,
});
/** web0 is up, and its smoke test failed; of web1 a log lacks. */
const half = (): Scribe =>
  begun()
    .add(point("web0", 0))
    .add(opens(0))
    .step("web0/smoke", "smoke-test", 30, "failed", "nobody answers", false)
    .add(up("web0", ["web0/smoke"]), 30)
    .step("web1/choose-point", "choose-point", 60, "failed", "a log lacks");
const whole = (): Scribe =>
  half()
    .step("web1/choose-point", "choose-point", 3600)
    .add(opens(1))
    .add(up("web1"))
    .add({ kind: "completed", epoch: 1, owed: [], exceptions: ["web0/smoke"] });
const status = (s: Scribe): string =>
  statusText(
    statusOf(s.entries, { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [] }),
    "linux",
  );
const reported = (s: Scribe): Report => reportOf(s.entries, recovery);

describe("status of several systems", () => {
  it("begins with the exceptions, and has a line for each system", () => {
    const lines = status(half()).split("\n");
    expect(lines[1]).to.match(/^EXCEPTION\s+web0\/smoke: nobody answers$/);
    const own = lines.filter((l) => /^system\s/.test(l)).map((l) => l.replace(/^system\s+/, ""));
    expect(own).to.deep.equal([
      "web0: up, WITH EXCEPTIONS: web0/smoke: nobody answers",
      "web1: failed at web1/choose-point: a log lacks",
    ]);
    expect(
      lines.filter((l) => /not had/.test(l)),
      "an exception is said once",
    ).to.deep.equal([]);
    expect(status(half())).to.match(/steps? done, 1 failed, 1 exception$/m);
  });

  it("names the way on for the one that failed, once another can only be finished", () => {
    expect(status(half())).to.contain(
      "or, if what web1 has at primary is lost: parallel-standby mode unplanned --system web1",
    );
  });

  it("says what the next run changes, by whom, and how to take that back", () => {
    const changed = half().add({
      kind: "mode changed",
      epoch: 1,
      to: "dr",
      systems: ["web1"],
      reason: "x",
      mode: "unplanned",
      as: "R. Okafor",
      disasterAt,
      acceptLossSec: 60,
    });
    expect(status(changed)).to.match(
      /changed\s+web1 goes on unplanned with the next run, by R\. Okafor, 2026-/,
    );
    expect(status(changed)).to.match(/go on, web1 unplanned: .*dr-active\n {2}or take it back: .*withdraw/);
  });

  it("says of each group whether its data is lost or would be, by its own system", () => {
    const text = status(half().add(point("web1", 7200)));
    expect(text).to.match(/data\s+web0: to the end of its logs, nothing lost/);
    expect(text).to.match(/data\s+web1: .*would be lost/);
  });

  it("tells a completed move with exceptions from one without", () => {
    expect(status(whole())).to.match(/primary to dr, completed with exceptions;/);
    expect(status(begun().add({ kind: "completed", epoch: 1, owed: [], exceptions: [] }))).to.match(
      /primary to dr, completed;/,
    );
  });
});

describe("what a stack's run is told of several systems", () => {
  it("is a line for each, the one with exceptions first, the one that is well last", () => {
    expect(systemsText(situation(half().entries))).to.deep.equal([
      "web0: up, WITH EXCEPTIONS: web0/smoke: nobody answers",
      "web1: failed at web1/choose-point: a log lacks",
    ]);
    const done = begun().add(up("web1")).step("data0/x", "hold", 1);
    expect(systemsText(situation(done.entries))).to.deep.equal(["web0: under way", "web1: up"]);
  });

  it("stands at the end of a run without the engine that is not finished", () => {
    const { entries } = half();
    const s = situation(entries);
    const request = { from: "primary", to: "dr", mode: "planned" } as const;
    const ended = (): string =>
      closing(
        s,
        { now: { kind: "go on", epoch: 1, request }, target: "dr" },
        { ended: new Set(), failed: new Set(["web1/choose-point"]), waiting: [] },
        new Map([["web1/choose-point", "a log lacks"]]),
        entries,
      );
    expect(ended).to.throw(
      /NOT FINISHED.*✘ web1\/choose-point: a log lacks\n {2}web0: up, WITH EXCEPTIONS.*\n {2}web1: failed at/s,
    );
  });

  it("names exceptions before all else once it is completed", () => {
    const text = completedText(situation(whole().entries), 1) ?? "";
    expect(text.split("\n").slice(0, 3)).to.deep.equal([
      "activation 1 is completed WITH EXCEPTIONS:",
      "  web0/smoke: nobody answers",
      "dr is active; owed: nothing. No step acts",
    ]);
    expect(text).to.match(/\n {2}web1: up$/);
  });
});

describe("the report of several systems", () => {
  it("has each system's verdict and figures against its own targets", () => {
    const [first, second] = reported(whole()).systems;
    expect(first).to.deep.include({ system: "web0", state: "up with exceptions", targets, lossSec: 0 });
    expect(second).to.include({ system: "web1", state: "up" });
    expect(second).not.to.have.property("targets");
    expect([first?.cutOverSec, second?.cutOverSec]).to.deep.equal([60, 3720]);
  });

  it("says them in a line: met, missed, lost, would lose", () => {
    const lines = (s: Scribe): string[] => reported(s).systems.map(systemLine);
    expect(lines(whole())).to.deep.equal([
      "web0: up, WITH EXCEPTIONS: web0/smoke: nobody answers; cut over in 0:01:00 (target 1:00:00, met); lost nothing (target 4:00:00, met)",
      "web1: up; cut over in 1:02:00",
    ]);
    const slow = begun().add(point("web0", 18_000)).add(opens(0)).add(up("web0"), 4000);
    expect(lines(slow)).to.include(
      "web0: up; cut over in 1:06:40 (target 1:00:00, missed by 0:06:40); lost 5:00:00 (target 4:00:00, missed by 1:00:00)",
    );
  });

  it("shows exceptions before the figures, and a row for each system, as text and never as markup", () => {
    const page = renderHtml(reported(whole()));
    expect(page.indexOf("nobody answers")).to.be.lessThan(page.indexOf('class="cards"'));
    expect(page).to.contain("System by system");
    const one = renderHtml({ ...reported(whole()), systems: [] });
    expect(one).not.to.contain("System by system");
    const odd = half().step("web1/x", "open", 1, "failed", "<script>alert(1)</script>");
    expect(renderHtml(reported(odd))).not.to.contain("<script>");
  });

  it("is completed with exceptions where there are some", () => {
    expect(reported(whole()).outcome).to.equal("completed with exceptions");
    expect(reported(whole()).exceptions).to.deep.equal([{ step: "web0/smoke", says: "nobody answers" }]);
  });

  it("keeps what an activation before had done for a system that had arrived", () => {
    const change = {
      mode: "unplanned",
      as: "ben",
      disasterAt,
      acceptLossSec: 7200,
      waiveFence: "its power is cut",
    } as const;
    const changed = half().add({
      kind: "mode changed",
      epoch: 1,
      to: "dr",
      systems: ["web1"],
      reason: "its SQL Server died",
      ...change,
    });
    const onward = changed.add({
      kind: "activation started",
      epoch: 2,
      from: "primary",
      to: "dr",
      mode: "planned",
      as: "op",
      factsHash: "facts1",
      planHash: "p",
      declaration: 2,
      acceptLossSec: 0,
      systems: systems.map((s) => (s.system === "web1" ? { ...s, terms: change } : s)),
    });
    const report = reported(onward);
    expect(report.steps.map((s) => s.step)).to.deep.equal(["web0/smoke"]);
    expect(report.noReturnSec).to.equal(reported(half()).noReturnSec);
    expect(report.systems.map((x) => [x.system, x.mode, x.state])).to.deep.equal([
      ["web0", "planned", "up with exceptions"],
      ["web1", "unplanned", "not begun"],
    ]);
    expect(report.waivers).to.deep.equal([
      {
        what: "the proof that what web1 has at primary cannot write",
        reason: "its power is cut",
        by: "ben",
        atSec: report.startedSec,
        open: [],
      },
    ]);
    expect(renderHtml(report)).to.match(
      /Unplanned: web1<\/dt>\s*<dd>2026-[^<]*, by ben: its SQL Server died; lost at 2026-11-22 03:10:00 UTC; up to 2h of data may be lost/,
    );
    expect(report.systems[1]?.outageSec).to.equal(report.endedSec - Date.parse(disasterAt) / 1000);
  });
});

describe("targets of some parts", () => {
  it("are the strictest of their systems, none where these have none, and the whole's in older facts", () => {
    const two = {
      ...recovery,
      systems: [
        ...(recovery.systems ?? []),
        { id: "web2", after: [], optional: [], targets: { rtoMin: 90, rpoMin: 5 } },
      ],
    };
    expect(targetsOf(two, ["web0", "web2"])).to.deep.equal({ rtoMin: 60, rpoMin: 5 });
    expect(targetsOf(two, ["web1"])).to.equal(undefined);
    expect(targetsOf(toys, ["web0"])).to.deep.equal(toys.targets);
    expect(targetsOf(two)).to.deep.equal(two.targets);
  });
});
