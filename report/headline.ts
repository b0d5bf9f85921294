import { clockTime } from "../model/time.ts";
import { isOpen, type Report } from "./report.ts";

/**
 * One sentence of figures: `cut over in 0:00:24 · 0:31:10 since the declared disaster (target 1:00:00, met) · lost
 * 2:30:00 of data to the declared time of the disaster (target 4:00:00) · 31 steps, 0 failed`. An owner's target for
 * being away counts from the disaster; only a planned move has none, and is measured by itself.
 */
export function headline(r: Report): string {
  const outage = r.outcome === "abandoned" ? undefined : r.outageSec;
  if (outage === undefined) return cutOverLine(r);
  return joined(r, [began(r), `${clockTime(outage)} since the declared disaster (${against(r, outage)})`]);
}

/** The same with the target beside the duration of the move itself, as a rehearsal prints it: nobody decides in it. */
export function cutOverLine(r: Report): string {
  const target = r.outcome === "abandoned" ? "" : ` (target ${clockTime(60 * r.targets.rtoMin)})`;
  return joined(r, [`${began(r)}${target}`], false);
}

const began = (r: Report): string =>
  `${{ completed: "cut over in", "completed with exceptions": "cut over, with exceptions, in", abandoned: "abandoned after", unfinished: "not finished after" }[r.outcome]} ${clockTime(r.cutOverSec)}`;

function against({ targets, outcome }: Report, sec: number): string {
  const target = 60 * targets.rtoMin;
  if (sec > target) return `target ${clockTime(target)}, missed by ${clockTime(sec - target)}`;
  return `target ${clockTime(target)}${outcome === "unfinished" ? "" : ", met"}`;
}

function joined(r: Report, times: readonly string[], isCountedTo = true): string {
  const steps = `${String(r.counts.total)} ${r.counts.total === 1 ? "step" : "steps"}, ${String(r.counts.failed)} failed`;
  const owed = r.owed.length > 0 ? [`${String(r.owed.length)} owed`] : [];
  return [...times, ...lossText(r, isCountedTo), steps, ...owed].join(" · ");
}

/** Before a database is open nothing is lost yet, and what is abandoned then loses nothing. */
function lossText(r: Report, isCountedTo: boolean): readonly string[] {
  const open = isOpen(r);
  if (r.writtenSec !== undefined)
    return [`gone back, which lost what was written at ${r.to.id} in ${clockTime(r.writtenSec)}`];
  if (r.lossSec === undefined || (r.outcome === "abandoned" && !open)) return [];
  const target = `(target ${clockTime(60 * r.targets.rpoMin)})`;
  if (r.lossSec === 0) return [`${open ? "lost" : "would lose"} no data ${target}`];
  return [
    `${open ? "lost" : "would lose"} ${clockTime(r.lossSec)} of data${isCountedTo ? " to the declared time of the disaster" : ""} ${target}`,
  ];
}
