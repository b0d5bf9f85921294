import type { Entry, EntryOf } from "./entries.ts";

/** The last exercise of each server that came to an end. */
export function exercisesOf(entries: readonly Entry[]): ReadonlyMap<string, EntryOf<"exercised">> {
  const last = new Map<string, EntryOf<"exercised">>();
  for (const e of entries) if (e.kind === "exercised") last.set(e.host, e);
  return last;
}
