import type { Entry } from "../journal/entries.ts";
import type { Journal } from "../journal/journal.ts";
import { situation } from "../journal/situation.ts";
import { CliError } from "./failure.ts";

/** The entries of this estate's journal. Throws where there are none, where the chain is broken, or where it is another estate's. */
export async function ownJournal(journal: Journal, estate: string): Promise<readonly Entry[]> {
  const entries = await journal.entries();
  const s = situation(entries);
  if (s.estate !== estate)
    throw new CliError(
      `the journal in ${journal.store.place} belongs to the estate "${s.estate}", not to "${estate}". Check journal in estate.ts`,
    );
  return entries;
}
