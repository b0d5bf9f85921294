import { reportedPhases, type BackPhase, type Phase } from "../model/phase.ts";
import type { StepLine } from "./verdicts.ts";

/** A step as a bar: seconds since the activation started. */
export interface Bar {
  readonly step: string;
  readonly fromSec: number;
  readonly toSec: number;
  readonly standing: StepLine["standing"];
}

/** A phase as a row: from the start of its first step to the end of its last. */
export interface Row {
  readonly phase: Phase | BackPhase;
  readonly fromSec: number;
  readonly toSec: number;
  readonly bars: readonly Bar[];
}

/** What is drawn: rows by phase over the time of the activation. */
export interface Timeline {
  readonly lengthSec: number;
  readonly rows: readonly Row[];
  /** Steps that ran after the activation had completed, as what was owed does: not drawn. */
  readonly later: number;
}

/** Lays out the steps of an activation that lasted from `startSec` to `endSec` (seconds since 1970 UTC). */
export function timelineOf(steps: readonly StepLine[], startSec: number, endSec: number): Timeline {
  const lengthSec = Math.max(0, endSec - startSec);
  const inTime = steps.filter((s) => s.fromSec <= endSec);
  const rows = reportedPhases.flatMap((phase): Row[] => {
    const bars = inTime
      .filter((s) => s.phase === phase)
      .map((s) => ({
        step: s.step,
        fromSec: within(s.fromSec - startSec, lengthSec),
        toSec: within((s.toSec ?? endSec) - startSec, lengthSec),
        standing: s.standing,
      }));
    if (bars.length === 0) return [];
    return [
      {
        phase,
        fromSec: Math.min(...bars.map((b) => b.fromSec)),
        toSec: Math.max(...bars.map((b) => b.toSec)),
        bars,
      },
    ];
  });
  return { lengthSec, rows, later: steps.length - inTime.length };
}

const within = (sec: number, length: number): number => Math.min(Math.max(sec, 0), length);

/** Round distances between marks of a time axis, in seconds. */
const distances = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
] as const;

/** Marks of a time axis: from zero, at a round distance, at most `most` of them. */
export function marksOf(lengthSec: number, most = 8): readonly number[] {
  const fits = distances.find((d) => lengthSec / d <= most) ?? Math.ceil(lengthSec / most / 86_400) * 86_400;
  return Array.from({ length: Math.floor(lengthSec / fits) + 1 }, (_, i) => i * fits);
}
