import { expect } from "chai";
import { execa } from "execa";
import { join } from "node:path";
import { engineMs } from "./stage.ts";

const repository = join(import.meta.dirname, "../..");

describe("the scenario of an engine that dies twice", function () {
  this.timeout(engineMs);

  it("ends with the standby active, driven to its end by `run`, nothing done twice and nothing left for `up`", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "killed", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    expect(ran.exitCode, ran.stderr).to.equal(0);
    const outcome = JSON.parse(ran.stdout) as {
      readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
    };
    expect(outcome).to.include({ scenario: "killed", ok: true, activeSiteAfter: "dr" });
    expect(outcome.checks.map((c) => c.name)).to.include.members([
      "no step acted twice",
      "pulumi up finds nothing left to do",
    ]);
  });
});
