import { createHmac, timingSafeEqual } from "node:crypto";
import { nameAt, nameBytes, withoutDot } from "./dns-name.ts";

/** HMAC of a key, as BIND and `tsig-keygen` name them (RFC 8945, section 6). */
export type TsigAlgorithm = "hmac-sha256" | "hmac-sha384" | "hmac-sha512";

/** A key that signs updates. */
export interface TsigKey {
  /** As the server knows it: `dr-key`. */
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** The key itself, in base64 as `tsig-keygen` prints it. */
  readonly secret: string;
}

/** Seconds by which the clocks of both ends may differ; 300 is what RFC 8945, section 10 recommends. */
const fudgeSec = 300;
const typeTsig = 250;
const classAny = 255;
/** BADTIME of RFC 8945, section 3. */
const badTime = 18;

/** A message whose signature is missing or is not the one that the key makes. */
export class TsigError extends Error {
  public override readonly name = "TsigError";
}

/** A signed message, and the signature that the answer's signature covers, too. */
export interface Signed {
  readonly message: Buffer;
  readonly mac: Buffer;
}

/** Signs a whole encoded message with a TSIG record at its end (RFC 8945, section 4). */
export function sign(message: Buffer, key: TsigKey, nowSec: number): Signed {
  const times = timesAt(nowSec);
  const tail = lengthAndError(0, Buffer.alloc(0));
  const mac = hmac(key, [message, variables(key, times, tail)]);
  const signed = Buffer.concat([message, record(key, times, mac, message.readUInt16BE(0), tail)]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { message: signed, mac };
}

/** Throws a `TsigError` unless the answer is signed with the key and belongs to the request with that signature. */
export function verify(answer: Buffer, key: TsigKey, requestMac: Buffer, nowSec: number): void {
  const found = findTsig(answer);
  if (!found) throw new TsigError("the answer is not signed");
  if (found.name !== canonicalName(key.name)) throw new TsigError("the answer is signed with another key");
  const unsigned = Buffer.from(answer.subarray(0, found.start));
  unsigned.writeUInt16BE(found.originalId, 0);
  unsigned.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const covered = Buffer.concat([uint16(requestMac.length), requestMac]);
  const expected = hmac(key, [
    covered,
    unsigned,
    variables(key, found.times, lengthAndError(found.error, found.other)),
  ]);
  if (found.mac.length !== expected.length || !timingSafeEqual(found.mac, expected))
    throw new TsigError(
      found.mac.length === 0 ? "the answer is not signed" : "the answer's signature is wrong",
    );
  const serverSec = found.error === badTime ? found.other.readUIntBE(0, 6) : found.times.readUIntBE(0, 6);
  if (Math.abs(serverSec - nowSec) > fudgeSec)
    throw new TsigError(
      `its clock and this machine's differ by ${String(Math.round(Math.abs(serverSec - nowSec)))} s, more than the ${String(fudgeSec)} s that a signature allows`,
    );
}

interface Found {
  readonly start: number;
  readonly name: string;
  readonly times: Buffer;
  readonly mac: Buffer;
  readonly originalId: number;
  readonly error: number;
  readonly other: Buffer;
}

/** The TSIG record at the end of a message. */
function findTsig(message: Buffer): Found | undefined {
  let at = 12;
  for (let i = 0; i < message.readUInt16BE(4); i++) at = nameAt(message, at).end + 4;
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  if (records === 0) return undefined;
  let start = at;
  for (let i = 0; i < records; i++) {
    start = at;
    const head = nameAt(message, at).end;
    at = head + 10 + message.readUInt16BE(head + 8);
  }
  const { name, end: head } = nameAt(message, start);
  if (message.readUInt16BE(head) !== typeTsig) return undefined;
  const timesAt = nameAt(message, head + 10).end;
  const macLength = message.readUInt16BE(timesAt + 8);
  const rest = timesAt + 10 + macLength;
  return {
    start,
    name: canonicalName(name),
    times: message.subarray(timesAt, timesAt + 8),
    mac: message.subarray(timesAt + 10, rest),
    originalId: message.readUInt16BE(rest),
    error: message.readUInt16BE(rest + 2),
    other: message.subarray(rest + 6, rest + 6 + message.readUInt16BE(rest + 4)),
  };
}

const canonicalName = (name: string): string => withoutDot(name).toLowerCase();

/** A name in lower case, as signatures want it. */
const canonicalBytes = (name: string): Buffer => nameBytes(canonicalName(name));

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** Time signed (48 bits) and fudge. */
function timesAt(nowSec: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(Math.floor(nowSec), 0, 6);
  bytes.writeUInt16BE(fudgeSec, 6);
  return bytes;
}

const lengthAndError = (error: number, other: Buffer): Buffer =>
  Buffer.concat([uint16(error), uint16(other.length), other]);

/** What is signed beside the message: RFC 8945, section 4.3.3. */
const variables = (key: TsigKey, times: Buffer, tail: Buffer): Buffer =>
  Buffer.concat([
    canonicalBytes(key.name),
    uint16(classAny),
    Buffer.alloc(4),
    canonicalBytes(key.algorithm),
    times,
    tail,
  ]);

function record(key: TsigKey, times: Buffer, mac: Buffer, id: number, tail: Buffer): Buffer {
  const data = Buffer.concat([
    canonicalBytes(key.algorithm),
    times,
    uint16(mac.length),
    mac,
    uint16(id),
    tail,
  ]);
  const head = [
    canonicalBytes(key.name),
    uint16(typeTsig),
    uint16(classAny),
    Buffer.alloc(4),
    uint16(data.length),
  ];
  return Buffer.concat([...head, data]);
}

const hmac = (key: TsigKey, parts: readonly Buffer[]): Buffer =>
  createHmac(key.algorithm.replace("hmac-", ""), Buffer.from(key.secret, "base64"))
    .update(Buffer.concat(parts))
    .digest();
