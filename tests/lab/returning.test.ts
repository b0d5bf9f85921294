import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";
import { engineMs } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

interface Outcome {
  readonly ok: boolean;
  readonly activeSiteAfter: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

/** Plays a scenario; gives its outcome. */
async function played(name: string): Promise<Outcome> {
  const ran = await execa(
    process.execPath,
    [join(repository, "lab/play/main.ts"), "--scenario", name, "--json"],
    { cwd: repository, reject: false, stdin: "ignore" },
  );
  expect(ran.stdout, ran.stderr).to.match(/^\{/);
  return JSON.parse(ran.stdout) as Outcome;
}

describe("a site that comes back", function () {
  this.timeout(2 * engineMs);

  it("by itself, between two runs and after the move, starts nothing and is fenced by probe", async () => {
    const outcome = await played("primary-returns");
    expect(outcome.checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(outcome).to.include({ ok: true, activeSiteAfter: "dr" });
  });

  it("behind a line that was cut takes two people to waive, and is fenced at first contact", async () => {
    const outcome = await played("link-cut");
    expect(outcome.checks.filter((c) => !c.ok)).to.deep.equal([]);
    expect(outcome).to.include({ ok: true, activeSiteAfter: "dr" });
  });
});
