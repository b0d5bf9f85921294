import { expect } from "chai";
import type { Rig } from "../../lab/play/rig.ts";
import { engineMs, provisioned } from "./stage.ts";

describe("readiness, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3 });
  });
  after(() => made.close());

  const verdict = async (code: number): Promise<{ verdict: string; findings: { id: string }[] }> => {
    const ran = await made.cli(["readiness", "--json"]);
    expect(ran.code, ran.all).to.equal(code);
    return JSON.parse(ran.stdout) as { verdict: string; findings: { id: string }[] };
  };

  it("is green for an estate that was just provisioned, and says so in journal and status", async () => {
    expect((await verdict(0)).verdict).to.equal("ready");
    expect((await made.entries()).filter((e) => e.kind === "readiness")).to.have.length(1);
    expect((await made.cli(["status"])).stdout).to.match(/^readiness +ready for dr, /m);
  });

  it("is not ready when the standby's disk is full, and ready again when it has room", async () => {
    const { disk } = made.lab.host("SQLDR01");
    disk.full("D", true);
    const { findings } = await verdict(2);
    disk.full("D", false);
    expect(findings.map((f) => f.id)).to.include("disk:SQLDR01/D");
    expect((await verdict(0)).verdict).to.equal("ready");
  });

  it("is shown in a preview, ten seconds at most, also when the primary site is gone", async () => {
    const preview = async (): Promise<string> => (await made.pulumi(["preview", "-s", "dr-active"])).all;
    expect(await preview())
      .to.match(/READY for a move from primary \(London\) to dr \(Leeds\): /)
      .and.match(/predicted: about \d+m/)
      .and.match(/it can be had until /);
    await made.lab.network.siteDown("primary");
    const begun = performance.now();
    const dark = await preview();
    expect((performance.now() - begun) / 1000, "with the engine around it").to.be.lessThan(25);
    expect(dark)
      .to.match(/READY, WITH WARNINGS/)
      .and.match(/risk {3}SQLPRD01 +SQLPRD01 .* refuses connections/)
      .and.match(/declare --to dr --mode unplanned/);
  });
});
