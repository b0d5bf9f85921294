import { expect } from "chai";
import { renderHtml } from "../../report/html.ts";
import { reportOf } from "../../report/report.ts";
import { reportText } from "../../report/text.ts";
import { begunActivation, completed, recovery, reported, type Scribe } from "./report-fixture.ts";

const at = (iso: string): number => Date.parse(iso) / 1000;

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

  it("gives what to type for a step that waits, also where its name has a space", () => {
    const asked = { kind: "waiting", epoch: 1, for: "approval", says: "no return", limitSec: 60 } as const;
    const s = begunActivation()
      .add({ ...asked, step: "load balancer/confirm" })
      .add({ ...asked, step: "pool/confirm" });
    expect(reported(s).blocking.map((b) => b.todo)).to.deep.equal([
      'parallel-standby approve "load balancer/confirm" --as YOUR-NAME, or parallel-standby decline "load balancer/confirm" --as YOUR-NAME --reason WHY',
      "parallel-standby approve pool/confirm --as YOUR-NAME, or parallel-standby decline pool/confirm --as YOUR-NAME --reason WHY",
    ]);
  });

  it("tells of a move that is being abandoned only what stands in the way of giving back", () => {
    const base = { kind: "step", epoch: 1, phase: "open", critical: true, says: "" } as const;
    const s = begunActivation()
      .step("data0/roll-forward", "roll-forward", 5, "failed", "a log is missing. Bring it over")
      .add({ ...base, step: "data0/open", verdict: "started" })
      .add({ ...base, step: "web0/approve-open", verdict: "started" })
      .add({
        kind: "waiting",
        epoch: 1,
        step: "web0/approve-open",
        for: "approval",
        says: "no return",
        limitSec: 60,
      })
      .add({ ...base, step: "pool/confirm", verdict: "started" })
      .add({ kind: "abandoning", epoch: 1, as: "ann", reason: "it is back" }, 60)
      .add({ ...base, step: "pool/confirm", verdict: "failed", says: "it is being abandoned" }, 5);
    expect(reported(s).blocking).to.deep.equal([]);
    const page = renderHtml(reported(s));
    expect(page).to.contain("parallel-standby abandon --as");
    expect(page).not.to.match(/Do: Bring it over|parallel-standby approve|run the same again/);
    s.step("data0/reopen", "reopen", 5, "failed", "the login is refused. Mend the login").add({
      ...base,
      step: "web0/restart",
      verdict: "started",
    });
    expect(reported(s).blocking.map((b) => [b.step, b.how])).to.deep.equal([
      ["data0/reopen", "failed"],
      ["web0/restart", "no verdict"],
    ]);
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
