import type { Host } from "../model/host.ts";
import { portAnswers } from "./transports/tcp.ts";

/** The ports on which the estate knows a server. */
export const portsOf = ({ ssh, sql }: Pick<Host, "ssh" | "sql">): readonly number[] =>
  [ssh?.port, sql?.port].flatMap((port) => port ?? []);

/**
 * Those of the servers that accept a connection of the runner, on any port of theirs, within so many seconds (default 5).
 * One without a port accepts none.
 */
export async function accepting<H extends Pick<Host, "address" | "ssh" | "sql">>(
  hosts: readonly H[],
  limitSec = 5,
  signal: AbortSignal = AbortSignal.timeout(limitSec * 1000 + 500),
): Promise<readonly H[]> {
  const found = await Promise.all(
    hosts.map((host) =>
      Promise.all(
        portsOf(host).map((port) => portAnswers(host.address, port, { signal, limitSec }).catch(() => false)),
      ),
    ),
  );
  return hosts.filter((_, i) => found[i]?.includes(true));
}
