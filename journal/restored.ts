import type { Copies } from "./break-glass.ts";
import { entriesOf, lineOf, readableOf } from "./chain.ts";
import type { Entry } from "./entries.ts";
import type { Restored } from "./recorded.ts";

/** What putting a copy in the place of a journal would do. */
export interface Restoring {
  readonly entries: readonly Entry[];
  /** Lines of journal and mirror that the copy does not hold. */
  readonly lost: number;
  /** The first entry that can be read and that the copy does not hold; none where it has all that can be read. */
  readonly lacks?: { readonly of: "journal" | "mirror"; readonly entry: Entry };
}

/** Compares a copy with journal and mirror as they lie there. Throws a `JournalError` where the copy itself does not hold. */
export function restoringOf(copy: string, { own, mirror }: Copies): Restoring {
  const entries = entriesOf(copy);
  const known = new Set(entries.map((e) => e.hash));
  const lines = new Set(copy.split("\n"));
  const lost = new Set([...own.split("\n"), ...(mirror ?? "").split("\n")].filter((l) => !lines.has(l)));
  const missing = (of: "journal" | "mirror", text: string): Restoring["lacks"] => {
    const entry = readableOf(text).entries.find((e) => !known.has(e.hash));
    return entry && { of, entry };
  };
  const lacks = missing("journal", own) ?? missing("mirror", mirror ?? "");
  return { entries, lost: lost.size, ...(lacks ? { lacks } : {}) };
}

/** The text of a journal that was restored: the copy, and who did it. */
export const restoredText = (
  copy: string,
  entries: readonly Entry[],
  said: Omit<Restored, "kind">,
  at: Date,
  by: string,
): string => `${copy}${lineOf({ kind: "restored", ...said }, entries, at, by)}\n`;
