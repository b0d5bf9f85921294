import type { Journal } from "../../../journal/journal.ts";

/** A command on a laptop that is closed. */
export interface Sleeper {
  /** The journal as the command uses it. */
  readonly journal: Journal;
  readonly wake: () => void;
}

/**
 * A command that stands still before it takes the lock of its first step: by then the journal has its word, and others can
 * go on with it. Whatever it holds is over while it sleeps.
 */
export function sleeperOn(journal: Journal, over: () => void): Sleeper {
  const woken = Promise.withResolvers<undefined>();
  const lease: Journal["store"]["lease"] = async (name, ttlMs) => {
    if (name.startsWith("step ")) {
      over();
      await woken.promise;
    }
    return journal.store.lease(name, ttlMs);
  };
  return {
    journal: { ...journal, store: { ...journal.store, lease } },
    wake: () => woken.resolve(undefined),
  };
}
