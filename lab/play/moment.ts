import { setTimeout as pause } from "node:timers/promises";
import { situation, type Situation } from "../../journal/situation.ts";
import type { Stage } from "./scenario.ts";

/** How long a moment is waited for, and how often it is looked for. Milliseconds. */
const limitMs = 120_000;
const lookMs = 20;

/** Waits until things stand as wanted in the journal; where they never do, throws what was `said` meanwhile. */
export async function untilMoment(
  { rig }: Stage,
  moment: (s: Situation) => boolean,
  said: () => string,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!moment(situation(await rig.entries()))) {
    if (Date.now() > end) throw new Error(`the moment did not come:\n${said().slice(-2000)}`);
    await pause(lookMs);
  }
}
