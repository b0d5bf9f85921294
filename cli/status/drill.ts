import { drillOf, dueMs, isOpen, openSince } from "../../journal/drills.ts";
import type { Entry } from "../../journal/entries.ts";

/** A drill of which something may be there. Times are ISO 8601 in UTC. */
export interface OpenDrill {
  readonly drill: number;
  readonly as: string;
  readonly startedAt: string;
  readonly ageSec: number;
  /** Until when its copies may stay. */
  readonly dueAt: string;
  readonly overdue: boolean;
  /** Its copies were verified. */
  readonly verified: boolean;
  /** Why it is being ended, where it is. */
  readonly ending?: string;
  /** What the last sweep could not remove. */
  readonly left: readonly string[];
}

/** The drill that is open; undefined where nothing of a drill is left. */
export function openDrill(entries: readonly Entry[], now: Date): OpenDrill | undefined {
  const drill = drillOf(entries);
  if (!drill || !isOpen(drill)) return undefined;
  const due = dueMs(drill);
  return {
    drill: drill.number,
    as: drill.declared.as,
    startedAt: openSince(drill),
    ageSec: Math.round((now.getTime() - Date.parse(openSince(drill))) / 1000),
    dueAt: new Date(due).toISOString(),
    overdue: now.getTime() > due,
    verified: drill.verified !== undefined,
    ...(drill.ending ? { ending: drill.ending.why } : {}),
    left: drill.swept?.left ?? [],
  };
}
