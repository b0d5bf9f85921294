import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { algorithmsFor, hostKeyLine } from "./ssh-key.ts";
import { connectLimitSec, obstacleOf, Unreachable, type Obstacle } from "./unreachable.ts";

/** Whom to connect to, as whom, and which key the server has to show. */
export interface SshTarget {
  /** Name for messages. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly privateKey?: string;
  readonly password?: string;
  readonly signal: AbortSignal;
  /** Seconds for TCP, handshake and login together. Default: 10. */
  readonly limitSec?: number;
}

const ready = new WeakSet<Client>();

/** Whether the connection stands. */
export const connected = (client: Client): boolean => ready.has(client);

/** Connects and logs in, or throws an `Unreachable` that says what to do. */
export function openClient(target: SshTarget): Promise<Client> {
  return attempt(target, (key) => key === target.hostKey);
}

/** The key that a server shows, as the line for estate.ts; nothing is sent to it but the greeting. */
export async function hostKeyShownBy(
  target: Pick<SshTarget, "host" | "address" | "port" | "signal" | "limitSec">,
): Promise<string> {
  let shown: string | undefined;
  const unlikely = { ...target, user: "nobody", hostKey: "ssh-ed25519 " };
  try {
    const client = await attempt(unlikely, (key) => {
      shown = key;
      return false;
    });
    client.destroy();
  } catch (error) {
    if (shown === undefined) throw error;
  }
  if (shown === undefined)
    throw new Unreachable(target.host, target.address, target.port, "handshake", "showed no host key.");
  return shown;
}

function attempt(target: SshTarget, accepts: (key: string) => boolean): Promise<Client> {
  const { host, address, port, signal, limitSec = connectLimitSec } = target;
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  let stage: "connecting" | "greeting" | "login" = "connecting";
  let settled = false;
  const end = (obstacle: Obstacle, says: string): void => {
    if (settled) return;
    settle();
    client.destroy();
    reject(new Unreachable(host, address, port, obstacle, says));
  };
  const settle = (): void => {
    settled = true;
    clearTimeout(limit);
    signal.removeEventListener("abort", aborted);
  };
  const aborted = (): void => {
    end("aborted", "was not reached before the step's time was over.");
  };
  const limit = setTimeout(() => {
    end(...lateIn(stage, limitSec));
  }, limitSec * 1000);
  if (signal.aborted) {
    aborted();
    return promise;
  }
  signal.addEventListener("abort", aborted, { once: true });

  client.on("connect", () => {
    stage = "greeting";
    client.setNoDelay(true);
  });
  client.on("ready", () => {
    if (settled) return;
    settle();
    ready.add(client);
    resolve(client);
  });
  client.on("close", () => {
    ready.delete(client);
    end("handshake", `closed the connection ${stage === "login" ? "at the login" : "in the handshake"}.`);
  });
  client.on("error", (error: Error & { level?: string }) => {
    end(...why(error, target));
  });
  const hostVerifier = (blob: Buffer): boolean => {
    stage = "login";
    const key = hostKeyLine(blob);
    const accepted = accepts(key);
    if (!accepted) end("host key", otherKey(key));
    return accepted;
  };
  client.connect(configOf(target, hostVerifier));
  return promise;
}

function configOf(target: SshTarget, hostVerifier: (blob: Buffer) => boolean): ConnectConfig {
  return {
    host: target.address,
    port: target.port,
    username: target.user,
    ...(target.privateKey === undefined ? {} : { privateKey: target.privateKey }),
    ...(target.password === undefined ? {} : { password: target.password }),
    hostVerifier,
    algorithms: { serverHostKey: [...algorithmsFor(target.hostKey)] as ServerHostKeyAlgorithm[] },
    // The limit above covers TCP, handshake and login; the package's own would stop after the handshake.
    readyTimeout: 0,
    keepaliveInterval: 5000,
    keepaliveCountMax: 3,
  };
}

const lateIn = (
  stage: "connecting" | "greeting" | "login",
  limitSec: number,
): readonly [Obstacle, string] => [
  "silent",
  stage === "connecting"
    ? `did not answer in ${String(limitSec)} s. Look whether the server runs and the network lets the runner through.`
    : `accepted the connection but did not finish the SSH ${stage === "login" ? "login" : "handshake"} in ${String(limitSec)} s. Look at the service sshd there.`,
];

const otherKey = (found: string): string =>
  `shows another host key than the estate does. Found: hostKey: "${found}". Do not accept it blindly: it may be another ` +
  `server that answers at this address. Compare it at the server itself ` +
  `(on Windows: type %ProgramData%\\ssh\\ssh_host_*_key.pub, on Linux: cat /etc/ssh/ssh_host_*_key.pub); only if it is the same, write it to estate.ts.`;

function why(error: Error & { level?: string }, target: SshTarget): readonly [Obstacle, string] {
  if (error.level === "client-authentication")
    return [
      "login",
      `refused the login of ${target.user} with its ${target.privateKey === undefined ? "password" : "key"}. Look at the ` +
        "user's rights and at administrators_authorized_keys (keys of administrators) or .ssh\\authorized_keys there.",
    ];
  const obstacle = obstacleOf(error);
  if (obstacle === "refused")
    return [
      "refused",
      "refuses connections: OpenSSH Server does not run there, or the server is off. Start the server, or its service sshd.",
    ];
  if (obstacle === "unknown name")
    return [obstacle, "is a name without an address. Look at the name server."];
  if (obstacle === "silent")
    return [obstacle, "cannot be reached over the network. Look whether the server runs."];
  if (obstacle === "broken") return [obstacle, "cut the connection before the login was done."];
  return ["handshake", `did not agree on a connection: ${error.message}.`];
}
