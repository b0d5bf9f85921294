import { situation } from "../../journal/situation.ts";
import { clockTime } from "../../model/time.ts";
import type { Stage } from "./scenario.ts";

/** How often the journal is looked at while a step may be running, in milliseconds. */
const lookEveryMs = 250;

/** Says what runs now, for how long, and how much is done, from the journal; ends when it is told to. */
export function watchActivation({ rig, say }: Stage): { end(): void } {
  const began = Date.now();
  let shown = "";
  const look = async (): Promise<void> => {
    const entries = await rig.entries().catch(() => []);
    if (entries.length === 0) return;
    const s = situation(entries);
    const running = [...s.begun].map((id) => {
      const started = entries.findLast((e) => e.kind === "step" && e.step === id && e.verdict === "started");
      return started ? `${id} (${clockTime((rig.lab.clock.now() - Date.parse(started.at)) / 1000)})` : id;
    });
    const last = entries.findLast((e) => e.kind === "step");
    const now =
      running.length > 0
        ? `now ${running.join(", ")}`
        : last?.kind === "step"
          ? `last ${last.step}: ${last.verdict}`
          : "starting";
    const line = `${clockTime((Date.now() - began) / 1000)} · ${String(s.verdicts.size)} steps done · ${now}`;
    if (line !== shown) say(line);
    shown = line;
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  return { end: () => clearInterval(timer) };
}
