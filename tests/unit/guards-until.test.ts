import { expect } from "chai";
import { declaredText } from "../../cli/declare/text.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { situation } from "../../journal/situation.ts";
import { darkUntil } from "../../journal/guards-until.ts";
import { renderHtml } from "../../report/html.ts";
import { reportJson } from "../../report/json.ts";
import { reportOf } from "../../report/report.ts";
import { reportText } from "../../report/text.ts";
import { exampleGuard } from "./guard-fixture.ts";
import { begunActivation, completed, move, recovery, type Scribe } from "./report-fixture.ts";

const guarded = { ...recovery, guard: exampleGuard };
/** The disaster was on 22 November at 03:10 UTC, and a lease is good for a day. */
const says =
  /guards at primary.* may start services there until 2026-11-23 03:10:00 .*if no witness answers there: keep it dark until then/;

describe("until when a lost site may still start itself", () => {
  const lost = (verdict: "waived" | "done"): Scribe =>
    begunActivation({ waiveFence: "x" })
      .add({ kind: "declared", factsHash: "facts1", recovery: guarded })
      .step("web0/stop/web", "fence-apps", 5, verdict, "P is silent", false)
      .add(completed);
  const shown = (s: Scribe, now: string): string =>
    statusText(statusOf(s.entries, { now: new Date(now), place: "/j", leases: [] }), "linux");

  it("is said where its fence is waived: with the declaration, in the status and in the report", () => {
    const fact = { kind: "move declared" as const, ...move, waiveFence: "x" };
    const request = { from: "primary", to: "dr", mode: "unplanned" } as const;
    expect(declaredText(fact, request, guarded, new Date("2026-11-22T05:00:00Z"))).to.match(says);
    expect(declaredText(fact, request, recovery, new Date())).not.to.contain("guards at");
    expect(shown(lost("waived"), "2026-11-22T06:00:00Z")).to.match(says);
    const report = reportOf(lost("waived").entries, guarded);
    expect(renderHtml(report)).to.match(says);
    expect(reportText(report).join("\n")).to.match(says);
    expect(JSON.parse(reportJson(report)))
      .to.deep.include({ guardsUntilSec: Date.parse("2026-11-23T03:10:00Z") / 1000 })
      .and.to.have.nested.property("times.guardsUntil", "2026-11-23T03:10:00.000Z");
  });

  it("is over once the site is fenced, or the lease has ended", () => {
    expect(darkUntil(situation(lost("done").entries), exampleGuard)).to.equal(undefined);
    expect(darkUntil(situation(lost("waived").entries), undefined), "no guard").to.equal(undefined);
    expect(shown(lost("waived"), "2026-11-24T06:00:00Z")).not.to.contain("guards at");
    const report = reportOf(lost("done").entries, guarded);
    expect(renderHtml(report)).not.to.contain("guards at");
    expect(reportText(report).join("\n")).not.to.contain("guards at");
  });
});
