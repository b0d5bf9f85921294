import { expect } from "chai";
import type { Rig } from "../../lab/play/rig.ts";
import { checksAtStandby } from "../../lab/play/checks.ts";
import {
  declare,
  engineMs,
  failed,
  labTime,
  lose,
  ok,
  provisioned,
  situationOf,
  unchanged,
  up,
} from "./stage.ts";

describe("a primary site that is lost, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let disasterAt: string;
  before(async () => {
    made = await provisioned();
  });
  after(() => made.close());

  it("changes nothing when a provisioned site is provisioned again", async () => {
    for (const stack of ["primary", "standby"]) unchanged(await up(made, stack));
  });

  it("prints the exact declaration, with the loss that it would accept, where none was made", async () => {
    const { all } = failed(
      await up(made, "dr-active"),
      /no move is declared, and primary is active: nothing was changed/,
    );
    expect(all).to.match(/parallel-standby declare --to dr --mode planned --as /);
    expect(all).to.match(
      /parallel-standby declare --to dr --mode unplanned --disaster-at \S+\+00:00 --accept-loss \d+h\S* --incident /,
    );
    expect(all).not.to.match(/unhandled exception|at .*\.ts:\d+/);
    expect((await situationOf(made)).epoch).to.equal(0);
  });

  it("refuses a waiver while the primary site still answers", async () => {
    failed(await declare(made, labTime(made)), /K2PRD01|SQLPRD01|answers|running/);
    expect((await situationOf(made)).declaration).to.equal(undefined);
  });

  it("takes the declaration once the site is gone, and holds restores at the standby at once", async () => {
    disasterAt = await lose(made);
    const { all } = ok(await declare(made, disasterAt));
    expect(all).to.match(/pulumi up -s dr-active/);
    expect([...(await situationOf(made)).held]).to.deep.equal(["k2-data"]);
  });

  it("shows the plan in a preview, with the point of no return, and changes nothing", async () => {
    const { all } = ok(await made.pulumi(["preview", "-s", "dr-active"]));
    expect(all).to.match(/unplanned move from primary \(London\) to dr \(Leeds\), activation 1/);
    expect(all).to.match(/no return/);
    expect((await situationOf(made)).epoch).to.equal(0);
  });

  it("cuts over: alias, port, databases at one point, licences, nothing running at the primary", async () => {
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    const point = s.points.get("k2");
    expect(point?.lossSec).to.be.within(7200, 7260);
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      point ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("changes nothing when it is run again, and nothing back when the standby site is provisioned again", async () => {
    unchanged(await up(made, "dr-active"));
    ok(await up(made, "standby"));
    expect((await situationOf(made)).active).to.equal("dr");
    expect(made.lab.serviceAt("K2DR01", "K2 Server")).to.equal("running");
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      (await situationOf(made)).points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("keeps every secret out of state, journal and reports", async () => {
    const { readFile } = await import("node:fs/promises");
    const state =
      ok(await made.pulumi(["stack", "export", "-s", "dr-active"])).stdout +
      ok(await made.pulumi(["stack", "export", "-s", "standby"])).stdout;
    const journal = await readFile(`${made.folder}/.lab/journal/journal.jsonl`, "utf8");
    const report = ok(await made.cli(["report", "--json"])).stdout;
    for (const [name, secret] of Object.entries(made.lab.env).filter(([n]) => !n.startsWith("PULUMI_")))
      for (const text of [state, journal, report]) expect(text.includes(secret), name).to.equal(false);
  });
});
