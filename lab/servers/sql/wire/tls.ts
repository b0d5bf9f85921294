import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { packet, PacketStatus, PacketType } from "./packets.ts";

/**
 * Carries TLS over a TDS connection. While the handshake lasts, each of the server's flights goes out as exactly one
 * PRELOGIN message, which is what clients wait for; then TLS records go over the socket as they are.
 */
class Carrier extends Duplex {
  readonly #socket: Duplex;
  #isWrapped = true;
  #flight: Buffer[] = [];

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
  }

  /** Records from the client, without their packets. */
  receive(records: Buffer): void {
    this.push(records);
  }

  /** The client sends records without packets from now on, so that the server does too. */
  unwrap(): void {
    this.#isWrapped = false;
  }

  override _read(): void {
    // Records come in through receive().
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (!this.#isWrapped) {
      this.#socket.write(chunk, callback);
      return;
    }
    this.#flight.push(chunk);
    // The parts of a flight are written one after the other in the same turn.
    if (this.#flight.length === 1) setImmediate(() => this.#sendFlight());
    callback();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(callback);
  }

  #sendFlight(): void {
    const records = Buffer.concat(this.#flight);
    this.#flight = [];
    if (!this.#socket.destroyed)
      this.#socket.write(packet(PacketType.prelogin, PacketStatus.endOfMessage, 0, 1, records));
  }
}

/** The server's side of TLS on a connection. */
export interface TlsSide {
  /** Clear text: what to read requests from and to write answers to. */
  readonly clear: TLSSocket;
  /** Records that came in a PRELOGIN message. */
  receive(records: Buffer): void;
  /** To call with the first bytes that come without a packet. */
  unwrap(): void;
}

/** Starts TLS on a socket whose PRELOGIN is done. */
export function startTls(socket: Duplex, secureContext: SecureContext): TlsSide {
  const carrier = new Carrier(socket);
  const clear = new TLSSocket(carrier, { isServer: true, secureContext });
  clear.on("error", () => socket.destroy());
  socket.once("close", () => {
    clear.destroy();
    carrier.destroy();
  });
  clear.once("close", () => socket.destroy());
  return {
    clear,
    receive: (records) => {
      carrier.receive(records);
    },
    unwrap: () => {
      carrier.unwrap();
    },
  };
}
