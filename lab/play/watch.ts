import { clockTime } from "../../model/time.ts";
import { nowText } from "./now-text.ts";
import type { Stage } from "./scenario.ts";

/** How often the journal is looked at while a step may be running, in milliseconds. */
const lookEveryMs = 250;

/** Says what runs now, for how long, how much has ended and what comes next, from the journal; ends when it is told to. */
export function watchActivation({ rig, say }: Stage): { end(): void } {
  const began = Date.now();
  let shown = "";
  const look = async (): Promise<void> => {
    const entries = await rig.entries().catch(() => []);
    if (entries.length === 0) return;
    const line = `${clockTime((Date.now() - began) / 1000)} · ${nowText(entries, rig.lab.clock.now())}`;
    if (line !== shown) say(line);
    shown = line;
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  return { end: () => clearInterval(timer) };
}
