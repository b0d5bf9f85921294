import type { Entry, EntryOf } from "./entries.ts";

/** The last exercise of each server that came to an end. */
export function exercisesOf(entries: readonly Entry[]): ReadonlyMap<string, EntryOf<"exercised">> {
  const last = new Map<string, EntryOf<"exercised">>();
  for (const e of entries) if (e.kind === "exercised") last.set(e.host, e);
  return last;
}

/**
 * By server, the exercise that has started it and has not ended: it goes on, or was interrupted, and then the server runs
 * on. What a completed move has left running is no exercise's any more.
 */
export function openExercises(entries: readonly Entry[]): ReadonlyMap<string, EntryOf<"exercise begun">> {
  const open = new Map<string, EntryOf<"exercise begun">>();
  for (const e of entries)
    if (e.kind === "exercise begun") open.set(e.host, e);
    else if (e.kind === "exercised") open.delete(e.host);
    else if (e.kind === "completed") open.clear();
  return open;
}
