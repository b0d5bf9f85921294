import { expect } from "chai";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addressOf, checksAtStandby, rowsOf } from "../../lab/play/checks.ts";
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
    const moved = ok(await up(made, "dr-active"));
    const last = moved.all.slice(moved.all.lastIndexOf("Diagnostics:"));
    expect(last, "the last word is the verdict, and what comes next").to.match(
      /activation 1 is completed: dr is active; owed: nothing\n\s*next: give dr a standby again/,
    );
    expect(last, "and not the plan of the beginning").not.to.contain("planned move from primary");
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

  describe("and back", () => {
    const work = async (host: string): Promise<number> =>
      Number(
        (await rowsOf(made.lab, host, "SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]"))[0]?.["n"],
      );

    it("has the old site follow the new one, without a new copy of any database", async () => {
      for (const stack of ["standby", "primary"]) ok(await up(made, stack));
      const papers = join(dirname(made.journalFile), "runbooks");
      await rm(papers, { recursive: true });
      for (const stack of ["standby", "primary"]) unchanged(await up(made, stack));
      expect(await readdir(papers), "deleted papers are written anew, and no step runs for it").to.include(
        "primary-card.html",
      );
      const before = await work("SQLDR01");
      for (let i = 0; i < 4; i++) await made.lab.clock.advance(3_600_000);
      expect(await work("SQLDR01")).to.be.greaterThan(before);
      const seeds = (await made.entries()).filter(
        (e) => e.kind === "step" && e.epoch === undefined && /seed/.test(e.step) && e.verdict === "done",
      );
      expect(seeds.map((e) => e.kind === "step" && e.step)).to.have.members([
        "k2-data/seed/K2",
        "k2-data/seed/Claims",
      ]);
    });

    it("loses nothing, with production's own licences, and leaves the standby as it was before all", async () => {
      const before = await work("SQLDR01");
      ok(await made.cli(["declare", "--to", "primary", "--mode", "planned", "--as", "test"]));
      ok(await up(made, "primary-active"));
      const s = await situationOf(made);
      expect(s.active).to.equal("primary");
      expect(s.points.get("k2")).to.include({ to: "end", lossSec: 0 });
      expect(await work("SQLPRD01")).to.be.at.least(before);
      expect(await addressOf(made.lab, "k2.corp.example")).to.equal(
        made.lab.host("K2PRD01").identity.address,
      );
      expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("running");
      expect(made.lab.host("K2DR01").services.find("K2 Server")).to.include({
        state: "stopped",
        startType: "disabled",
      });
      for (const stack of ["primary", "standby"]) ok(await up(made, stack));
      unchanged(await up(made, "primary-active"));
    });
  });
});
