import { expect } from "chai";
import { setTimeout as pause } from "node:timers/promises";
import type { EntryOf, Verdict } from "../../journal/entries.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { checksAtStandby } from "../../lab/play/checks.ts";
import type { Child, Ran } from "../../lab/play/machine.ts";
import { rig, type Rig, type RigOptions } from "../../lab/play/rig.ts";

/** How long a test may wait for the engine. Milliseconds. */
export const engineMs = 300_000;

/** A lab with both sites provisioned and some hours of production behind it; `before` changes it before anything runs. */
export async function provisioned(
  options: RigOptions & { hours?: number; before?: (made: Rig) => Promise<void> } = {},
): Promise<Rig> {
  const made = await rig(options);
  try {
    await options.before?.(made);
    ok(await made.cli(["journal", "init", "--active", "primary", "--as", "test"]));
    for (const stack of ["primary", "standby"])
      ok(await made.pulumi(["stack", "init", stack, "--no-select"]));
    for (const stack of ["primary", "standby"]) ok(await up(made, stack));
    for (let i = 0; i < (options.hours ?? 8); i++) await made.lab.clock.advance(3_600_000);
    return made;
  } catch (error) {
    await made.close();
    throw error;
  }
}

/** `pulumi up` without a preview before it. */
export const up = (
  made: Rig,
  stack: string,
  extra: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => made.pulumi(["up", "-s", stack, "--skip-preview", "--yes", ...extra], env);

/** The same, left running. */
export const start = (made: Rig, stack: string): Child =>
  made.start("pulumi", [
    "up",
    "-s",
    stack,
    "--skip-preview",
    "--yes",
    "--non-interactive",
    "--color",
    "never",
  ]);

/** The command succeeded; else its output is the message. */
export function ok(ran: Ran): Ran {
  expect(ran.code, ran.all).to.equal(0);
  return ran;
}

/** The command failed, saying so. */
export function failed(ran: Ran, says: RegExp): Ran {
  expect(ran.code, ran.all).not.to.equal(0);
  expect(ran.all).to.match(says);
  return ran;
}

/** The command changed no resource. */
export function unchanged(ran: Ran): void {
  ok(ran);
  expect(ran.all).not.to.match(/^\s+[+~-] \d+ (created|updated|deleted|replaced)/m);
  expect(ran.all).not.to.match(/ (created|updated|deleted|replaced)$/m);
}

/** The lab's time as a declaration takes it. */
export const labTime = (made: Rig): string =>
  `${new Date(made.lab.clock.now()).toISOString().slice(0, 19)}+00:00`;

/** Production goes on into the middle of an hour, and the primary site loses its power. Gives the time. */
export async function lose(made: Rig): Promise<string> {
  await made.lab.clock.advance(30 * 60_000 + 20_000);
  const at = labTime(made);
  await made.lab.network.siteDown("primary");
  return at;
}

/** An unplanned declaration. */
export const declare = (
  made: Rig,
  disasterAt: string,
  more: readonly string[] = ["--waive-fence", "no power"],
): Promise<Ran> =>
  made.cli([
    "declare",
    "--to",
    "dr",
    "--mode",
    "unplanned",
    "--disaster-at",
    disasterAt,
    "--accept-loss",
    "4h",
    "--incident",
    "T1",
    "--as",
    "test",
    ...more,
  ]);

/** A planned declaration. */
export const declarePlanned = (made: Rig): Promise<Ran> =>
  made.cli(["declare", "--to", "dr", "--mode", "planned", "--as", "test"]);

export const situationOf = async (made: Rig): Promise<Situation> => situation(await made.entries());

/** The last word on a step of the last activation. */
export const verdictOf = async (made: Rig, step: string): Promise<Verdict | undefined> =>
  (await situationOf(made)).verdicts.get(step)?.verdict;

/** Seen from outside, K2 works at the standby with all that it should have, and not at the primary. */
export async function k2IsWell(made: Rig): Promise<void> {
  const point = (await situationOf(made)).points.get("k2");
  const checks = await checksAtStandby(
    made.lab,
    made.lab.productionEndedMs(),
    point ?? { atSec: 0, to: "time" },
  );
  expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
}

/** All entries about a step. */
export async function entriesOn(made: Rig, step: string): Promise<readonly EntryOf<"step">[]> {
  return (await made.entries()).filter((e): e is EntryOf<"step"> => e.kind === "step" && e.step === step);
}

/** Waits until a condition holds, at most so long. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs = 60_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${String(limitMs / 1000)} s in vain: ${what}`);
    await pause(100);
  }
}
