import { createSocket, type RemoteInfo, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { HostIdentity } from "../types.ts";
import type { Verdict } from "./faults.ts";
import { Line } from "./line.ts";
import { somePort } from "./ports.ts";

/** What a door asks the network: may this address speak to the host, and how late does it arrive. */
export interface Guard {
  verdict(fromAddress: string | undefined): Verdict;
  delayMs(): number;
}

/** A port that a stand-in server holds open, and that a fault shuts and opens again under the same number. */
export interface Door {
  readonly port: number;
  /** Lets connections in, after `shut` or `turnAway` as well. */
  open(): Promise<void>;
  /** Nothing listens, and what stands breaks: the host has lost its power. */
  shut(): Promise<void>;
  /** Nothing listens, and what stands stays: the host runs on, and nobody new reaches it. */
  turnAway(): void;
  /** Looks again at every connection after a fault has begun or ended. */
  review(): void;
}

/**
 * Binds a port; 0 takes any. One that was just given back may be taken for a moment by an outgoing connection: try
 * again, up to a second.
 */
async function bound(wanted: number, bind: (port: number) => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await bind(wanted === 0 ? await somePort() : wanted);
      return;
    } catch (error) {
      const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!inUse || attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A TCP port. Each connection is given to `onConnection` as a line that the network can silence, slow down or break. */
export class TcpDoor implements Door {
  #port: number;
  readonly #address: string;
  readonly #guard: Guard;
  readonly #onConnection: (line: Line) => void;
  readonly #lines = new Map<Line, boolean>();
  readonly #waiting = new Set<Socket>();
  /** Servers that listen no more, and still have connections. */
  readonly #closing = new Set<Promise<void>>();
  #server: Server | undefined;

  constructor(host: HostIdentity, port: number, guard: Guard, onConnection: (line: Line) => void) {
    this.#address = host.address;
    this.#port = port;
    this.#guard = guard;
    this.#onConnection = onConnection;
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    if (this.#server) return;
    await bound(this.#port, async (port) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
      server.listen({ port, host: this.#address });
      await once(server, "listening");
      this.#server = server;
      const at = server.address();
      if (at && typeof at === "object") this.#port = at.port;
    });
  }

  async shut(): Promise<void> {
    this.turnAway();
    for (const line of this.#lines.keys()) line.reset();
    for (const socket of this.#waiting) socket.resetAndDestroy();
    this.#lines.clear();
    this.#waiting.clear();
    await Promise.all(this.#closing);
  }

  turnAway(): void {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    // The port is given back at once; the server itself ends with the last of its connections.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  review(): void {
    for (const [line, silent] of this.#lines) {
      const verdict = this.#guard.verdict(line.remoteAddress);
      if (verdict === "refused") line.reset();
      else if (silent !== (verdict === "silent")) {
        this.#lines.set(line, verdict === "silent");
        line.silence(verdict === "silent");
      }
    }
    for (const socket of this.#waiting) {
      const verdict = this.#guard.verdict(socket.remoteAddress);
      if (verdict === "silent") continue;
      this.#waiting.delete(socket);
      this.#accept(socket);
    }
  }

  #accept(socket: Socket): void {
    const verdict = this.#guard.verdict(socket.remoteAddress);
    if (verdict === "refused") {
      socket.on("error", () => undefined);
      socket.resetAndDestroy();
      return;
    }
    if (verdict === "silent") {
      socket.on("error", () => this.#waiting.delete(socket));
      socket.on("close", () => this.#waiting.delete(socket));
      this.#waiting.add(socket);
      return;
    }
    const line = new Line(socket, () => this.#guard.delayMs());
    this.#lines.set(line, false);
    line.on("error", () => undefined);
    line.on("close", () => this.#lines.delete(line));
    this.#onConnection(line);
  }
}

/** Answers one datagram. */
export type Reply = (answer: Buffer) => void;

/** A UDP port. A silenced host loses the datagram, both ways. */
export class UdpDoor implements Door {
  #port: number;
  readonly #address: string;
  readonly #guard: Guard;
  readonly #onMessage: (message: Buffer, reply: Reply) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #socket: DatagramSocket | undefined;

  constructor(
    host: HostIdentity,
    port: number,
    guard: Guard,
    onMessage: (message: Buffer, reply: Reply) => void,
  ) {
    this.#address = host.address;
    this.#port = port;
    this.#guard = guard;
    this.#onMessage = onMessage;
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    if (this.#socket) return;
    await bound(this.#port, async (port) => {
      const socket = createSocket("udp4");
      socket.on("message", (message, from) => this.#receive(socket, message, from));
      try {
        const listening = once(socket, "listening");
        socket.bind(port, this.#address);
        await listening;
      } catch (error) {
        socket.close();
        throw error;
      }
      socket.on("error", () => undefined);
      this.#socket = socket;
      this.#port = socket.address().port;
    });
  }

  async shut(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** A datagram that nobody may send is dropped when it comes. */
  turnAway(): void {}

  review(): void {}

  #receive(socket: DatagramSocket, message: Buffer, from: RemoteInfo): void {
    if (this.#guard.verdict(from.address) !== "open") return;
    this.#onMessage(message, (answer) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (this.#socket === socket && this.#guard.verdict(from.address) === "open") {
          socket.send(answer, from.port, from.address);
        }
      }, this.#guard.delayMs()).unref();
      this.#timers.add(timer);
    });
  }
}
