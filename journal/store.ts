/** The right to do something alone, until it is released or its holder is gone. */
export interface Lease {
  release(): Promise<void>;
}

/** Who holds a lease, as others are told. */
export interface Holder {
  /** user@host#process */
  readonly who: string;
  readonly since: string;
}

/** What a journal needs of the place where it is kept. */
export interface Store {
  /** The place, for messages. */
  readonly place: string;
  /** The whole text; empty where there is none yet. */
  read(): Promise<string>;
  /** Adds the line that `make` gives for the text as it is, under exclusion; nothing when it gives nothing. */
  append(make: (text: string) => string | undefined): Promise<void>;
  /** The lease, or who holds it. It is kept alive until released, and ends `ttlMs` after its holder has died. */
  lease(name: string, ttlMs: number): Promise<Lease | Holder>;
  /** Journal and mirror as they lie there, neither compared nor proven. */
  raw(): Promise<{ readonly own: string; readonly mirror?: string }>;
  /**
   * Puts another text in the place of journal and mirror, under exclusion, and keeps both as they were; gives the places
   * where they are kept. `make` is given both as they are at that moment, and throws to leave them.
   */
  restart(
    make: (now: { readonly own: string; readonly mirror?: string }) => string,
  ): Promise<readonly string[]>;
  /** Names and holders of all leases that are alive. */
  leases(): Promise<readonly (Holder & { readonly name: string })[]>;
}

/** Whether a lease was given. */
export const isLease = (given: Lease | Holder): given is Lease => "release" in given;
