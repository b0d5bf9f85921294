import { decodeName, encodeName } from "./names.ts";

/** Record types that the server treats in a way of their own. */
export const type = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  TSIG: 250,
  ANY: 255,
} as const;
const numbers: ReadonlyMap<string, number> = new Map(Object.entries(type));
/** The number of a type by its name, in any case; one that the server has no name for is 0, which no record has. */
export const typeNumber = (name: string): number => numbers.get(name.toUpperCase()) ?? 0;

/** Classes. */
export const dnsClass = { IN: 1, NONE: 254, ANY: 255 } as const;
/** Response codes, RFC 1035 and RFC 2136. */
export const rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;
/** Opcodes. */
export const opcode = { QUERY: 0, UPDATE: 5 } as const;

/** A record as it stands in a message. `rdata` is without compression, names in it in small letters. */
export interface RawRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly rdata: Buffer;
  /** Where it begins in the message. */
  readonly start: number;
}

/** A message taken apart without judging it: an update has records with no data, which other readers refuse. */
export interface RawMessage {
  readonly id: number;
  readonly opcode: number;
  readonly isResponse: boolean;
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  /** Answer or prerequisite, authority or update, additional. */
  readonly sections: readonly [readonly RawRecord[], readonly RawRecord[], readonly RawRecord[]];
}

function plainData(message: Buffer, recordType: number, at: number, length: number): Buffer {
  const whole = message.subarray(at, at + length);
  if (whole.length < length) throw new RangeError("A record is cut off.");
  if (length === 0) return whole;
  if (recordType === type.CNAME || recordType === type.NS || recordType === type.PTR) {
    return encodeName(decodeName(message, at).name);
  }
  if (recordType !== type.SOA) return whole;
  const server = decodeName(message, at);
  const mailbox = decodeName(message, server.end);
  return Buffer.concat([
    encodeName(server.name),
    encodeName(mailbox.name),
    message.subarray(mailbox.end, mailbox.end + 20),
  ]);
}

/** Takes a message apart. Throws RangeError where it is broken. */
export function decodeMessage(message: Buffer): RawMessage {
  const flags = message.readUInt16BE(2);
  let at = 12;
  const questions = Array.from({ length: message.readUInt16BE(4) }, () => {
    const { name, end } = decodeName(message, at);
    at = end + 4;
    return { name, type: message.readUInt16BE(end), class: message.readUInt16BE(end + 2) };
  });
  const section = (count: number): RawRecord[] =>
    Array.from({ length: count }, () => {
      const start = at;
      const { name, end } = decodeName(message, at);
      const recordType = message.readUInt16BE(end);
      const length = message.readUInt16BE(end + 8);
      at = end + 10 + length;
      return {
        name,
        type: recordType,
        class: message.readUInt16BE(end + 2),
        ttl: message.readUInt32BE(end + 4),
        rdata: plainData(message, recordType, end + 10, length),
        start,
      };
    });
  return {
    id: message.readUInt16BE(0),
    opcode: (flags >> 11) & 0xf,
    isResponse: (flags & 0x8000) !== 0,
    questions,
    sections: [
      section(message.readUInt16BE(6)),
      section(message.readUInt16BE(8)),
      section(message.readUInt16BE(10)),
    ],
  };
}

/** A response without records: the request's header and its question or zone section, with the code. */
export function bareResponse(request: Buffer, code: number, withQuestions: boolean): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(request.readUInt16BE(0), 0);
  header.writeUInt16BE(0x8000 | (request.readUInt16BE(2) & 0x7900) | code, 2);
  if (!withQuestions) return header;
  const count = request.readUInt16BE(4);
  let at = 12;
  for (let left = count; left > 0; left--) at = decodeName(request, at).end + 4;
  header.writeUInt16BE(count, 4);
  return Buffer.concat([header, request.subarray(12, at)]);
}
