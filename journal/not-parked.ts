import type { Entry } from "./entries.ts";

/** By it a finding says that a server which an exercise had started was not parked again. */
export const notParkedId = (host: string): string => `exercise-park:${host}`;

/** By it a finding says that an exercise could not even see whether the server is off. */
export const powerUnseenId = (host: string): string => `exercise-power:${host}`;

/**
 * Servers that an exercise has started and, as far as the journal knows, nobody has parked again: it was interrupted, a
 * move came between, or parking failed. What a completed move has left running is no exercise's any more.
 */
export function notParked(entries: readonly Entry[]): ReadonlySet<string> {
  const left = new Set<string>();
  for (const e of entries)
    if (e.kind === "exercise begun") left.add(e.host);
    else if (e.kind === "completed") left.clear();
    else if (e.kind === "exercised") {
      const has = (id: string): boolean => e.findings.some((f) => f.id === id);
      if (has(notParkedId(e.host))) left.add(e.host);
      else if (!has(powerUnseenId(e.host))) left.delete(e.host);
    }
  return left;
}
