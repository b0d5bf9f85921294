import { expect } from "chai";
import { addressOf, answers, checksAtStandby, rowsOf } from "../../lab/play/checks.ts";
import { takeLogOfLedger } from "../../lab/play/ledger.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { claimsServiceName } from "../../lab/world/second-system.ts";
import {
  declare,
  engineMs,
  failed,
  lose,
  ok,
  provisioned,
  situationOf,
  unchanged,
  up,
  verdictOf,
} from "./stage.ts";

describe("two systems that share their servers, one of which fails in the cutover, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let giveBack: () => Promise<void>;
  before(async () => {
    made = await provisioned({ hours: 5, systems: 2 });
    const at = await lose(made);
    ok(await declare(made, at, ["--waive-fence", "no power", "--accept-loss", "2h30m"]));
    giveBack = await takeLogOfLedger(made.lab);
  });
  after(() => made.close());

  const claimsAtStandby = () => made.lab.host("K2DR01").services.find(claimsServiceName);
  const k2IsWell = async (): Promise<void> => {
    const { points } = await situationOf(made);
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  };

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
    const { all } = failed(await up(made, "dr-active"), /claims\/choose-point.*Ledger/s);
    expect(all).not.to.include("PULUMI_CONTINUE_ON_ERROR is not true");
    await k2IsWell();
    const s = await situationOf(made);
    expect(await verdictOf(made, "k2.corp.example/flip")).to.be.oneOf(["done", "already"]);
    expect(await verdictOf(made, "complete")).to.equal(undefined);
    expect(s.active).to.equal("primary");
    expect([...s.points.keys()]).to.deep.equal(["k2"]);
    expect(claimsAtStandby()).to.include({ state: "stopped", startType: "disabled" });
    expect(await addressOf(made.lab, "claims.corp.example")).to.equal(
      made.lab.host("K2PRD01").identity.address,
    );
  });

  it("stops the other system again at a service that does not start, and leaves K2 alone", async () => {
    await giveBack();
    const service = claimsAtStandby();
    if (!service) throw new Error("the lab has no second system");
    service.faults = { failsToStart: 1067 };
    failed(await up(made, "dr-active"), /Claims Service.*1067/s);
    expect(await verdictOf(made, `claims/start/K2DR01/${claimsServiceName}`)).to.equal("failed");
    await k2IsWell();
    service.faults = {};
  });

  it("finishes with the next `up`: both systems work at the standby, each at its own point", async () => {
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect(s.ended.get(1)).to.equal("completed");
    expect([...s.points.keys()].sort()).to.deep.equal(["claims", "k2"]);
    await k2IsWell();
    const standby = made.lab.host("K2DR01").identity.address;
    expect(await addressOf(made.lab, "claims.corp.example")).to.equal(standby);
    expect(await answers(standby, made.lab.claimsPort ?? 0)).to.equal(true);
    const [row] = await rowsOf(made.lab, "SQLDR01", `SELECT COUNT(*) AS n FROM [Ledger].[dbo].[Posting]`);
    const point = s.points.get("claims");
    expect(Number(row?.["n"])).to.equal(made.lab.minutesOfWorkUntil((point?.atSec ?? 0) * 1000, "claims"));
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
