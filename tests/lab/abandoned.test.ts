import { expect } from "chai";
import { checksAtStandby, rowsOf } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declarePlanned,
  engineMs,
  failed,
  ok,
  provisioned,
  situationOf,
  unchanged,
  until,
  up,
} from "./stage.ts";

describe("a planned move that is abandoned, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 5, speed: { restoreMs: 300 } });
  });
  after(() => made.close());

  const abandon = (...more: string[]): ReturnType<Rig["cli"]> =>
    made.cli(["abandon", "--as", "test", "--reason", "a disk", ...more]);
  const workOf = async (): Promise<number> =>
    Number(
      (await rowsOf(made.lab, "SQLPRD01", "SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]"))[0]?.["n"],
    );

  it("ends with production as it was, whatever the dead engine has left running", async () => {
    ok(await declarePlanned(made));
    const engine = made.start("pulumi", ["up", "-s", "dr-active", "--skip-preview", "--yes"]);
    await until("a restore runs", async () =>
      [...(await situationOf(made)).begun].some((s) => s.startsWith("k2-data/roll-forward/")),
    );
    if (engine.pid !== undefined) process.kill(engine.pid, "SIGKILL");
    await engine.done;
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("stopped");
    expect(ok(await abandon("--preview")).stdout).to.match(/reopen: k2-data\/reopen\/K2/);
    ok(await abandon());
    const s = await situationOf(made);
    expect(s.ended.get(1)).to.equal("abandoned");
    expect(s.active).to.equal("primary");
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("running");
    const before = await workOf();
    await made.lab.clock.advance(2 * 3_600_000);
    expect(await workOf()).to.be.greaterThan(before);
  });

  it("leaves nothing that goes on: up of the move asks for a declaration, and both sites can be provisioned", async () => {
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    failed(await up(made, "dr-active"), /no move is declared, and primary is active: nothing was changed/);
    for (const stack of ["primary", "standby"]) ok(await up(made, stack));
    for (const stack of ["primary", "standby"]) unchanged(await up(made, stack));
  });

  it("loses nothing in the move that is declared next", async () => {
    ok(await declarePlanned(made));
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    const point = s.points.get("k2");
    expect(point).to.include({ to: "end", lossSec: 0 });
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      point ?? { atSec: 0, to: "end" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });
});
