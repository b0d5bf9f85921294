import { rcode, type } from "./message.ts";
import { fqdn, isInZone } from "./names.ts";
import { toBns, wire, type Zone, type ZoneRecord } from "./zone.ts";

/** The largest UDP answer, in bytes, with EDNS (DNS flag day 2020). */
const largestUdp = 1232;

/** Answers a query from the zone, as its authoritative server; names outside it are refused. */
export function answerQuery(
  query: Buffer,
  zone: Pick<Zone, "origin" | "find" | "records">,
  overUdp: boolean,
): Buffer {
  const request = wire.Message.decode(query);
  const reply = new wire.Message().setReply(request);
  if (request.edns.enabled) reply.setEDNS(largestUdp, false);
  const [question] = request.question;
  const name = question ? fqdn(question.name) : "";
  if (!question || !isInZone(name, zone.origin)) reply.code = question ? rcode.REFUSED : rcode.FORMERR;
  else {
    reply.aa = true;
    const { records, exists } = resolve(zone, name, question.type);
    for (const record of records) reply.answer.push(toBns(record));
    if (!exists) reply.code = rcode.NXDOMAIN;
    const isEmpty = records.every((record) => record.type === type.CNAME) && question.type !== type.CNAME;
    if (isEmpty) for (const soa of zone.find(zone.origin, type.SOA)) reply.authority.push(toBns(soa));
  }
  return reply.compress(overUdp ? request.maxSize(largestUdp) : undefined);
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
    at = toBns(alias).data.toString().toLowerCase();
    if (!isInZone(at, zone.origin)) break;
  }
  return { records, exists: true };
}
