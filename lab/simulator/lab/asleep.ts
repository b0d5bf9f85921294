import type { Journal } from "../../../journal/journal.ts";

/** A journal of a command that stands still, as on a laptop that sleeps: before what it next asks, writes or takes. */
export interface Asleep {
  readonly journal: Journal;
  /** Whether it has come to that point. */
  sleeps(): boolean;
  wake(): void;
}

/** Stands still before the call of which `at` says so; once. Calls are named `lease NAME`, `append` and `entries`. */
export function asleepAt(journal: Journal, at: (call: string) => boolean): Asleep {
  const woken = Promise.withResolvers<undefined>();
  let isAsleep = false;
  const before = async (call: string): Promise<void> => {
    if (isAsleep || !at(call)) return;
    isAsleep = true;
    await woken.promise;
  };
  return {
    journal: {
      store: {
        ...journal.store,
        lease: async (name, ttlMs) => {
          await before(`lease ${name}`);
          return journal.store.lease(name, ttlMs);
        },
      },
      entries: async () => {
        await before("entries");
        return journal.entries();
      },
      append: async (fact) => {
        await before("append");
        await journal.append(fact);
      },
    },
    sleeps: () => isAsleep,
    wake: () => woken.resolve(undefined),
  };
}
