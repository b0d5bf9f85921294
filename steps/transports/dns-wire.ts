import { randomInt } from "node:crypto";
import wire, { type Message, type Record as DnsRecord } from "bns/lib/wire.js";

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

/** A question without recursion: what this server itself holds. */
export function query(name: string, type: RecordType): Message {
  const message = new wire.Message();
  message.id = randomInt(0x10000);
  message.question = [new wire.Question(absolute(name), wire.types[type])];
  return message;
}

/** An UPDATE message (RFC 2136): all its changes apply together or none does. */
export function updateOf(zone: string, changes: readonly Change[]): Message {
  const message = new wire.Message();
  message.id = randomInt(0x10000);
  message.opcode = wire.opcodes.UPDATE;
  message.question = [new wire.Question(absolute(zone), wire.types.SOA)];
  message.answer = changes.flatMap(prerequisites);
  message.authority = changes.flatMap(updates);
  return message;
}

/** The values of one name and type in an answer; nothing where the name has none of that type. */
export function recordSetIn(answer: Message, name: string, type: RecordType): RecordSet | undefined {
  const own = answer.answer.filter((r) => r.type === wire.types[type] && sameName(r.name, name));
  const first = own.at(0);
  return first && { type, values: own.map(valueOf), ttlSec: first.ttl };
}

/** Whether two names are the same, whatever their case and with or without the dot at the end. */
export const sameName = (a: string, b: string): boolean =>
  absolute(a).toLowerCase() === absolute(b).toLowerCase();

const absolute = (name: string): string => (name.endsWith(".") ? name : `${name}.`);

function prerequisites({ name, expect }: Change): readonly DnsRecord[] {
  if (expect === "nothing") return [bare(name, wire.types.ANY, wire.classes.NONE)];
  return expect.values.map((value) => full(name, expect.type, value, 0));
}

function updates({ name, expect, set }: Change): readonly DnsRecord[] {
  if (!set) return [];
  const remove = expect === "nothing" ? [] : [bare(name, wire.types[expect.type], wire.classes.ANY)];
  return [...remove, full(name, set.type, set.value, set.ttlSec)];
}

/** A record without data, which stands for "any" in prerequisites and deletions. */
function bare(name: string, type: number, cls: number): DnsRecord {
  const record = new wire.Record();
  record.name = absolute(name);
  record.type = type;
  record.class = cls;
  return record;
}

function full(name: string, type: RecordType, value: string, ttlSec: number): DnsRecord {
  const record = bare(name, wire.types[type], wire.classes.IN);
  record.ttl = ttlSec;
  if (type === "A") {
    const data = new wire.ARecord();
    data.address = value;
    record.data = data;
  } else {
    const data = new wire.CNAMERecord();
    data.target = absolute(value);
    record.data = data;
  }
  return record;
}

function valueOf({ data }: DnsRecord): string {
  if (data instanceof wire.ARecord) return data.address;
  if (data instanceof wire.CNAMERecord) return data.target.replace(/\.$/, "");
  return "";
}
