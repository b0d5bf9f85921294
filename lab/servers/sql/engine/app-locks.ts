import { markMap, type Rewind } from "../../rewind.ts";
import type { EngineSession } from "./session.ts";

/** The locks of sp_getapplock, by the name of what is locked, in any case. */
export class AppLocks {
  private readonly held = new Map<string, { readonly session: EngineSession; readonly count: number }>();

  mark(): Rewind {
    return markMap(this.held);
  }
  /** True where the lock was had. */
  take(resource: string, session: EngineSession): boolean {
    const held = this.held.get(resource.toLowerCase());
    if (held && held.session !== session) return false;
    this.held.set(resource.toLowerCase(), { session, count: (held?.count ?? 0) + 1 });
    return true;
  }
  release(resource: string, session: EngineSession): boolean {
    const held = this.held.get(resource.toLowerCase());
    if (held?.session !== session) return false;
    if (held.count === 1) this.held.delete(resource.toLowerCase());
    else this.held.set(resource.toLowerCase(), { session, count: held.count - 1 });
    return true;
  }
  holder(resource: string): EngineSession | undefined {
    return this.held.get(resource.toLowerCase())?.session;
  }
  /** All that a session holds. */
  releaseAll(session: EngineSession): void {
    for (const [resource, held] of this.held) if (held.session === session) this.held.delete(resource);
  }
}
