import { expect } from "chai";
import { checksAtStandby } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { declarePlanned, engineMs, ok, provisioned, situationOf, unchanged, up, verdictOf } from "./stage.ts";

describe("K2 servers that are Azure VMs, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3, azure: true });
    await made.lab.clock.advance(20 * 60_000);
  });
  after(() => made.close());

  const power = (vm: string): string | undefined => made.lab.azure?.azure.vmPower(vm);
  /** Provisioning steps about the K2 servers that acted, in order. */
  const acted = async (): Promise<readonly string[]> =>
    (await made.entries()).flatMap((e) =>
      e.kind === "step" && e.epoch === undefined && e.verdict === "done" && e.step.startsWith("k2/")
        ? [e.step]
        : [],
    );

  it("parks the standby's K2 server: its services stopped and disabled first, then its VM deallocated", async () => {
    expect(power("K2PRD01")).to.equal("running");
    expect(power("K2DR01")).to.equal("deallocated");
    expect(made.lab.network.isUp("K2DR01")).to.equal(false);
    expect(made.lab.host("K2DR01").services.find("K2 Server")).to.include({ startType: "disabled" });
    expect((await acted()).filter((s) => s.endsWith("/K2DR01"))).to.deep.equal([
      "k2/stop-before-parking/K2DR01",
      "k2/park/K2DR01",
    ]);
  });

  it("changes nothing when the site is provisioned again, nor when every step runs anew toward the parked VM", async () => {
    unchanged(await up(made, "standby"));
    const before = await acted();
    const { all } = ok(await up(made, "standby", ["--replace", "**k2-**"]));
    for (const step of ["stop-before-parking", "park"])
      expect(all).to.match(
        new RegExp(`k2-${step}-K2DR01 .*already: the VM of K2DR01 is deallocated`),
        "it did not run",
      );
    expect(await acted()).to.deep.equal(before);
    expect(power("K2DR01")).to.equal("deallocated");
  });

  it("is exercised: started with K2 kept off, looked at, parked again; what was found is in the journal and in readiness", async () => {
    const exercise = () => made.cli(["exercise", "--as", "test"]);
    const readiness = async () => (await made.cli(["readiness"])).stdout;
    const parked = () => {
      expect(power("K2DR01")).to.equal("deallocated");
      expect(made.lab.host("K2DR01").services.find("K2 Server")).to.include({ startType: "disabled" });
    };
    expect(await readiness()).to.match(/K2DR01 +it is parked, and was never exercised/);
    made.lab.host("K2DR01").domain.channelStatus = 1786;
    const broken = await exercise();
    expect(broken.code, broken.all).to.equal(1);
    parked();
    const told = await readiness();
    expect(told).to.match(
      /^ +STOPS +K2DR01 +when it was last exercised: the domain corp.example does not trust it any more/m,
    );
    made.lab.host("K2DR01").domain.channelStatus = 0;
    expect(ok(await exercise()).all).to.match(/K2DR01: it could be used: nothing found/);
    parked();
    expect((await made.entries()).flatMap((e) => (e.kind === "exercised" ? [e.ok] : []))).to.deep.equal([
      false,
      true,
    ]);
    expect(await readiness()).not.to.match(/^ +(STOPS|risk) +K2DR01/m);
  });

  it("moves as planned: the old VM is deallocated and seen so, the new one started, and K2 answers", async () => {
    ok(await declarePlanned(made));
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect(power("K2PRD01")).to.equal("deallocated");
    expect(power("K2DR01")).to.equal("running");
    for (const [step, says] of [
      ["k2/deallocate/K2PRD01", /K2PRD01 is deallocated/],
      ["k2/prove-fence", /fenced: K2PRD01/],
      ["k2/start-host/K2DR01", /K2DR01 is running, and OpenSSH answers/],
    ] as const) {
      expect(await verdictOf(made, step), step).to.be.oneOf(["done", "already"]);
      expect(s.verdicts.get(step)?.says).to.match(says);
    }
    const checks = await checksAtStandby(
      made.lab,
      made.lab.productionEndedMs(),
      s.points.get("k2") ?? { atSec: 0, to: "end" },
    );
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  });

  it("neither parks the VM that has become active nor starts the one that was left", async () => {
    unchanged(await up(made, "dr-active"));
    ok(await up(made, "standby"));
    expect(power("K2DR01")).to.equal("running");
    expect(made.lab.serviceAt("K2DR01", "K2 Server")).to.equal("running");
    expect(power("K2PRD01")).to.equal("deallocated");
  });
});
