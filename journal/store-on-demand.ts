import type { Store } from "./store.ts";

/** A store that is opened when it is first used, and anew where that failed: what it is reached with is loaded only then. */
export function storeOnDemand(place: string, open: () => Promise<Store>): Store {
  let opened: Promise<Store> | undefined;
  const store = (): Promise<Store> => {
    if (opened) return opened;
    const opening = open();
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = undefined;
    });
    return opening;
  };
  return {
    place,
    read: async () => (await store()).read(),
    append: async (make) => (await store()).append(make),
    lease: async (name, ttlMs) => (await store()).lease(name, ttlMs),
    leases: async () => (await store()).leases(),
    raw: async () => (await store()).raw(),
    restart: async (make) => (await store()).restart(make),
  };
}
