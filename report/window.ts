import type { Entry, EntryOf } from "../journal/entries.ts";

/** What stands between two moves: with it one is over, and what follows belongs to the next. */
const endsMove: ReadonlySet<Entry["kind"]> = new Set(["completed", "abandoned", "adopted", "break-glass"]);

/**
 * Where in a journal the story of an incident is: from the end of the move before it to the end of its own, or to the
 * end of what is given where it has none.
 */
export function windowOf(
  entries: readonly Entry[],
  incident: readonly EntryOf<"activation started">[],
): { readonly fromSeq: number; readonly toSeq: number } {
  const [first, last] = [incident[0], incident.at(-1)];
  if (!first || !last) return { fromSeq: 0, toSeq: 0 };
  const before = entries.findLast((e) => e.seq < first.seq && endsMove.has(e.kind));
  const after = entries.find((e) => e.seq > last.seq && endsMove.has(e.kind));
  return {
    fromSeq: (before?.seq ?? -1) + 1,
    toSeq: after?.seq ?? entries.at(-1)?.seq ?? last.seq,
  };
}
