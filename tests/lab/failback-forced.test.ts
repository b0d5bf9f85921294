import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

describe("npm run rehearse -- --scenario failback-forced", function () {
  this.timeout(3 * engineMs);

  it("brings K2 back to the primary from the logs that it followed, and what is lost is what was told", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "failback-forced", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    expect(ran.exitCode, `${ran.stdout}\n${ran.stderr}`).to.equal(0);
    const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(outcome).to.include({
      scenario: "failback-forced",
      ok: true,
      activeSiteBefore: "primary",
      activeSiteAfter: "primary",
    });
    const checks = outcome["checks"] as readonly { readonly ok: boolean; readonly name: string }[];
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(checks.map((c) => c.name)).to.include.members([
      "every database has all work until the point, and nothing later",
      "the loss is what was told",
      "licences are those of the primary",
    ]);
    expect(outcome["lossSec"])
      .to.be.greaterThan(0)
      .and.lessThan(4 * 3600);
  });
});
