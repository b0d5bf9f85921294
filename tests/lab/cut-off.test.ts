import { expect } from "chai";
import { answers, checksAtStandby, rowsOf } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { declare, engineMs, labTime, ok, provisioned, situationOf, until, up } from "./stage.ts";

describe("a primary site that is cut off and works on, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned();
  });
  after(() => made.close());
  const k2Answers = (host: string): Promise<boolean> =>
    answers(made.lab.host(host).identity.address, made.lab.k2Port);
  const workAt = async (host: string): Promise<number> =>
    Number((await rowsOf(made.lab, host, "SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]"))[0]?.["n"]);

  it("looks dead from outside, so that a waiver is taken and the standby takes over", async () => {
    await made.lab.clock.advance(30 * 60_000 + 20_000);
    const disasterAt = labTime(made);
    const endedMs = made.lab.productionEndedMs();
    await made.lab.network.siteCut("primary");
    expect(await k2Answers("K2PRD01")).to.equal(false);
    ok(await declare(made, disasterAt, ["--waive-fence", "the caretaker has pulled the plug"]));
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    const checks = await checksAtStandby(made.lab, endedMs, s.points.get("k2") ?? { atSec: 0, to: "time" });
    expect(checks.filter((c) => !c.ok).map((c) => c.detail)).to.deep.equal([
      "K2 Server on K2PRD01 is running",
    ]);
  });

  it("writes to its own databases all the while: two sites do", async () => {
    const before = Number(
      (await made.lab.sql("SQLPRD01").run("SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]")).rows[0]?.[
        "n"
      ],
    );
    const atStandby = await workAt("SQLDR01");
    await made.lab.clock.advance(10 * 60_000);
    const after = await made.lab.sql("SQLPRD01").run("SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]");
    expect(Number(after.rows[0]?.["n"])).to.equal(before + 10);
    expect(await workAt("SQLDR01")).to.be.at.least(atStandby + 10);
  });

  it("finds no licence in the standby's database when its K2 starts again, joined and led there by the alias", async () => {
    await made.lab.network.siteJoined("primary");
    expect(await k2Answers("K2PRD01")).to.equal(true);
    const host = made.lab.host("K2PRD01");
    await host.run('sc.exe stop "K2 Server"');
    await until("K2 has stopped", async () => {
      await made.lab.clock.advance(1000);
      return made.lab.serviceAt("K2PRD01", "K2 Server") === "stopped";
    });
    await host.run('sc.exe start "K2 Server"');
    await made.lab.clock.advance(5 * 60_000);
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("running");
    expect(await k2Answers("K2PRD01")).to.equal(false);
    expect(await k2Answers("K2DR01")).to.equal(true);
    const errors = await host.run("wevtutil.exe qe Application /c:3 /rd:true /f:text");
    expect(errors.stdout).to.contain("K2 Server is not licensed on machine K2PRD01");
  });

  it("is stopped and disabled by the next `up`, which pays what was owed there", async () => {
    expect([...(await situationOf(made)).owed]).to.not.be.empty;
    ok(await up(made, "dr-active"));
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("stopped");
    expect([...(await situationOf(made)).owed].filter((id) => id.includes("K2PRD01"))).to.deep.equal([]);
    expect(made.lab.serviceAt("K2DR01", "K2 Server")).to.equal("running");
  });
});
