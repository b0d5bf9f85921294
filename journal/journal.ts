import { entriesOf, lineOf } from "./chain.ts";
import type { Entry, Fact } from "./entries.ts";
import { whoAmI } from "./process-life.ts";
import type { Store } from "./store.ts";

/** Reads a journal. */
export interface JournalReader {
  /** All entries; throws a `JournalError` where the chain does not hold. */
  entries(): Promise<readonly Entry[]>;
}

/** The journal of one estate: what happened, which site is active, who said so. */
export interface Journal extends JournalReader {
  readonly store: Store;
  /** Appends a fact, or what `decide` makes of the entries as they are at that moment; nothing when it gives nothing. */
  append(fact: Fact | ((entries: readonly Entry[]) => Fact | undefined)): Promise<void>;
}

/** A journal kept in that store. */
export const journalOn = (store: Store, now: () => Date = () => new Date()): Journal => ({
  store,
  entries: async () => entriesOf(await store.read()),
  append: (fact) =>
    store.append((text) => {
      const entries = entriesOf(text);
      const chosen = typeof fact === "function" ? fact(entries) : fact;
      return chosen && lineOf(chosen, entries, now(), whoAmI());
    }),
});
