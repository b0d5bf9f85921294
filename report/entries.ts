import type { Entry, EntryOf } from "../journal/entries.ts";

/** The entries of one activation, and the declaration that it used up. */
export interface Chapter {
  readonly started: EntryOf<"activation started">;
  readonly declaration?: EntryOf<"move declared">;
  /** Everything from its start until the next activation starts or a site is adopted, in order. */
  readonly entries: readonly Entry[];
  /** All of the journal until the next activation starts: what was known when it ended. */
  readonly until: readonly Entry[];
}

/** From there on the journal tells of another estate of things, and not of that activation any more. */
const endsChapter: ReadonlySet<Entry["kind"]> = new Set(["adopted", "break-glass"]);

/** The chapter of that activation; without a number, of the newest. Undefined where the journal has none. */
export function chapterOf(entries: readonly Entry[], epoch?: number): Chapter | undefined {
  const starts = entries.flatMap((e, index) => (e.kind === "activation started" ? [{ e, index }] : []));
  const at = epoch === undefined ? starts.length - 1 : starts.findIndex(({ e }) => e.epoch === epoch);
  const start = starts[at];
  if (!start) return undefined;
  const taken = entries.findIndex((e, i) => i > start.index && endsChapter.has(e.kind));
  const end = Math.min(starts[at + 1]?.index ?? entries.length, taken < 0 ? entries.length : taken);
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
