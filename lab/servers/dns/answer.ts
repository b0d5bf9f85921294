import { textOf } from "./data.ts";
import { bareResponse, decodeMessage, dnsClass, rcode, type } from "./message.ts";
import { encodeName, isInZone } from "./names.ts";
import type { Zone, ZoneRecord } from "./zone.ts";

/** The largest UDP answer, in bytes: without EDNS (RFC 1035), and with it (DNS flag day 2020). */
const largestUdp = { plain: 512, edns: 1232 } as const;
/** Bits of the header. */
const flag = { authoritative: 0x0400, truncated: 0x0200 } as const;

/** Answers a query from the zone, as its authoritative server; names outside it are refused. */
export function answerQuery(
  query: Buffer,
  zone: Pick<Zone, "origin" | "find" | "records">,
  overUdp: boolean,
): Buffer {
  const { questions, sections } = decodeMessage(query);
  const edns = sections[2].find((record) => record.type === type.OPT);
  const [question] = questions;
  if (!question || questions.length > 1) return bareResponse(query, rcode.FORMERR, true);
  const { name } = question;
  if (!isInZone(name, zone.origin)) return response(query, rcode.REFUSED, 0, [], [], edns !== undefined);
  const { records, exists } = resolve(zone, name, question.type);
  const isEmpty = records.every((record) => record.type === type.CNAME) && question.type !== type.CNAME;
  const authority = isEmpty ? zone.find(zone.origin, type.SOA) : [];
  const code = exists ? rcode.NOERROR : rcode.NXDOMAIN;
  const whole = response(query, code, flag.authoritative, records, authority, edns !== undefined);
  // The class of an OPT record is how much its sender takes (RFC 6891, section 6.1.2).
  const limit = edns ? Math.min(largestUdp.edns, Math.max(edns.class, largestUdp.plain)) : largestUdp.plain;
  if (!overUdp || whole.length <= limit) return whole;
  return response(query, code, flag.authoritative | flag.truncated, [], [], edns !== undefined);
}

function response(
  query: Buffer,
  code: number,
  flags: number,
  answer: readonly ZoneRecord[],
  authority: readonly ZoneRecord[],
  withEdns: boolean,
): Buffer {
  const head = bareResponse(query, code, true);
  head.writeUInt16BE(head.readUInt16BE(2) | flags, 2);
  head.writeUInt16BE(answer.length, 6);
  head.writeUInt16BE(authority.length, 8);
  head.writeUInt16BE(withEdns ? 1 : 0, 10);
  const asked = decodeMessage(query).questions[0]?.name;
  const records = [...answer, ...authority].map((record) => encoded(record, asked));
  return Buffer.concat([head, ...records, ...(withEdns ? [opt()] : [])]);
}

/** A record; the name that was asked for is compressed to a pointer to the question, right behind the header. */
function encoded(record: ZoneRecord, asked: string | undefined): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(record.type, 0);
  fixed.writeUInt16BE(dnsClass.IN, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(record.rdata.length, 8);
  const name = record.name === asked ? Buffer.from([0xc0, 12]) : encodeName(record.name);
  return Buffer.concat([name, fixed, record.rdata]);
}

/** What this server takes over UDP itself. */
function opt(): Buffer {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(type.OPT, 1);
  record.writeUInt16BE(largestUdp.edns, 3);
  return record;
}

/** The records that answer, with the aliases on the way to them, as far as they lie in the zone. */
function resolve(
  zone: Pick<Zone, "origin" | "find" | "records">,
  name: string,
  wanted: number,
): { readonly records: readonly ZoneRecord[]; readonly exists: boolean } {
  const records: ZoneRecord[] = [];
  let at = name;
  for (let aliases = 0; aliases < 10; aliases++) {
    const here = zone.find(at);
    if (wanted === type.ANY) return { records: here, exists: here.length > 0 };
    const found = here.filter((record) => record.type === wanted);
    const [alias] = here.filter((record) => record.type === type.CNAME);
    if (found.length > 0 || !alias) {
      const exists = here.length > 0 || zone.records.some((record) => isInZone(record.name, at));
      return { records: [...records, ...found], exists: exists || records.length > 0 };
    }
    records.push(alias);
    at = textOf(alias.type, alias.rdata);
    if (!isInZone(at, zone.origin)) break;
  }
  return { records, exists: true };
}
