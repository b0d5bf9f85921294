import { markMap, rewindAll, type Rewind } from "../../rewind.ts";
import type { EngineSession } from "./session.ts";

/** Modes of sp_getapplock, and which others each lets stand beside it (Microsoft, "sp_getapplock", and its table of lock compatibility). */
const beside: Readonly<Record<string, readonly string[]>> = {
  intentshared: ["intentshared", "shared", "update", "intentexclusive"],
  shared: ["intentshared", "shared", "update"],
  update: ["intentshared", "shared"],
  intentexclusive: ["intentshared", "intentexclusive"],
  exclusive: [],
};

/** Who a lock goes with: the open transaction of its session, or the session itself. */
export type LockOwner = "transaction" | "session";

interface Held {
  readonly session: EngineSession;
  readonly owner: LockOwner;
  readonly mode: string;
  readonly count: number;
}

/** What a session asks for. */
export interface Asked {
  /** Database, principal and name: names are compared byte by byte, whatever the collation. */
  readonly resource: string;
  readonly session: EngineSession;
  readonly owner: LockOwner;
  readonly mode: string;
}

/** Whether sp_getapplock knows that mode. */
export const isLockMode = (mode: string): boolean => mode in beside;

/** The application locks of an instance: who holds which, and who waits, the first first. */
export class AppLocks {
  private readonly held = new Map<string, readonly Held[]>();
  private readonly waiting = new Map<string, readonly object[]>();

  mark(): Rewind {
    return rewindAll([markMap(this.held), markMap(this.waiting)]);
  }

  /** True where the lock was had. `place` is the caller's place in the queue. */
  take({ resource, session, owner, mode }: Asked, place: object): boolean {
    const all = this.held.get(resource) ?? [];
    const queue = this.waiting.get(resource) ?? [];
    const fits = all.every((h) => h.session === session || (beside[mode] ?? []).includes(h.mode));
    const own = all.find((h) => h.session === session && h.owner === owner && h.mode === mode);
    if (!fits || (!own && queue.length > 0 && queue[0] !== place)) {
      if (!queue.includes(place)) this.waiting.set(resource, [...queue, place]);
      return false;
    }
    this.leave(resource, place);
    this.held.set(resource, [
      ...all.filter((h) => h !== own),
      { session, owner, mode, count: (own?.count ?? 0) + 1 },
    ]);
    return true;
  }

  /** Whoever waits no more gives up the place in the queue. */
  leave(resource: string, place: object): void {
    const queue = (this.waiting.get(resource) ?? []).filter((p) => p !== place);
    if (queue.length > 0) this.waiting.set(resource, queue);
    else this.waiting.delete(resource);
  }

  /** Gives back what was taken once; false where nothing is held. */
  release(resource: string, session: EngineSession, owner: LockOwner): boolean {
    const all = this.held.get(resource) ?? [];
    const own = all.findLast((h) => h.session === session && h.owner === owner);
    if (!own) return false;
    if (own.count === 1) this.drop((h) => h === own);
    else this.held.set(resource, [...all.filter((h) => h !== own), { ...own, count: own.count - 1 }]);
    return true;
  }

  /** The transaction of a session has ended. */
  endTransaction(session: EngineSession): void {
    this.drop((h) => h.session === session && h.owner === "transaction");
  }

  /** A session has ended, or was reset. */
  endSession(session: EngineSession): void {
    this.drop((h) => h.session === session);
  }

  private drop(which: (held: Held) => boolean): void {
    for (const [resource, all] of this.held) {
      const left = all.filter((h) => !which(h));
      if (left.length > 0) this.held.set(resource, left);
      else this.held.delete(resource);
    }
  }
}
