import { expect } from "chai";
import { addressOf, answers, rowsOf } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  k2IsWell,
  labTime,
  ok,
  provisioned,
  situationOf,
  unchanged,
  up,
  verdictOf,
} from "./stage.ts";

describe("an unplanned move away from a primary that lives, without a waiver, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3 });
    await made.lab.clock.advance(40 * 60_000);
  });
  after(() => made.close());

  const k2At = (host: string) => made.lab.host(host).services.find("K2 Server");
  const statesAt = async (host: string): Promise<readonly unknown[]> =>
    (
      await rowsOf(made.lab, host, "SELECT state_desc FROM sys.databases WHERE name IN (N'K2', N'Claims')")
    ).map((r) => r["state_desc"]);

  it("says that it lives, and takes the declaration", async () => {
    const disasterAt = labTime(made);
    // A log is backed up after what is declared for the end.
    await made.lab.clock.advance(60 * 60_000);
    const { all } = ok(await declare(made, disasterAt, ["--point", "latest"]));
    expect(all).to.match(/ALIVE: primary \(London\) works: .*K2 on SQLPRD01 is ONLINE.*K2PRD01/);
    expect(k2At("K2PRD01")).to.include({ state: "running" });
  });

  it("fences it itself: services stopped and disabled, and the tail taken, so that nothing is lost", async () => {
    ok(await up(made, "dr-active"));
    expect(k2At("K2PRD01")).to.include({ state: "stopped", startType: "disabled" });
    expect(await statesAt("SQLPRD01")).to.deep.equal(["RESTORING", "RESTORING"]);
    for (const step of [
      "k2/stop/K2PRD01/K2 Server",
      "k2-data/tail/K2",
      "k2-data/tail/Claims",
      "k2/prove-fence",
    ])
      expect(await verdictOf(made, step), step).to.be.oneOf(["done", "already"]);
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect([...s.owed]).to.deep.equal([]);
    expect(s.points.get("k2")).to.include({ to: "end", lossSec: 0 });
    await k2IsWell(made);
  });

  it("lets the old site be provisioned as the passive one, which turns nothing back", async () => {
    ok(await up(made, "primary"));
    unchanged(await up(made, "primary"));
    expect((await situationOf(made)).active).to.equal("dr");
    expect(k2At("K2DR01")).to.include({ state: "running", startType: "auto" });
    expect(k2At("K2PRD01")).to.include({ state: "stopped", startType: "disabled" });
    expect(await statesAt("SQLDR01")).to.deep.equal(["ONLINE", "ONLINE"]);
    expect(await statesAt("SQLPRD01")).to.deep.equal(["RESTORING", "RESTORING"]);
    const standby = made.lab.host("K2DR01").identity.address;
    expect(await addressOf(made.lab, "k2.corp.example")).to.equal(standby);
    expect(await answers(standby, made.lab.k2Port)).to.equal(true);
    await k2IsWell(made);
    unchanged(await up(made, "dr-active"));
  });
});
