import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import dnsPacket, { type Answer } from "dns-packet";

/** A record of an update, as a client writes it. This client shares no code with the server. */
export interface Change {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** Address or host name; absent: no data. */
  readonly value?: string;
}

export const A = 1;
export const CNAME = 5;
export const IN = 1;
export const NONE = 254;
export const ANY = 255;

const name = (text: string): Buffer =>
  Buffer.concat([
    ...text
      .split(".")
      .filter((label) => label !== "")
      .map((label) => Buffer.from(String.fromCharCode(label.length) + label, "latin1")),
    Buffer.from([0]),
  ]);

const u16 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));

function record(change: Change): Buffer {
  const { value } = change;
  const data =
    value === undefined
      ? Buffer.alloc(0)
      : change.type === A
        ? Buffer.from(value.split(".").map(Number))
        : name(value);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(change.ttl);
  return Buffer.concat([name(change.name), u16(change.type, change.class), ttl, u16(data.length), data]);
}

/** An UPDATE message (RFC 2136). */
export function updateMessage(
  zone: string,
  prerequisites: readonly Change[],
  updates: readonly Change[],
): Buffer {
  const header = u16(4711, 5 << 11, 1, prerequisites.length, updates.length, 0);
  return Buffer.concat([
    header,
    name(zone),
    u16(6, IN),
    ...prerequisites.map(record),
    ...updates.map(record),
  ]);
}

/** The message with a TSIG record (RFC 8945), and its MAC. */
export function signed(
  message: Buffer,
  key: { readonly name: string; readonly secret: Buffer },
  timeSec: number,
): { readonly message: Buffer; readonly mac: Buffer } {
  const time = Buffer.alloc(6);
  time.writeUIntBE(timeSec, 0, 6);
  const algorithm = name("hmac-sha256");
  const variables = Buffer.concat([name(key.name), u16(ANY, 0, 0), algorithm, time, u16(300, 0, 0)]);
  const mac = createHmac("sha256", key.secret).update(message).update(variables).digest();
  const rdata = Buffer.concat([
    algorithm,
    time,
    u16(300, mac.length),
    mac,
    u16(message.readUInt16BE(0), 0, 0),
  ]);
  const whole = Buffer.concat([message, name(key.name), u16(250, ANY, 0, 0, rdata.length), rdata]);
  whole.writeUInt16BE(1, 10);
  return { message: whole, mac };
}

/** The TSIG record of an answer, and whether its MAC fits. */
export function checkedAnswer(
  answer: Buffer,
  key: { readonly name: string; readonly secret: Buffer },
  requestMac: Buffer,
): {
  readonly error: number;
  readonly macIsGood: boolean;
  readonly macLength: number;
  readonly other: Buffer;
} {
  const keyName = name(key.name);
  const at = answer.lastIndexOf(Buffer.concat([keyName, u16(250, ANY)]));
  const algorithm = name("hmac-sha256");
  let read = at + keyName.length + 10 + algorithm.length;
  const timeAndFudge = answer.subarray(read, read + 8);
  const macLength = answer.readUInt16BE(read + 8);
  const mac = answer.subarray(read + 10, read + 10 + macLength);
  read += 10 + macLength + 2;
  const error = answer.readUInt16BE(read);
  const other = answer.subarray(read + 4, read + 4 + answer.readUInt16BE(read + 2));
  const before = Buffer.from(answer.subarray(0, at));
  before.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const expected = createHmac("sha256", key.secret)
    .update(Buffer.concat([u16(requestMac.length), requestMac, before]))
    .update(
      Buffer.concat([keyName, u16(ANY, 0, 0), algorithm, timeAndFudge, u16(error, other.length), other]),
    )
    .digest();
  return { error, macIsGood: expected.equals(mac), macLength, other };
}

/** Sends a message over UDP; undefined where no answer comes within the limit. */
export async function overUdp(
  message: Buffer,
  address: string,
  port: number,
  limitMs = 2000,
): Promise<Buffer | undefined> {
  const socket = createSocket("udp4");
  try {
    socket.send(message, port, address);
    const received: unknown[] = await once(socket, "message", { signal: AbortSignal.timeout(limitMs) });
    return Buffer.isBuffer(received[0]) ? received[0] : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  } finally {
    socket.close();
  }
}

/** Sends messages over one TCP connection and gives the answers in their order. */
export async function overTcp(messages: readonly Buffer[], address: string, port: number): Promise<Buffer[]> {
  const socket = connect(port, address);
  try {
    for (const message of messages) socket.write(Buffer.concat([u16(message.length), message]));
    const answers: Buffer[] = [];
    let buffered = Buffer.alloc(0);
    for await (const chunk of socket) {
      buffered = Buffer.concat([buffered, Buffer.from(chunk)]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        answers.push(buffered.subarray(2, 2 + buffered.readUInt16BE(0)));
        buffered = buffered.subarray(2 + buffered.readUInt16BE(0));
      }
      if (answers.length === messages.length) return answers;
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

/** An answer as the dns-packet package reads it. */
export interface Decoded {
  readonly code: number;
  readonly aa: boolean;
  readonly tc: boolean;
  /** Type and, of an address or a host name, the value. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
}

export function decoded(message: Buffer | undefined): Decoded {
  if (!message) throw new Error("The DNS server gave no answer.");
  const { flag_aa: aa, flag_tc: tc, answers = [], authorities = [] } = dnsPacket.decode(message);
  return {
    code: message.readUInt16BE(2) & 15,
    aa,
    tc,
    answer: answers.map(textOf),
    authority: authorities.map(textOf),
  };
}

const textOf = (record: Answer): string =>
  record.type === "A" || record.type === "CNAME" ? `${record.type} ${record.data}` : record.type;

/** A query for an address, made with the dns-packet package. */
export const query = (domain: string): Buffer =>
  dnsPacket.encode({ type: "query", id: 99, questions: [{ name: domain, type: "A" }] });
