import { dnsClass, type RawMessage, type RawRecord, rcode, type } from "./message.ts";
import { isInZone } from "./names.ts";
import type { ZoneRecord } from "./zone.ts";

/** Whether the sender may change records of that type at that name. */
export type Policy = (name: string, recordType: number) => boolean;

/** What an update comes to: a code, and the records as they are after it. */
export interface Outcome {
  readonly code: number;
  readonly records: readonly ZoneRecord[];
}

const isMeta = (recordType: number): boolean => recordType >= 249 && recordType <= 255;

const sameData = (one: ZoneRecord, other: Pick<RawRecord, "name" | "type" | "rdata">): boolean =>
  one.name === other.name && one.type === other.type && one.rdata.equals(other.rdata);

/**
 * Carries out an UPDATE (RFC 2136) on a zone's records, all or nothing. The order of the checks and what happens
 * between CNAME and other types are those of BIND 9.18: rights are checked before prerequisites; adding a CNAME to
 * a name that has other records, or other records to one that has a CNAME, succeeds and changes nothing.
 */
export function applyUpdate(
  origin: string,
  records: readonly ZoneRecord[],
  message: RawMessage,
  mayUpdate: Policy,
): Outcome {
  const [zone, ...more] = message.questions;
  if (!zone || more.length > 0 || zone.type !== type.SOA) return { code: rcode.FORMERR, records };
  if (zone.name !== origin || zone.class !== dnsClass.IN) return { code: rcode.NOTAUTH, records };
  const [prerequisites, updates] = message.sections;
  const code = scan(origin, records, updates, mayUpdate) || holds(origin, records, prerequisites);
  if (code !== rcode.NOERROR) return { code, records };
  return { code, records: updates.reduce((now, update) => applied(origin, now, update), records) };
}

/** The form of the update section and the sender's rights. */
function scan(
  origin: string,
  records: readonly ZoneRecord[],
  updates: readonly RawRecord[],
  mayUpdate: Policy,
): number {
  for (const update of updates) {
    if (!isInZone(update.name, origin)) return rcode.NOTZONE;
    const isBare = update.ttl === 0 && update.rdata.length === 0;
    const isGood =
      (update.class === dnsClass.IN && !isMeta(update.type) && update.rdata.length > 0) ||
      (update.class === dnsClass.ANY && isBare && (update.type === type.ANY || !isMeta(update.type))) ||
      (update.class === dnsClass.NONE && update.ttl === 0 && !isMeta(update.type));
    if (!isGood) return rcode.FORMERR;
    const types =
      update.type === type.ANY
        ? records.filter(({ name }) => name === update.name).map((record) => record.type)
        : [update.type];
    if (!types.every((one) => mayUpdate(update.name, one))) return rcode.REFUSED;
  }
  return rcode.NOERROR;
}

/** The prerequisites; those with values are compared as whole sets. */
function holds(origin: string, records: readonly ZoneRecord[], prerequisites: readonly RawRecord[]): number {
  const wanted = new Map<string, RawRecord[]>();
  for (const need of prerequisites) {
    if (need.ttl !== 0) return rcode.FORMERR;
    if (!isInZone(need.name, origin)) return rcode.NOTZONE;
    const isThere = records.some(
      (record) => record.name === need.name && (need.type === type.ANY || record.type === need.type),
    );
    if (need.class === dnsClass.ANY) {
      if (need.rdata.length > 0) return rcode.FORMERR;
      if (!isThere) return need.type === type.ANY ? rcode.NXDOMAIN : rcode.NXRRSET;
    } else if (need.class === dnsClass.NONE) {
      if (need.rdata.length > 0) return rcode.FORMERR;
      if (isThere) return need.type === type.ANY ? rcode.YXDOMAIN : rcode.YXRRSET;
    } else if (need.class === dnsClass.IN && !isMeta(need.type)) {
      const key = `${need.name} ${need.type}`;
      wanted.set(key, [...(wanted.get(key) ?? []), need]);
    } else return rcode.FORMERR;
  }
  for (const [first, ...others] of wanted.values()) {
    if (!first) continue;
    const set = [first, ...others];
    const found = records.filter((record) => record.name === first.name && record.type === first.type);
    const isSame =
      found.every((record) => set.some((need) => sameData(record, need))) &&
      set.every((need) => found.some((record) => sameData(record, need)));
    if (!isSame) return rcode.NXRRSET;
  }
  return rcode.NOERROR;
}

/** The records after one record of the update section. */
function applied(origin: string, records: readonly ZoneRecord[], update: RawRecord): readonly ZoneRecord[] {
  // The zone keeps its SOA and its name servers, whatever is deleted.
  const isKept = (record: ZoneRecord): boolean =>
    record.name === origin && (record.type === type.SOA || record.type === type.NS);
  if (update.class === dnsClass.ANY) {
    return records.filter((record) => {
      const isMeant =
        record.name === update.name && (update.type === type.ANY || record.type === update.type);
      return !isMeant || isKept(record);
    });
  }
  if (update.class === dnsClass.NONE) {
    return records.filter((record) => !sameData(record, update) || isKept(record));
  }
  return added(records, update);
}

function added(records: readonly ZoneRecord[], update: RawRecord): readonly ZoneRecord[] {
  const atName = records.filter(({ name }) => name === update.name);
  const isAlias = update.type === type.CNAME;
  if (atName.some((record) => (record.type === type.CNAME) !== isAlias)) return records;
  const fresh: ZoneRecord = { name: update.name, type: update.type, ttl: update.ttl, rdata: update.rdata };
  if (update.type === type.SOA) {
    const [soa] = atName.filter((record) => record.type === type.SOA);
    const serial = (record: ZoneRecord): number => record.rdata.readUInt32BE(record.rdata.length - 20);
    if (!soa || serial(fresh) <= serial(soa)) return records;
    return records.map((record) => (record === soa ? fresh : record));
  }
  // A name has one alias: adding another replaces it. A set has one time to live: the newest.
  const others = records
    .filter((record) => !(isAlias && record.name === update.name))
    .map((record) =>
      record.name === update.name && record.type === update.type ? { ...record, ttl: update.ttl } : record,
    );
  return others.some((record) => sameData(record, update)) ? others : [...others, fresh];
}
