import type { Situation } from "../journal/situation.ts";
import { bySeverity, standingOf, standingText, type SystemStanding } from "../journal/standing.ts";
import { systemOf, termsOf } from "../journal/systems.ts";
import { targetsOf } from "../model/system.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Targets } from "../model/targets.ts";
import { clockTime } from "../model/time.ts";
import { servedOf, type Served } from "./served.ts";
import type { StepLine } from "./verdicts.ts";

/** One system of an activation: its verdict, and its figures against its own targets. Seconds. */
export interface SystemReport extends SystemStanding {
  /** Since when its people could work, and what shows it; absent where it is not up. */
  readonly served?: Served;
  /** From the start of the incident until its people could work, or as long as it is under way. */
  readonly cutOverSec: number;
  /** From the time that its disaster was declared for, where one was: what an owner's RTO counts. */
  readonly outageSec?: number;
  /** Absent where no point was chosen. */
  readonly lossSec?: number;
  /** Absent where its owner has declared none. */
  readonly targets?: Targets;
}

/** Every system of the last activation, exceptions first. Times are seconds since 1970 UTC. */
export function systemReports(
  s: Situation,
  recovery: Pick<Recovery, "systems" | "targets">,
  steps: readonly StepLine[],
  { startedSec, endedSec }: { readonly startedSec: number; readonly endedSec: number },
): readonly SystemReport[] {
  return bySeverity(standingOf(s)).map((x) => {
    const served =
      x.upAt === undefined
        ? undefined
        : servedOf(
            steps.filter((line) => systemOf(line.step, s.last?.systems) === x.system),
            Date.parse(x.upAt) / 1000,
          );
    const untilSec = served?.atSec ?? endedSec;
    const { disasterAt } = s.last ? termsOf(s.last, x.system) : {};
    const point = s.points.get(x.system);
    const targets = targetsOf(recovery, x.parts);
    return {
      ...x,
      ...(served ? { served } : {}),
      cutOverSec: untilSec - startedSec,
      ...(disasterAt === undefined ? {} : { outageSec: untilSec - Date.parse(disasterAt) / 1000 }),
      ...(point ? { lossSec: point.lossSec } : {}),
      ...(targets ? { targets } : {}),
    };
  });
}

/**
 * A system in one line: `claims: up; away 0:31:10 (target 4:00:00, met); lost 2:30:00 (target 4:00:00)`. A planned move
 * is measured by itself.
 */
export function systemLine(x: SystemReport): string {
  const away = x.outageSec ?? x.cutOverSec;
  const isUp = x.upAt !== undefined;
  const against = (sec: number, targetMin: number | undefined, ended: boolean): string => {
    if (targetMin === undefined) return "";
    const over = sec - 60 * targetMin;
    return ` (target ${clockTime(60 * targetMin)}${over > 0 ? `, missed by ${clockTime(over)}` : ended ? ", met" : ""})`;
  };
  const lost =
    x.lossSec === undefined
      ? ""
      : `; ${x.openAt === undefined ? "would lose" : "lost"} ${x.lossSec === 0 ? "nothing" : clockTime(x.lossSec)}${against(x.lossSec, x.targets?.rpoMin, x.openAt !== undefined)}`;
  return `${standingText(x)}; ${x.outageSec === undefined ? "cut over" : "away"}${isUp ? "" : " for"}${isUp && x.outageSec === undefined ? " in" : ""} ${clockTime(away)}${against(away, x.targets?.rtoMin, isUp)}${lost}`;
}
