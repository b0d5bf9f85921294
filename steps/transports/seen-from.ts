import type { Client } from "ssh2";
import type { Observer } from "../../model/observer.ts";
import type { Io } from "../act.ts";
import { openClient } from "./ssh-connect.ts";
import { loginWith } from "./ssh-login.ts";
import { wires } from "./wires.ts";

/** A TCP port. */
export interface TcpPort {
  readonly address: string;
  readonly port: number;
}

/** Seconds that the observer may take to connect to one port: a dead one is silent for longer than anybody waits. */
export const connectLimitSec = 5;
/** RFC 4254, section 5.1: the server could not connect, or may not. */
const reason = { prohibited: 1, connectFailed: 2, unknownType: 3 } as const;

/** Said of one whose answers somebody has stopped waiting for. */
export const notInTime = ({ id }: Observer): string => `${id} did not answer in time`;

/**
 * Whether each of these ports accepts a TCP connection from an observer, in the same order: its OpenSSH server is asked
 * to connect to each, and nothing is sent there. A sentence instead where that could not be told for one. Throws where
 * the observer itself cannot be asked.
 */
export async function seenFrom(
  observer: Observer,
  ports: readonly TcpPort[],
  io: Io,
  limitSec: number = connectLimitSec,
): Promise<readonly (boolean | string)[]> {
  const simulated = wires.getStore();
  if (simulated)
    return Promise.all(ports.map(({ address, port }) => simulated.answers(address, port, observer.id)));
  const { id, address, ssh } = observer;
  const client = await openClient({
    host: id,
    address,
    port: ssh.port,
    user: ssh.user,
    hostKey: ssh.hostKey,
    signal: io.signal,
    ...(await loginWith(id, ssh, io)),
  });
  // Without a listener an error after the login would end the process.
  client.on("error", () => undefined);
  // One for each port, until it is told: from the eleventh on Node would warn of a leak.
  client.setMaxListeners(0);
  const cut = (): void => void client.destroy();
  io.signal.addEventListener("abort", cut, { once: true });
  try {
    return await Promise.all(ports.map((port) => connects(client, port, observer, limitSec, io.signal)));
  } finally {
    io.signal.removeEventListener("abort", cut);
    client.destroy();
  }
}

function connects(
  client: Client,
  { address, port }: TcpPort,
  observer: Observer,
  limitSec: number,
  signal: AbortSignal,
): Promise<boolean | string> {
  return new Promise((resolve) => {
    const end = (found: boolean | string): void => {
      clearTimeout(limit);
      client.off("close", broken);
      resolve(found);
    };
    const broken = (): void => {
      end(signal.aborted ? notInTime(observer) : `${observer.id} cut the connection`);
    };
    const limit = setTimeout(() => {
      end(false);
    }, limitSec * 1000);
    client.once("close", broken);
    client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
      if (!(error instanceof Error)) {
        channel.on("error", () => undefined);
        channel.destroy();
        end(true);
        return;
      }
      const why = "reason" in error ? error.reason : undefined;
      if (why === reason.connectFailed) end(false);
      else
        end(
          why === reason.prohibited || why === reason.unknownType
            ? `${observer.id} may not connect to ${address}:${String(port)} for ${observer.ssh.user}: its sshd_config needs "AllowTcpForwarding local" and, where it has PermitOpen, that address and port`
            : `${observer.id} was asked to connect to ${address}:${String(port)} and said: ${error.message}`,
        );
    });
  });
}
