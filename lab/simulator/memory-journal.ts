import { lineOf } from "../../journal/chain.ts";
import type { Entry } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Holder, Lease, Store } from "../../journal/store.ts";

/** What may be done to a journal from outside: a runner's process ends, and with it its leases. */
export interface MemoryJournal extends Journal {
  /** All that has been written. */
  readonly all: readonly Entry[];
  /** The journal as one runner uses it: leases are held in its name. */
  as(who: string): Journal;
  /** A runner's process has ended. */
  ended(who: string): void;
  /** Called with each entry that is written, and what stood before it. */
  onEntry: ((entry: Entry, before: readonly Entry[]) => void) | undefined;
}

/** A journal in memory: the same chain, the same exclusion, the same leases, and nothing is read twice. */
export function memoryJournal(before: readonly Entry[] = []): MemoryJournal {
  /** A new list with each entry: whoever holds one sees the journal as it was. */
  let entries: readonly Entry[] = [...before];
  const leases = new Map<string, Holder>();
  const read = (): Promise<string> => Promise.resolve(entries.map((e) => `${JSON.stringify(e)}\n`).join(""));
  const notHere = (): Promise<never> =>
    Promise.reject(new Error("what is in memory is written by its journal"));
  const storeOf = (who: string): Store => ({
    place: "memory",
    read,
    append: notHere,
    raw: async () => ({ own: await read() }),
    restart: notHere,
    lease: (name) => {
      const held = leases.get(name);
      if (held) return Promise.resolve(held);
      leases.set(name, { who, since: new Date().toISOString() });
      const lease: Lease = {
        release: () => {
          if (leases.get(name)?.who === who) leases.delete(name);
          return Promise.resolve();
        },
      };
      return Promise.resolve(lease);
    },
    leases: () => Promise.resolve([...leases].map(([name, held]) => ({ name, ...held }))),
  });
  const as = (who: string): Journal => ({
    store: storeOf(who),
    entries: () => Promise.resolve(entries),
    append: (fact) =>
      Promise.resolve().then(() => {
        const chosen = typeof fact === "function" ? fact(entries) : fact;
        if (!chosen) return;
        const entry = JSON.parse(lineOf(chosen, entries, new Date(), who)) as Entry;
        const before = entries;
        entries = [...entries, entry];
        made.onEntry?.(entry, before);
      }),
  });
  const made: MemoryJournal = {
    ...as("runner"),
    get all() {
      return entries;
    },
    as,
    ended: (who) => {
      for (const [name, held] of leases) if (held.who === who) leases.delete(name);
    },
    onEntry: undefined,
  };
  return made;
}
