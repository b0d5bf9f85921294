import { expect } from "chai";
import { checksAtStandby } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { regions } from "../../lab/world/azure.ts";
import { declare, engineMs, lose, ok, provisioned, situationOf, up, verdictOf } from "./stage.ts";

describe("a primary site that is lost together with its Azure region, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 5, azure: true });
    const at = await lose(made);
    made.lab.azure?.azure.faults.setRegion(regions.primary, "silent");
    ok(await declare(made, at));
  });
  after(() => made.close());

  it("cuts over without an answer from the region that is gone", async () => {
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect(await verdictOf(made, "k2/deallocate/K2PRD01")).to.equal("waived");
    expect(s.verdicts.get("k2/deallocate/K2PRD01")?.says).to.match(/Azure gave no answer/);
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      s.points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("fences the old VM when its region is back: the next `up` pays what was owed", async () => {
    expect([...(await situationOf(made)).owed]).to.include("k2/deallocate/K2PRD01");
    await made.lab.network.siteUp("primary");
    await made.lab.clock.advance(10_000);
    made.lab.azure?.azure.faults.setRegion(regions.primary, "up");
    ok(await up(made, "dr-active"));
    expect(made.lab.azure?.azure.vmPower("K2PRD01")).to.equal("deallocated");
    expect([...(await situationOf(made)).owed]).not.to.include("k2/deallocate/K2PRD01");
    expect(made.lab.serviceAt("K2DR01", "K2 Server")).to.equal("running");
  });
});
