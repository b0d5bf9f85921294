import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

/** Plays a scenario as `npm run rehearse -- --json` does. */
async function played(scenario: string): Promise<Record<string, unknown>> {
  const ran = await execa(
    process.execPath,
    [join(repository, "lab/play/main.ts"), "--scenario", scenario, "--json"],
    { cwd: repository, reject: false, stdin: "ignore" },
  );
  expect(ran.exitCode, ran.stderr).to.equal(0);
  const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
  const checks = outcome["checks"] as { name: string; ok: boolean; detail: string }[];
  expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  return outcome;
}

describe("the estate while it moves, on the real engine", function () {
  this.timeout(2 * engineMs);

  it("a move is abandoned before no return, the next one gone back from past it: production has both times what it had", async () => {
    expect(await played("abandoned")).to.include({ activeSiteBefore: "primary", activeSiteAfter: "primary" });
  });

  it("a journal that was tampered with stops everything, glass is broken, and the planned move loses nothing", async () => {
    expect(await played("tampered-journal")).to.include({
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
      lossSec: 0,
    });
  });
});
