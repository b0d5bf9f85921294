import type { Entry, EntryOf } from "../journal/entries.ts";

/** The entries of one activation, and the declaration that it used up. */
export interface Chapter {
  readonly started: EntryOf<"activation started">;
  readonly declaration?: EntryOf<"move declared">;
  /** Everything from its start until the next activation starts, in order. */
  readonly entries: readonly Entry[];
  /** All of the journal until the next activation starts: what was known when it ended. */
  readonly until: readonly Entry[];
}

/** The chapter of that activation; without a number, of the newest. Undefined where the journal has none. */
export function chapterOf(entries: readonly Entry[], epoch?: number): Chapter | undefined {
  const starts = entries.flatMap((e, index) => (e.kind === "activation started" ? [{ e, index }] : []));
  const at = epoch === undefined ? starts.length - 1 : starts.findIndex(({ e }) => e.epoch === epoch);
  const start = starts[at];
  if (!start) return undefined;
  const end = starts[at + 1]?.index ?? entries.length;
  const declaration = entries.find(
    (e): e is EntryOf<"move declared"> => e.seq === start.e.declaration && e.kind === "move declared",
  );
  return {
    started: start.e,
    ...(declaration ? { declaration } : {}),
    entries: entries.slice(start.index, end),
    until: entries.slice(0, end),
  };
}
