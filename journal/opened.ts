import type { Entry, EntryOf } from "./entries.ts";
import type { Situation } from "./situation.ts";

/**
 * With what the new site of the last activation was opened first; undefined before that. A system that arrived in the
 * activation before, which went on in another mode, is open since then.
 */
export const firstOpened = (entries: readonly Entry[], s: Situation): EntryOf<"no return"> | undefined =>
  [...s.opened.values()].toSorted((a, b) => a.seq - b.seq)[0] ??
  entries.find((e): e is EntryOf<"no return"> => e.kind === "no return" && e.epoch === s.epoch);
