/**
 * What stood between the runner and a server: nothing listens (`refused`), no answer in time (`silent`), the name has
 * no address (`unknown name`), the host key is not the pinned one (`host key`), the login was refused (`login`), the
 * two ends found no common protocol (`handshake`), or the connection broke later (`broken`).
 */
export type Obstacle =
  "refused" | "silent" | "unknown name" | "host key" | "login" | "handshake" | "broken" | "aborted";

/** Seconds in which a server must have accepted the connection and let the runner in. */
export const connectLimitSec = 10;

/** A server that cannot be used. Steps toward the old site make a verdict of it; all others fail with its message. */
export class Unreachable extends Error {
  public override readonly name = "Unreachable";
  public readonly host: string;
  public readonly address: string;
  public readonly port: number;
  public readonly obstacle: Obstacle;
  /** `says` follows "K2PRD01 (10.10.1.4:22) " and is a whole sentence, with the next step where there is one. */
  constructor(host: string, address: string, port: number, obstacle: Obstacle, says: string) {
    super(`${host} (${address}:${String(port)}) ${says}`);
    this.host = host;
    this.address = address;
    this.port = port;
    this.obstacle = obstacle;
  }
}

/** Whether an error is the network's, and which obstacle it stands for. */
export function obstacleOf(error: unknown): Obstacle | undefined {
  const code = codeOf(error);
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unknown name";
  if (code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH" || code === "EHOSTDOWN")
    return "silent";
  if (code === "ECONNRESET" || code === "EPIPE") return "broken";
  return undefined;
}

/** The code of Node's system errors: `ECONNREFUSED`; also of those that Node bundles when a name has several addresses. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined);
  return undefined;
}
