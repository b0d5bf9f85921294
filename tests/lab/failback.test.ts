import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

describe("npm run rehearse -- --scenario failback", function () {
  this.timeout(3 * engineMs);

  it("saves what the lost site alone holds, has it follow, and brings K2 back without loss", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "failback", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    expect(ran.exitCode, `${ran.stdout}\n${ran.stderr}`).to.equal(0);
    const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(outcome).to.include({
      scenario: "failback",
      ok: true,
      activeSiteBefore: "primary",
      activeSiteAfter: "primary",
      lossSec: 0,
    });
    const checks = outcome["checks"] as readonly { readonly ok: boolean; readonly name: string }[];
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(checks.map((c) => c.name)).to.include("what only the lost site had is saved, every row of it");
  });
});
