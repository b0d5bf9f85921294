import { expect } from "chai";
import { goOn } from "../../lab/play/acts.ts";
import { rig, type Rig } from "../../lab/play/rig.ts";
import type { Check, Memory } from "../../lab/play/scenario.ts";
import { half, look, scene, twoSystems } from "../../lab/play/scenarios/two-systems.ts";
import { claimsServiceName } from "../../lab/world/second-system.ts";
import { standingOf } from "../../journal/standing.ts";
import { engineMs, failed, k2IsWell, ok, situationOf, unchanged, up, verdictOf } from "./stage.ts";

const unmet = (checks: readonly Check[] = []): readonly Check[] => checks.filter((c) => !c.ok);

describe("two systems that share their servers, one of which fails in the cutover, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  const memory: Memory = { endedAtMs: 0 };
  const stage = () => ({ rig: made, say: () => undefined });
  before(async () => {
    made = await rig({ ...twoSystems.lab });
    for (const act of scene) await act.run(memory, stage());
  });
  after(() => made.close());

  const claimsAtStandby = () => made.lab.host("K2DR01").services.find(claimsServiceName);
  it("warns where one failure would stop the other system too, and opens nothing of the one that fails", async () => {
    const { all } = failed(
      await up(made, "dr-active", [], { PULUMI_CONTINUE_ON_ERROR: "false" }),
      /claims\/choose-point.*Ledger/s,
    );
    expect(all).to.include(
      "PULUMI_CONTINUE_ON_ERROR is not true: one system that fails would stop the others",
    );
    expect(await verdictOf(made, "claims/choose-point")).to.equal("failed");
    const s = await situationOf(made);
    expect(s.active).to.equal("primary");
    expect([...s.verdicts.keys()].filter((step) => step.startsWith("claims-data/open"))).to.deep.equal([]);
  });

  it("cuts K2 over fully while the other system's chain lacks a log", async () => {
    await half.run(memory, stage());
    expect(memory.seen).to.have.length(3);
    expect(unmet(memory.seen)).to.deep.equal([]);
    const s = await situationOf(made);
    expect(await verdictOf(made, "k2.corp.example/flip")).to.be.oneOf(["done", "already"]);
    expect(await verdictOf(made, "complete")).to.equal(undefined);
    expect(s.active).to.equal("primary");
    expect([...s.points.keys()]).to.deep.equal(["k2"]);
    expect(await verdictOf(made, "k2/complete")).to.equal("done");
    expect(standingOf(s).map((x) => [x.system, x.state, x.waitsFor])).to.deep.equal([
      ["k2", "up", []],
      ["claims", "failed", []],
    ]);
    expect(claimsAtStandby()).to.include({ state: "stopped", startType: "disabled" });
  });

  it("stops the other system again at a service that does not start, and leaves K2 alone", async () => {
    await memory.mend?.();
    const service = claimsAtStandby();
    if (!service) throw new Error("the lab has no second system");
    service.faults = { failsToStart: 1067 };
    failed(await up(made, "dr-active"), /Claims Service.*1067/s);
    expect(await verdictOf(made, `claims/start/K2DR01/${claimsServiceName}`)).to.equal("failed");
    await k2IsWell(made);
    service.faults = {};
  });

  it("finishes with the next `up`: both systems work at the standby, each at its own point", async () => {
    await goOn(stage());
    const s = await situationOf(made);
    expect([s.active, s.ended.get(1)]).to.deep.equal(["dr", "completed"]);
    expect([...s.points.keys()].sort()).to.deep.equal(["claims", "k2"]);
    await look.run(memory, stage());
    expect(memory.played?.checks).to.have.length(12);
    expect(unmet(memory.played?.checks)).to.deep.equal([]);
    expect(memory.played?.report.systems.map((x) => x.targets?.rtoMin).sort()).to.deep.equal([240, 60]);
  });

  it("pays what was owed to the old site when that is back, and then has nothing left to do", async () => {
    expect((await situationOf(made)).owed.size).to.be.greaterThan(0);
    await made.lab.network.siteUp("primary");
    await made.lab.clock.advance(10_000);
    ok(await up(made, "dr-active"));
    expect([...(await situationOf(made)).owed]).to.deep.equal([]);
    for (const service of ["K2 Server", claimsServiceName])
      expect(made.lab.host("K2PRD01").services.find(service), service).to.include({
        state: "stopped",
        startType: "disabled",
      });
    unchanged(await up(made, "dr-active"));
  });

  it("did no step of either system twice", async () => {
    const done = (await made.entries()).flatMap((e) =>
      e.kind === "step" && e.epoch === 1 && e.verdict === "done" ? [e.step] : [],
    );
    expect(done.filter((step, i) => done.indexOf(step) !== i)).to.deep.equal([]);
  });
});
