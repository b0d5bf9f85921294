import { expect } from "chai";
import { checksAtStandby } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  entriesOn,
  failed,
  lose,
  ok,
  provisioned,
  situationOf,
  unchanged,
  until,
  up,
} from "./stage.ts";

/** Kills one process at once. */
const kill9 = (pid: number | undefined): void => {
  if (pid !== undefined) process.kill(pid, "SIGKILL");
};

describe("an engine that is killed in a cutover", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 5, speed: { restoreMs: 300 } });
    const at = await lose(made);
    ok(await declare(made, at));
  });
  after(() => made.close());

  const upThere = (): ReturnType<Rig["start"]> =>
    made.start("pulumi", [
      "up",
      "-s",
      "dr-active",
      "--skip-preview",
      "--yes",
      "--non-interactive",
      "--color",
      "never",
    ]);

  it("refuses a second engine while one runs, and says who and since when", async () => {
    const first = upThere();
    await until("the activation starts", async () => (await situationOf(made)).epoch === 1);
    failed(await up(made, "dr-active"), /locked by|another run is under way: .* since /);
    await until("a restore runs", async () =>
      [...(await situationOf(made)).begun].some((s) => s.startsWith("k2-data/roll-forward/")),
    );
    kill9(first.pid);
    await first.done;
  });

  it("refuses to provision in the middle of it", async () => {
    failed(
      await up(made, "standby"),
      /activation 1 toward dr is unfinished, and nothing is provisioned while the estate moves/,
    );
  });

  it("goes on after `pulumi cancel` from where it was, and no step acts twice", async () => {
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    for (const database of ["K2", "Claims"]) {
      const done = (await entriesOn(made, `k2-data/open/${database}`)).filter((e) => e.verdict === "done");
      expect(done, database).to.have.length(1);
    }
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      s.points.get("k2") ?? { atSec: 0, to: "time" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    unchanged(await up(made, "dr-active"));
  });

  it("is remembered by the stack until a refresh clears it, as doctor says", async () => {
    const before = (await made.cli(["doctor"])).all;
    expect(before).to.match(
      /stack dr-active +remembers \d+ interrupted operations?, .*k2-data\/roll-forward/,
    );
    expect(before).to.contain("pulumi refresh -s dr-active --clear-pending-creates --yes");
    ok(await made.pulumi(["refresh", "-s", "dr-active", "--clear-pending-creates", "--yes"]));
    expect((await made.cli(["doctor"])).all).not.to.contain("interrupted operation");
    const again = await up(made, "dr-active");
    unchanged(again);
    expect(again.all).not.to.contain("pending operations");
  });
});
