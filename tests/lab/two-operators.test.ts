import { expect } from "chai";
import { execa } from "execa";
import { join } from "node:path";
import { engineMs } from "./stage.ts";

const repository = join(import.meta.dirname, "../..");

describe("the scenario of two operators on two machines", function () {
  this.timeout(engineMs);

  it("ends with the standby active: the second one was told who runs, watched, and took over after the lease, nothing done twice", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "two-operators", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    const outcome = JSON.parse(ran.stdout || "{}") as {
      readonly checks?: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
    };
    const failed = (outcome.checks ?? []).filter((c) => !c.ok).map((c) => `${c.name}: ${c.detail}`);
    expect(failed, ran.stderr).to.deep.equal([]);
    expect(ran.exitCode, ran.stderr).to.equal(0);
    expect(outcome).to.include({ scenario: "two-operators", ok: true, activeSiteAfter: "dr" });
    expect(outcome.checks?.map((c) => c.name)).to.include.members([
      "a second run is told who runs, and since when",
      "so is a second pulumi up",
      "the second operator takes over when the first one's lease has ended, and not before",
      "journal follow on the second machine has shown every entry",
      "both operators have acted, and no step twice",
    ]);
  });
});
