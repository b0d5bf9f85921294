import type { Rewind } from "../rewind.ts";
import { dataOf, textOf } from "./data.ts";
import { type, typeNumber } from "./message.ts";
import { fqdn, isInZone } from "./names.ts";

/** A record of the zone. */
export interface ZoneRecord {
  /** With its last dot, in small letters. */
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
}

/** A record as text: `{ name: "k2", type: "A", value: "127.10.1.4", ttl: 60 }`. A name without a dot at its end may be relative. */
export interface RecordText {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  /** Seconds. Default 60. */
  readonly ttl?: number;
}

/** Where the serial stands in the data of an SOA record: 20 bytes from its end. */
const serialAt = (rdata: Buffer): number => rdata.length - 20;

/** A zone and its records. The lab's servers hold one each. */
export class Zone {
  /** With its last dot, in small letters. */
  public readonly origin: string;
  #records: readonly ZoneRecord[] = [];

  constructor(origin: string, records: readonly RecordText[]) {
    this.origin = fqdn(origin);
    this.put({
      name: this.origin,
      type: "SOA",
      value: `ns.${this.origin} hostmaster.${this.origin} 1 3600 600 86400 60`,
      ttl: 3600,
    });
    this.put({ name: this.origin, type: "NS", value: `ns.${this.origin}`, ttl: 3600 });
    for (const record of records) this.put(record);
  }

  get records(): readonly ZoneRecord[] {
    return this.#records;
  }

  mark(): Rewind {
    const records = this.#records;
    return () => {
      this.#records = records;
    };
  }

  /** The serial number of the SOA record. */
  get serial(): number {
    const soa = this.find(this.origin, type.SOA)[0];
    return soa ? soa.rdata.readUInt32BE(serialAt(soa.rdata)) : 0;
  }

  /** The records of a name, of one type or all. */
  find(name: string, recordType?: number): readonly ZoneRecord[] {
    return this.#records.filter(
      (record) => record.name === name && (recordType === undefined || record.type === recordType),
    );
  }

  /** The values of a name as text, for whoever looks at the server from within the lab. */
  values(name: string, recordType: string): readonly string[] {
    return this.find(this.absolute(name), typeNumber(recordType)).map((record) =>
      textOf(record.type, record.rdata),
    );
  }

  /** Adds a record, behind the back of any client. */
  put({ name, type: typeName, value, ttl = 60 }: RecordText): void {
    const recordType = typeNumber(typeName);
    const record = { name: this.absolute(name), type: recordType, ttl, rdata: dataOf(recordType, value) };
    this.#records = [...this.#records, record];
  }

  /** Puts in what an update has made of the records; a change raises the serial number. */
  replace(records: readonly ZoneRecord[]): void {
    if (same(this.#records, records)) return;
    const before = this.serial;
    this.#records = records;
    if (this.serial > before) return;
    this.#records = records.map((record) => {
      if (record.type !== type.SOA) return record;
      const rdata = Buffer.from(record.rdata);
      rdata.writeUInt32BE((before + 1) >>> 0, serialAt(rdata));
      return { ...record, rdata };
    });
  }

  /** The full name: relative to the zone, unless it ends with a dot or with the zone's own name. */
  absolute(name: string): string {
    const lower = name.toLowerCase();
    if (lower === "@" || lower === "") return this.origin;
    if (lower.endsWith(".")) return lower;
    return isInZone(`${lower}.`, this.origin) ? `${lower}.` : `${lower}.${this.origin}`;
  }
}

function same(one: readonly ZoneRecord[], other: readonly ZoneRecord[]): boolean {
  if (one.length !== other.length) return false;
  return one.every((record, at) => {
    const match = other[at];
    return (
      match?.name === record.name &&
      match.type === record.type &&
      match.ttl === record.ttl &&
      match.rdata.equals(record.rdata)
    );
  });
}
