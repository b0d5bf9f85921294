import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Ran } from "../../lab/play/machine.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { declarePlanned, engineMs, failed, ok, provisioned, situationOf, unchanged, up } from "./stage.ts";

describe("provisioning and what the journal knows, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 0 });
  });
  after(() => made.close());

  const declarations = async (): Promise<number> =>
    (await made.entries()).filter((e) => e.kind === "declared").length;
  /** A failure says what is wrong, and nothing of the SDK's insides or of this machine. */
  const withoutTrace = (ran: Ran): void => {
    expect(ran.all).not.to.match(/^\s+at .*\(?(node:|file:|\/)/m);
    expect(ran.all).not.to.contain("resource.ts");
  };
  const file = (folder: string): string => path.join(made.folder, ".lab", folder, "journal.jsonl");

  it("writes changed facts only with the whole of the passive site behind them", async () => {
    const estate = path.join(made.folder, "estate.ts");
    const text = await fs.readFile(estate, "utf8");
    await fs.writeFile(estate, text.replace("holdMin: 180", "holdMin: 200"));
    ok(await up(made, "primary"));
    const left = failed(
      await up(made, "standby", ["--exclude", "**k2-data-standby-jobs-K2"]),
      /declare: a step before it was left out \(--target, --exclude\)/,
    );
    withoutTrace(left);
    expect(await declarations()).to.equal(1);
    ok(await up(made, "standby"));
    expect(await declarations()).to.equal(2);
    unchanged(await up(made, "standby"));
  });

  it("does nothing on a journal that is older than its mirror", async () => {
    const whole = await fs.readFile(file("journal"), "utf8");
    const older = `${whole.trimEnd().split("\n").slice(0, -3).join("\n")}\n`;
    await fs.writeFile(file("journal"), older);
    failed(await up(made, "standby"), /older than its mirror in .*: it lacks the last 3 entries/);
    expect(await fs.readFile(file("journal"), "utf8")).to.equal(older);
    await fs.writeFile(file("journal"), whole);
  });

  it("refuses a journal that has forgotten the move that a stack began, and does not begin it again", async () => {
    ok(await declarePlanned(made));
    const before = await fs.readFile(file("journal"));
    const began = await up(made, "dr-active", [], { SQL_DR: "wrong", SQL_PRIMARY: "wrong" });
    withoutTrace(failed(began, /Login failed|18456/));
    expect((await situationOf(made)).epoch).to.equal(1);
    for (const folder of ["journal", "journal-mirror"]) await fs.writeFile(file(folder), before);
    failed(await up(made, "dr-active"), /has seen activation 1 toward dr begin .*restore the newest/);
    expect((await situationOf(made)).epoch).to.equal(0);
  });
});
