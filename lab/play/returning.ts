import { setTimeout as pause } from "node:timers/promises";
import type { Lab } from "../world/start.ts";
import { operator } from "./acts.ts";
import { rowsOf } from "./checks.ts";
import type { Ran } from "./machine.ts";
import type { Rig } from "./rig.ts";
import type { Check } from "./scenario.ts";

/** How long something may take to come about, in real milliseconds. */
const limitMs = 90_000;

/** The lab's time as `declare --disaster-at` takes it. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;

/** Declares that the primary site is lost. */
export async function declareLost(rig: Rig, disasterMs: number, more: readonly string[]): Promise<Ran> {
  const asked = ["declare", "--to", "dr", "--mode", "unplanned", "--disaster-at", timeText(disasterMs)];
  return rig.cli([...asked, "--accept-loss", "4h", "--incident", "rehearsal", "--as", operator, ...more]);
}

/** The primary site gets its power; waits until the guard of each of its servers has looked and found that word. */
export async function powerReturns(rig: Rig, word: string): Promise<void> {
  const { lab } = rig;
  const last = "C:\\Program Files\\parallel-standby\\last.txt";
  for (const host of ["K2PRD01", "SQLPRD01"])
    await lab
      .disk(host)
      .remove(last)
      .catch(() => undefined);
  await lab.network.siteUp("primary");
  await until(`the guards of the primary site say ${word}`, async () => {
    await lab.clock.advance(10_000);
    const texts = await Promise.all(
      ["K2PRD01", "SQLPRD01"].map((host) =>
        lab
          .disk(host)
          .read(last)
          .catch(() => ""),
      ),
    );
    return texts.every((text) => text.toString().includes(`word ${word}\r\n`));
  });
}

/** Waits until it is so, with a limit. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${String(limitMs / 1000)} s in vain: ${what}`);
    await pause(50);
  }
}

/** Runs `probe`, and gives what it said and how it ended. */
export async function probed(
  rig: Rig,
  more: readonly string[] = [],
): Promise<{ code: number; says: string }> {
  const ran = await rig.cli(["probe", ...more]);
  return { code: ran.code, says: ran.stdout.trim() };
}

/** Runs `probe` until nothing is owed any more; lab time goes by meanwhile, in which guards look. */
export async function probedUntilPaid(rig: Rig): Promise<readonly string[]> {
  const said: string[] = [];
  await until("nothing of the fence is owed", async () => {
    const { code, says } = await probed(rig);
    said.push(`${String(code)}: ${says}`);
    if (code === 0) return true;
    await rig.lab.clock.advance(60_000);
    return false;
  });
  return said;
}

/** What must be true of the site that was left, seen from outside. `minutes`: the work that it had done when it was lost. */
export async function checksAtOldSite(lab: Lab, minutes: number | undefined): Promise<readonly Check[]> {
  const k2 = lab.host("K2PRD01").services.find("K2 Server");
  const databases = await rowsOf(
    lab,
    "SQLPRD01",
    "SELECT name, state_desc FROM sys.databases WHERE name IN (N'K2', N'Claims')",
  ).catch(() => []);
  const worked = lab.minutesOfWorkUntil(lab.clock.now());
  return [
    ...(minutes === undefined
      ? []
      : [
          {
            name: "nothing was written at the primary after it was lost",
            ok: worked === minutes,
            detail: `${String(worked)} minutes of work there, ${String(minutes)} when it was lost`,
          },
        ]),
    {
      name: "K2 at the primary is stopped and disabled",
      ok: k2?.state === "stopped" && k2.startType === "disabled",
      detail: `K2 Server on K2PRD01 is ${k2?.state ?? "not there"}, start type ${k2?.startType ?? ""}`,
    },
    {
      name: "its databases are closed and not deleted",
      ok: databases.length === 2 && databases.every((d) => d["state_desc"] === "OFFLINE"),
      detail: databases.map((d) => `${String(d["name"])} ${String(d["state_desc"])}`).join(", "),
    },
  ];
}

/** Throws the end of what a command printed where it did not fail. */
export function refused(ran: { readonly code: number; readonly all: string }, says: RegExp): string {
  const found = says.exec(ran.all)?.[0];
  if (ran.code === 0 || found === undefined)
    throw new Error(`it was to be refused with ${String(says)}:\n${ran.all.trimEnd()}`);
  return found;
}
