import { once } from "node:events";
import type { Writable } from "node:stream";

/** Packet types of [MS-TDS] 2.2.3.1.1 that a client sends, and the one that a server answers with. */
export const PacketType = {
  batch: 0x01,
  rpc: 0x03,
  answer: 0x04,
  attention: 0x06,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

/** Status bits of a packet ([MS-TDS] 2.2.3.1.2). */
export const PacketStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  reset: 0x08,
  resetKeepTransaction: 0x10,
} as const;

const headerLength = 8;

/** A client's message, put together from its packets. */
export interface ClientMessage {
  readonly type: number;
  /** The status bits of all its packets. */
  readonly status: number;
  readonly payload: Buffer;
}

/** Puts bytes from a socket together into messages. */
export class PacketReader {
  #rest: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #status = 0;

  /** True between two messages: no byte of the next one has come. */
  get idle(): boolean {
    return this.#rest.length === 0 && this.#parts.length === 0;
  }

  /** The messages that these bytes complete. Throws where a header cannot be one of TDS. */
  push(bytes: Buffer): ClientMessage[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: ClientMessage[] = [];
    while (this.#rest.length >= headerLength) {
      const type = this.#rest.readUInt8(0);
      const length = this.#rest.readUInt16BE(2);
      if (length < headerLength || !(Object.values(PacketType) as number[]).includes(type))
        throw new RangeError(`Not a TDS packet: type ${String(type)}, length ${String(length)}.`);
      if (this.#rest.length < length) break;
      this.#status |= this.#rest.readUInt8(1);
      this.#parts.push(this.#rest.subarray(headerLength, length));
      this.#rest = this.#rest.subarray(length);
      if ((this.#status & PacketStatus.endOfMessage) === 0) continue;
      messages.push({ type, status: this.#status, payload: Buffer.concat(this.#parts) });
      this.#parts = [];
      this.#status = 0;
    }
    return messages;
  }
}

/** One packet with its header. */
export function packet(type: number, status: number, spid: number, id: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(type, 0);
  header.writeUInt8(status, 1);
  header.writeUInt16BE(headerLength + payload.length, 2);
  header.writeUInt16BE(spid & 0xffff, 4);
  header.writeUInt8(id & 0xff, 6);
  return Buffer.concat([header, payload]);
}

/** Sends one message of a server in packets of the agreed size, as its bytes come. */
export class MessageWriter {
  readonly #out: Writable;
  readonly #payloadSize: number;
  readonly #spid: number;
  readonly #hold: boolean;
  #pending: Buffer[] = [];
  #pendingLength = 0;
  #packetId = 1;
  #held: Buffer[] = [];

  /** With `hold`, nothing goes out before the end: see {@link MessageWriter.cut}. */
  constructor(out: Writable, packetSize: number, spid: number, hold = false) {
    this.#out = out;
    this.#payloadSize = packetSize - headerLength;
    this.#spid = spid;
    this.#hold = hold;
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingLength += bytes.length;
    // Joining for each row would cost more than the rows.
    if (this.#pendingLength > this.#payloadSize * 4) this.#send(this.#payloadSize);
  }

  /** Sends what there is, so that a client sees a message while its statement still runs. */
  flush(): void {
    this.#send(0);
  }

  /** Resolves when the socket takes more, or is closed. */
  async drained(): Promise<void> {
    if (!this.#out.writableNeedDrain || this.#out.destroyed) return;
    const stop = new AbortController();
    const event = (name: string): Promise<unknown> => once(this.#out, name, { signal: stop.signal });
    await Promise.race([event("drain"), event("close")].map((one) => one.catch(() => undefined)));
    stop.abort();
  }

  /** Ends the message. */
  end(): void {
    this.#send(this.#payloadSize);
    this.#packet(Buffer.concat(this.#pending), PacketStatus.endOfMessage);
    this.#pending = [];
  }

  /** Ends a held message in its middle: the first half of its bytes goes out, then the socket closes. */
  cut(): void {
    this.end();
    const whole = Buffer.concat(this.#held);
    this.#out.write(whole.subarray(0, Math.floor(whole.length / 2)), () => this.#out.destroy());
  }

  /** Sends full packets while more than `keep` bytes wait, so that the last packet is never an empty one. */
  #send(keep: number): void {
    if (this.#pendingLength <= keep) return;
    let all = Buffer.concat(this.#pending);
    while (all.length > keep) {
      this.#packet(all.subarray(0, this.#payloadSize), 0);
      all = all.subarray(this.#payloadSize);
    }
    this.#pending = all.length === 0 ? [] : [all];
    this.#pendingLength = all.length;
  }

  #packet(payload: Buffer, status: number): void {
    const bytes = packet(PacketType.answer, status, this.#spid, this.#packetId++, payload);
    if (this.#hold) this.#held.push(bytes);
    else if (!this.#out.destroyed) this.#out.write(bytes);
  }
}
