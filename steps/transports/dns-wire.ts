import { randomInt } from "node:crypto";
import { nameAt, nameBytes, sameName } from "./dns-name.ts";

/** The kinds of record that an alias may be. */
export type RecordType = "A" | "CNAME";

/** The records of one name and type, as a server holds them. */
export interface RecordSet {
  readonly type: RecordType;
  /** IPv4 addresses, or host names without the dot at the end. */
  readonly values: readonly string[];
  readonly ttlSec: number;
}

/** One name of an update: what must be there for the whole message to apply, and what shall be there then. */
export interface Change {
  readonly name: string;
  /** Exactly these values of this type; `nothing`: no record of any type. */
  readonly expect: Pick<RecordSet, "type" | "values"> | "nothing";
  /** Replaces what `expect` names, in one go; absent: nothing is changed, only the expectation is tested. */
  readonly set?: { readonly type: RecordType; readonly value: string; readonly ttlSec: number };
}

/** A message to a server: a query, or an update of a zone. */
export interface Request {
  readonly bytes: Buffer;
  /** What is asked for, or the zone. */
  readonly name: string;
}

/** What a server answered, as far as it is of use here. */
export interface Answer {
  /** As RFC 1035 and RFC 2136 name it: `NOERROR`, `NXRRSET`… */
  readonly code: string;
  /** Whether the server itself holds the zone. */
  readonly isAuthoritative: boolean;
  /** Whether it was cut short, and is to be asked for again over TCP. */
  readonly isCut: boolean;
  readonly records: readonly { readonly name: string; readonly set: RecordSet }[];
}

const types = { A: 1, CNAME: 5, SOA: 6, ANY: 255 } as const;
const classes = { IN: 1, NONE: 254, ANY: 255 } as const;
const opcodes = { QUERY: 0, UPDATE: 5 } as const;
/** By number: RFC 1035, section 4.1.1, and RFC 2136, section 2.2. */
const codes =
  "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE".split(" ");

/** A question without recursion: what this server itself holds. */
export const query = (name: string, type: RecordType): Request =>
  request(opcodes.QUERY, name, types[type], [], []);

/** An UPDATE message (RFC 2136): all its changes apply together or none does. */
export const updateOf = (zone: string, changes: readonly Change[]): Request =>
  request(opcodes.UPDATE, zone, types.SOA, changes.flatMap(prerequisites), changes.flatMap(updates));

/** Takes an answer apart. Throws a `RangeError` where it is broken, or answers something else. */
export function answerTo(asked: Request, bytes: Buffer): Answer {
  const flags = bytes.readUInt16BE(2);
  const isAnswer = (flags & 0x8000) !== 0 && (flags & 0x7800) === (asked.bytes.readUInt16BE(2) & 0x7800);
  if (!isAnswer || bytes.readUInt16BE(0) !== asked.bytes.readUInt16BE(0)) throw new RangeError("no answer");
  let at = 12;
  // A server that refuses may leave the question out.
  for (let left = bytes.readUInt16BE(4); left > 0; left--) {
    const { name, end } = nameAt(bytes, at);
    const { end: typeAt } = nameAt(asked.bytes, 12);
    if (!sameName(name, asked.name) || bytes.readUInt16BE(end) !== asked.bytes.readUInt16BE(typeAt))
      throw new RangeError("an answer to another question");
    at = end + 4;
  }
  const records: Answer["records"][number][] = [];
  for (let left = bytes.readUInt16BE(6); left > 0; left--) {
    const { name, end } = nameAt(bytes, at);
    at = end + 10 + bytes.readUInt16BE(end + 8);
    const [type, cls] = [bytes.readUInt16BE(end), bytes.readUInt16BE(end + 2)];
    const data = { from: end + 10, to: at };
    const set = cls === classes.IN ? recordOf(bytes, type, data, bytes.readUInt32BE(end + 4)) : undefined;
    if (set) records.push({ name, set });
  }
  return {
    code: codes[flags & 0xf] ?? `code ${String(flags & 0xf)}`,
    isAuthoritative: (flags & 0x0400) !== 0,
    isCut: (flags & 0x0200) !== 0,
    records,
  };
}

/** The values of one name and type in an answer; nothing where the name has none of that type. */
export function recordSetIn(answer: Answer, name: string, type: RecordType): RecordSet | undefined {
  const own = answer.records.filter((r) => r.set.type === type && sameName(r.name, name));
  const first = own.at(0)?.set;
  return first && { ...first, values: own.flatMap((r) => r.set.values) };
}

function request(
  opcode: number,
  name: string,
  type: number,
  answers: readonly Buffer[],
  authorities: readonly Buffer[],
): Request {
  const header = uint16(randomInt(0x10000), opcode << 11, 1, answers.length, authorities.length, 0);
  const question = [nameBytes(name), uint16(type, classes.IN)];
  return { name, bytes: Buffer.concat([header, ...question, ...answers, ...authorities]) };
}

function prerequisites({ name, expect }: Change): readonly Buffer[] {
  if (expect === "nothing") return [bare(name, types.ANY, classes.NONE)];
  return expect.values.map((value) => full(name, expect.type, value, 0));
}

function updates({ name, expect, set }: Change): readonly Buffer[] {
  if (!set) return [];
  const remove = expect === "nothing" ? [] : [bare(name, types[expect.type], classes.ANY)];
  return [...remove, full(name, set.type, set.value, set.ttlSec)];
}

/** A record without data, which stands for "any" in prerequisites and deletions. */
const bare = (name: string, type: number, cls: number): Buffer =>
  Buffer.concat([nameBytes(name), uint16(type, cls, 0, 0, 0)]);

function full(name: string, type: RecordType, value: string, ttlSec: number): Buffer {
  const data = type === "A" ? Buffer.from(value.split(".").map(Number)) : nameBytes(value);
  const ttl = uint16(ttlSec >>> 16, ttlSec & 0xffff);
  return Buffer.concat([nameBytes(name), uint16(types[type], classes.IN), ttl, uint16(data.length), data]);
}

/** One record of a type that is of use here. */
function recordOf(
  bytes: Buffer,
  type: number,
  data: { readonly from: number; readonly to: number },
  ttlSec: number,
): RecordSet | undefined {
  if (data.to > bytes.length) throw new RangeError("a record is cut off");
  if (type === types.CNAME) return { type: "CNAME", values: [nameAt(bytes, data.from).name], ttlSec };
  if (type !== types.A) return undefined;
  if (data.to - data.from !== 4) throw new RangeError("an address is not one of IPv4");
  return { type: "A", values: [[...bytes.subarray(data.from, data.to)].join(".")], ttlSec };
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16BE(value, 2 * i));
  return bytes;
}
