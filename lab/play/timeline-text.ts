import { phases } from "../../model/phase.ts";
import { clockTime } from "../../model/time.ts";
import type { Report } from "../../report/report.ts";

const width = 48;

/** The timeline of an activation as text: a bar for each phase, from the activation's start to its end. */
export function timelineText({ steps, startedSec, endedSec }: Report): string {
  const span = Math.max(endedSec - startedSec, 1);
  const column = (sec: number): number =>
    Math.min(width - 1, Math.max(0, Math.floor(((sec - startedSec) / span) * width)));
  return phases
    .flatMap((phase) => {
      const own = steps.filter((s) => s.phase === phase);
      if (own.length === 0) return [];
      const from = Math.min(...own.map((s) => s.fromSec));
      const to = Math.max(...own.map((s) => s.toSec ?? s.fromSec));
      const bar = " ".repeat(column(from)) + "█".repeat(Math.max(1, column(to) - column(from) + 1));
      return [
        `  ${phase.padEnd(24)}${clockTime(from - startedSec)}  ${bar.padEnd(width)}  ${String(own.length)} ${own.length === 1 ? "step" : "steps"}`,
      ];
    })
    .join("\n");
}
