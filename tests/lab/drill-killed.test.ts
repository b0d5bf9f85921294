import { expect } from "chai";
import { drillOf } from "../../journal/drills.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { engineMs, failed, ok, provisioned, start, until, up } from "./stage.ts";

describe("a drill whose engine and runner are killed in the middle of a restore, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 5, speed: { restoreMs: 300 } });
  });
  after(() => made.close());

  const copies = async (): Promise<readonly unknown[]> =>
    (
      await made.lab.sql("SQLDR01").run("SELECT name FROM sys.databases WHERE name LIKE N'%[_][_]drill%'")
    ).rows.map((r) => r["name"]);

  it("is swept by destroy, which knows the half-made copy by its name alone", async () => {
    ok(await made.cli(["drill", "declare", "--as", "test"]));
    const engine = start(made, "dr-drill");
    await until("a copy is being made", async () => (await copies()).length > 0);
    await made.powerCut();
    await engine.done;
    ok(await made.pulumi(["cancel", "-s", "dr-drill", "--yes"]));
    expect(await copies()).to.have.length.greaterThan(0);
    ok(await made.pulumi(["destroy", "-s", "dr-drill", "--skip-preview", "--yes"]));
    expect(await copies()).to.deep.equal([]);
    expect(drillOf(await made.entries())?.swept?.left).to.deep.equal([]);
    failed(await up(made, "dr-drill"), /drill 1 is over, and no other is declared: nothing was changed/);
  });

  it("is followed by one that succeeds, and that drill sweep ends without the engine", async () => {
    ok(await made.cli(["drill", "declare", "--as", "test", "--point", "latest", "--systems", "k2"]));
    ok(await up(made, "dr-drill"));
    expect(await copies()).to.have.members(["K2__drill2", "Claims__drill2"]);
    ok(await made.cli(["drill", "sweep", "--as", "test"]));
    expect(await copies()).to.deep.equal([]);
    expect(ok(await made.cli(["drill", "report"])).stdout).to.match(/^drill 2 at dr: SUCCEEDED/);
    ok(await made.pulumi(["destroy", "-s", "dr-drill", "--skip-preview", "--yes"]));
  });
});
