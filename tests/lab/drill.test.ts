import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

describe("a drill, on the real engine", function () {
  this.timeout(2 * engineMs);

  it("is the scenario that rehearse plays: every check holds", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "drill", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    expect(ran.exitCode, `${ran.stderr}\n${ran.stdout}`).to.equal(0);
    const outcome = JSON.parse(ran.stdout) as {
      readonly ok: boolean;
      readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
    };
    expect(outcome.checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(outcome.checks.map((c) => c.name)).to.include.members([
      "every copy is at the same point, two hours back",
      "nothing is left of the drill",
      "what half failed is swept, too",
      "the move has ended the open drill",
    ]);
  });
});
