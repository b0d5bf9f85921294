import { expect } from "chai";
import { checksAtStandby } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { declarePlanned, engineMs, ok, provisioned, situationOf, unchanged, up } from "./stage.ts";

describe("a planned move, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3 });
    await made.lab.clock.advance(20 * 60_000);
  });
  after(() => made.close());

  it("loses nothing: the tail of every log arrives", async () => {
    ok(await declarePlanned(made));
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    const point = s.points.get("k2");
    expect(s.active).to.equal("dr");
    expect(point).to.include({ to: "end", lossSec: 0 });
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      point ?? { atSec: 0, to: "end" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("leaves K2 at the old site stopped and disabled, and its databases unable to be written", async () => {
    const service = made.lab.host("K2PRD01").services.find("K2 Server");
    expect(service).to.include({ state: "stopped", startType: "disabled" });
    const { rows } = await made.lab
      .sql("SQLPRD01")
      .run("SELECT name, state_desc FROM sys.databases WHERE name IN (N'K2', N'Claims')");
    expect(rows.map((r) => r["state_desc"])).to.deep.equal(["RESTORING", "RESTORING"]);
  });

  it("re-runs nothing when a password is rotated", async () => {
    const again = await up(made, "dr-active", [], { SQL_DR: "rotated", TSIG_KEY: "cm90YXRlZA==" });
    unchanged(again);
    expect(again.all).to.contain("activation 1 is completed: dr is active; owed: nothing");
    expect(again.all).not.to.contain("planned move from primary");
  });
});
