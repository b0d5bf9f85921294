import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { obstacleOf, Unreachable } from "./unreachable.ts";
import { wires } from "./wires.ts";

/** An authoritative name server. */
export interface DnsServer {
  /** IPv4 address. */
  readonly address: string;
  readonly port: number;
}

/** Seconds one question waits for its answer before it is asked again, and how often it is asked over UDP. */
const udpTry = { limitSec: 1, times: 4 } as const;
/** Seconds for connecting, asking and the whole answer over TCP. */
const tcpLimitSec = 10;

/** Sends a message over UDP and gives the answer with the same id. Lost datagrams are sent again. */
export async function overUdp(server: DnsServer, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  const simulated = wires.getStore();
  if (simulated) return simulated.dns(server, message, "udp");
  for (let tried = 0; tried < udpTry.times; tried++) {
    const answer = await oneDatagram(server, message, signal);
    if (answer) return answer;
  }
  throw silent(server, udpTry.limitSec * udpTry.times);
}

function oneDatagram(server: DnsServer, message: Buffer, signal: AbortSignal): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const socket = createSocket("udp4");
  const limit = setTimeout(() => {
    resolve(undefined);
  }, udpTry.limitSec * 1000);
  const aborted = (): void => {
    reject(over(server));
  };
  if (signal.aborted) aborted();
  signal.addEventListener("abort", aborted, { once: true });
  socket.on("error", (error) => {
    reject(failed(server, error));
  });
  socket.on("message", (answer) => {
    if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) resolve(answer);
  });
  // A connected socket takes datagrams from that server only, and is told when nothing listens there.
  socket.connect(server.port, server.address, () => {
    socket.send(message, (error) => {
      if (error) reject(failed(server, error));
    });
  });
  return promise.finally(() => {
    clearTimeout(limit);
    signal.removeEventListener("abort", aborted);
    socket.close();
  });
}

/** Sends a message over TCP and gives the answer: for updates and for answers that are too long for a datagram. */
export function overTcp(server: DnsServer, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  const simulated = wires.getStore();
  if (simulated) return simulated.dns(server, message, "tcp");
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = connect({ host: server.address, port: server.port });
  const limit = setTimeout(() => {
    reject(silent(server, tcpLimitSec));
  }, tcpLimitSec * 1000);
  const aborted = (): void => {
    reject(over(server));
  };
  if (signal.aborted) aborted();
  signal.addEventListener("abort", aborted, { once: true });
  let received = Buffer.alloc(0);
  socket.on("error", (error) => {
    reject(failed(server, error));
  });
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    const length = received.length >= 2 ? received.readUInt16BE(0) : Infinity;
    if (received.length >= length + 2) resolve(received.subarray(2, length + 2));
  });
  socket.on("close", () => {
    reject(new Unreachable("DNS server", server.address, server.port, "broken", "ended without an answer."));
  });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  socket.write(Buffer.concat([length, message]));
  return promise.finally(() => {
    clearTimeout(limit);
    signal.removeEventListener("abort", aborted);
    socket.destroy();
  });
}

const silent = ({ address, port }: DnsServer, limitSec: number): Unreachable =>
  new Unreachable(
    "DNS server",
    address,
    port,
    "silent",
    `did not answer in ${String(limitSec)} s. Look whether it runs and lets this machine through.`,
  );

const over = ({ address, port }: DnsServer): Unreachable =>
  new Unreachable("DNS server", address, port, "aborted", "did not answer in the step's time.");

function failed({ address, port }: DnsServer, error: Error): Unreachable {
  const obstacle = obstacleOf(error) ?? "broken";
  const says =
    obstacle === "refused"
      ? "refuses questions: no name server listens there. Look at its service and its port."
      : `cannot be asked: ${error.message}.`;
  return new Unreachable("DNS server", address, port, obstacle, says);
}
