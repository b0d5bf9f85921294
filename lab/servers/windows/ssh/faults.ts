/** What can go wrong with a host's SSH server, on top of what the network does. */
export type SshFault =
  /** Accepts a connection and says nothing. */
  | { readonly kind: "silent" }
  /** Sends its version and no more: the handshake never ends. */
  | { readonly kind: "stalls in handshake" }
  /** Runs the command, and answers so many real milliseconds later. */
  | { readonly kind: "answers late"; readonly delayMs: number }
  /** Runs the command, sends half of its output and breaks the connection. */
  | { readonly kind: "breaks off" }
  /** Says that a command (default: every one) succeeded, and does nothing. */
  | { readonly kind: "lies"; readonly matching?: RegExp };
