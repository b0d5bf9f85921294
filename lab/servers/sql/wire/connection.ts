import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { SecureContext } from "node:tls";
import type { Instance, Message } from "../contract.ts";
import type { Faults } from "./faults.ts";
import * as handshake from "./handshake.ts";
import { type ClientMessage, MessageWriter, PacketReader, PacketType } from "./packets.ts";
import { SessionServer } from "./session.ts";
import { startTls, type TlsSide } from "./tls.ts";
import * as token from "./tokens.ts";

/** What all connections of a server share. */
export interface ServerContext {
  readonly instance: Instance;
  readonly encryption: handshake.EncryptionMode;
  readonly secureContext: SecureContext;
  readonly faults: Faults;
  readonly onDefect: (error: Error) => void;
}

const firstPacketSize = 4096;

/** Serves one client from PRELOGIN to the end. Resolves when its socket is closed and its session too. */
export function serveConnection(socket: Duplex, context: ServerContext): Promise<void> {
  return new Connection(socket, context).closed;
}

class Connection {
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #context: ServerContext;
  /** The socket, or what TLS makes of it. */
  #channel: Duplex;
  #reader = new PacketReader();
  #tls: TlsSide | undefined;
  #isTlsOpen = false;
  #isPreloginDone = false;
  #session: SessionServer | undefined;
  /** Aborted when the socket closes. */
  readonly #gone = new AbortController();
  /** Messages are served one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, context: ServerContext) {
    this.#socket = socket;
    this.#channel = socket;
    this.#context = context;
    // A lost client is an end like any other; "close" follows.
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      this.#guard(() => {
        this.#receive(bytes);
      });
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#gone.abort();
        this.#session?.stop();
        void this.#work.then(() => {
          this.#session?.close();
          resolve();
        });
      });
    });
  }

  /** Bytes from the socket: packets, or TLS records once TLS is open. */
  #receive(bytes: Buffer): void {
    // The handshake is over when a record comes without a packet around it.
    if (
      this.#tls !== undefined &&
      !this.#isTlsOpen &&
      this.#reader.idle &&
      bytes[0] !== PacketType.prelogin
    ) {
      this.#isTlsOpen = true;
      this.#tls.unwrap();
      this.#reader = new PacketReader();
    }
    if (this.#tls !== undefined && this.#isTlsOpen) {
      this.#tls.receive(bytes);
      return;
    }
    for (const message of this.#reader.push(bytes)) {
      if (this.#tls === undefined) this.#accept(message);
      else this.#tls.receive(message.payload);
    }
  }

  #accept(message: ClientMessage): void {
    if (message.type === PacketType.attention) {
      this.#session?.attention();
      return;
    }
    if (!this.#isPreloginDone && message.type === PacketType.prelogin) {
      this.#isPreloginDone = true;
      this.#prelogin(message.payload);
      return;
    }
    const session = this.#session;
    if (session !== undefined) session.expect();
    this.#work = this.#work.then(async () => {
      try {
        if (this.#socket.destroyed) return;
        if (session !== undefined) await session.serve(message);
        else if (message.type === PacketType.login && this.#session === undefined) await this.#login(message);
        else this.#socket.destroy();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Answers PRELOGIN at once and starts TLS where both sides want it. */
  #prelogin(payload: Buffer): void {
    const { instance, encryption, secureContext } = this.#context;
    const agreed = handshake.agreeEncryption(encryption, handshake.readEncryption(payload));
    this.#send(handshake.preloginAnswer(instance.version, agreed));
    if (agreed !== handshake.Encryption.on) return;
    this.#tls = startTls(this.#socket, secureContext);
    this.#channel = this.#tls.clear;
    const reader = new PacketReader();
    this.#tls.clear.on("data", (bytes: Buffer) => {
      this.#guard(() => {
        for (const message of reader.push(bytes)) this.#accept(message);
      });
    });
  }

  async #login(message: ClientMessage): Promise<void> {
    const { instance, faults } = this.#context;
    const request = handshake.readLogin(message.payload);
    if (request.tdsVersion < handshake.tdsVersions.oldest) {
      this.#socket.destroy();
      return;
    }
    if (faults.delayMs > 0)
      await wait(faults.delayMs, undefined, { signal: this.#gone.signal }).catch(() => undefined);
    if (this.#socket.destroyed) return;
    const session = instance.login(request.login);
    if ("refused" in session) {
      const errors = session.refused.map((refusal) => token.message(instance.serverName, refusal));
      this.#send(Buffer.concat([...errors, token.done("done", token.DoneStatus.error)]));
      this.#channel.end();
      return;
    }
    const database = request.login.database === "" ? "master" : request.login.database;
    const told = (number: number, text: string): Buffer =>
      token.message(instance.serverName, { number, state: 1, severity: 0, text, line: 1 } satisfies Message);
    const size = String(request.packetSize);
    const answer = Buffer.concat([
      token.textChange(1, database, "master"),
      told(5701, `Changed database context to '${database}'.`),
      token.collationChange(),
      token.textChange(2, "us_english", ""),
      told(5703, "Changed language setting to us_english."),
      token.loginAck(request.tdsVersion, instance.version),
      token.textChange(4, size, String(firstPacketSize)),
      token.done("done", token.DoneStatus.final),
    ]);
    this.#session = new SessionServer(session, this.#channel, {
      ...this.#context,
      serverName: instance.serverName,
      packetSize: request.packetSize,
      database,
    });
    this.#send(answer, session.spid);
  }

  #send(payload: Buffer, spid = 0): void {
    const writer = new MessageWriter(this.#channel, firstPacketSize, spid);
    writer.write(payload);
    writer.end();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Bytes that are no TDS end the connection, as on a server; anything else is a defect of the stand-in. */
  #fail(error: unknown): void {
    this.#socket.destroy();
    if (!(error instanceof RangeError))
      this.#context.onDefect(error instanceof Error ? error : new Error(String(error)));
  }
}
