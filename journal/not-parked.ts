import type { Entry, EntryOf } from "./entries.ts";
import { changesStandby } from "./standby.ts";

/** By it a finding says that a server which an exercise had started was not parked again. */
export const notParkedId = (host: string): string => `exercise-park:${host}`;

/** By it a finding says that an exercise could not even see whether the server is off. */
export const powerUnseenId = (host: string): string => `exercise-power:${host}`;

/**
 * Servers that an exercise has started, each with its beginning, and, as far as the journal knows, nobody has parked again: it was interrupted, a
 * move came between, or parking failed. What runs since the standby became another one is no exercise's any more.
 */
export function notParked(entries: readonly Entry[]): ReadonlyMap<string, EntryOf<"exercise begun">> {
  const left = new Map<string, EntryOf<"exercise begun">>();
  const begun = new Map<string, EntryOf<"exercise begun">>();
  for (const e of entries)
    if (e.kind === "exercise begun") {
      begun.set(e.host, e);
      left.set(e.host, e);
    } else if (changesStandby(e)) left.clear();
    else if (e.kind === "exercised") {
      const has = (id: string): boolean => e.findings.some((f) => f.id === id);
      const start = begun.get(e.host);
      if (has(notParkedId(e.host)) && start) left.set(e.host, start);
      else if (!has(powerUnseenId(e.host))) left.delete(e.host);
    }
  return left;
}
