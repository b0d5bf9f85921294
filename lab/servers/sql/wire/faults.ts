/** Faults that a scenario switches on and off while the server runs. */
export interface Faults {
  /** New connections are accepted at TCP and never answered. Default false. */
  stallHandshake: boolean;
  /** Milliseconds before each answer to a login or a request. Default 0. */
  delayMs: number;
  /**
   * The next request is run, its answer sent halfway, and the connection closed. A pattern picks the first request
   * whose SQL matches it: with `true` a pool's own `SELECT 1` may be the next. Back to false once it has happened.
   */
  dropNext: boolean | RegExp;
}
