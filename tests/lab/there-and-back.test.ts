import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

describe("npm run rehearse -- --scenario there-and-back", function () {
  this.timeout(3 * engineMs);

  it("has a standby in either direction at once, without any log restored there since it was left", async () => {
    const ran = await execa(
      process.execPath,
      [join(repository, "lab/play/main.ts"), "--scenario", "there-and-back", "--json"],
      { cwd: repository, reject: false, stdin: "ignore" },
    );
    expect(ran.exitCode, `${ran.stdout}\n${ran.stderr}`).to.equal(0);
    const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(outcome).to.include({
      scenario: "there-and-back",
      ok: true,
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
    });
    const checks = outcome["checks"] as readonly { readonly ok: boolean; readonly name: string }[];
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(checks.map((c) => c.name)).to.include.members([
      "every database has all work until the point, and nothing later",
      "the loss is what was told",
    ]);
    expect(outcome["lossSec"]).to.be.greaterThan(0).and.lessThan(3600);
  });
});
