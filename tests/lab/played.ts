import { expect } from "chai";
import { execa } from "execa";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** What a scenario ends with, as `npm run rehearse -- --json` writes it; `checked` names its checks. */
export interface Outcome {
  readonly checked: readonly string[];
  readonly [key: string]: unknown;
}

/** Plays a scenario to its end; every check of it must hold, and the program must say so by its exit code. */
export async function played(scenario: string): Promise<Outcome> {
  const ran = await execa(
    process.execPath,
    [join(repository, "lab/play/main.ts"), "--scenario", scenario, "--json"],
    { cwd: repository, reject: false, stdin: "ignore" },
  );
  expect(ran.stdout, ran.stderr).to.match(/^\{/);
  const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
  const checks = outcome["checks"] as { name: string; ok: boolean; detail: string }[];
  expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
  expect(ran.exitCode, `${ran.stdout}\n${ran.stderr}`).to.equal(0);
  expect(outcome).to.include({ scenario, ok: true });
  return { ...outcome, checked: checks.map((c) => c.name) };
}
