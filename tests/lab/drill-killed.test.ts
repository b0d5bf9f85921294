import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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

  const destroyed = async (): Promise<void> => {
    ok(await made.pulumi(["destroy", "-s", "dr-drill", "--skip-preview", "--yes"]));
  };

  it("is swept by destroy, which knows the half-made copy by its name alone", async () => {
    ok(await made.cli(["drill", "declare", "--as", "test"]));
    const engine = start(made, "dr-drill");
    await until("a copy is being made", async () => (await copies()).length > 0);
    await made.powerCut();
    await engine.done;
    ok(await made.pulumi(["cancel", "-s", "dr-drill", "--yes"]));
    expect(await copies()).to.have.length.greaterThan(0);
    await destroyed();
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
    await destroyed();
  });

  it("leaves nothing behind where the stack has an older state, or the journal has forgotten it", async () => {
    const only = ["--point", "latest", "--systems", "k2"];
    ok(await made.cli(["drill", "declare", "--as", "test", ...only]));
    ok(await up(made, "dr-drill"));
    const older = ok(await made.pulumi(["stack", "export", "-s", "dr-drill"])).stdout;
    await writeFile(join(made.folder, "older.json"), older);
    ok(await made.cli(["drill", "sweep", "--as", "test"]));
    const before = await readFile(made.journalFile, "utf8");

    ok(await made.cli(["drill", "declare", "--as", "test", ...only]));
    ok(await up(made, "dr-drill"));
    expect(await copies()).to.have.members(["K2__drill4", "Claims__drill4"]);
    ok(await made.pulumi(["stack", "import", "-s", "dr-drill", "--file", "older.json"]));
    await destroyed();
    expect(await copies(), "drill 4 is open, and the state is that of drill 3").to.deep.equal([]);
    const outputs = ok(await made.pulumi(["stack", "output", "--json", "-s", "dr-drill"])).stdout;
    expect(JSON.parse(outputs), "nor does the stack hold a drill").to.deep.equal({});

    ok(await made.cli(["drill", "declare", "--as", "test", ...only]));
    ok(await up(made, "dr-drill"));
    for (const folder of ["journal", "journal-mirror"])
      await writeFile(join(dirname(dirname(made.journalFile)), folder, "journal.jsonl"), before);
    const declared = ok(await made.cli(["drill", "declare", "--as", "test", ...only])).stdout;
    expect(declared).to.match(/^declared: drill 6 at dr /);
    expect(declared).to.contain("copies of drill 5 stand at dr, and the journal does not know of them");
    ok(await made.cli(["drill", "sweep", "--as", "test"]));
    expect(await copies(), "another number").to.have.members(["K2__drill5", "Claims__drill5"]);
    await destroyed();
    expect(await copies(), "the journal has forgotten drill 5, the stack holds it").to.deep.equal([]);
  });
});
