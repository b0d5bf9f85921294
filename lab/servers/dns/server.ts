import { type LabNetwork, labNetwork, type Line, type Listener } from "../network.ts";
import { markList, rewindAll, type Rewind } from "../rewind.ts";
import { answerQuery } from "./answer.ts";
import { bareResponse, decodeMessage, opcode, type RawMessage, rcode, type, typeNumber } from "./message.ts";
import { signResponse, tsigError, type TsigKey, verify } from "./tsig.ts";
import { applyUpdate, type Policy } from "./update.ts";
import { type RecordText, Zone } from "./zone.ts";

/** What a key may change: one name, or a name and all below it; all types or some. BIND: update-policy grant. */
export interface Grant {
  readonly name: string;
  /** Default: name. */
  readonly match?: "name" | "subdomain";
  /** Default: every type but SOA and NS. */
  readonly types?: readonly string[];
}

/** A TSIG key and what it may change. */
export interface DnsKey extends TsigKey {
  readonly grants: readonly Grant[];
}

/** What the server does wrong. All default to false. */
export interface DnsSwitches {
  /** Answers queries from the zone as it was when this was switched on, as a server does that lags behind. */
  readonly stale: boolean;
  /** Answers nothing at all. */
  readonly silent: boolean;
  /** Says of every update that it is not authoritative for the zone. */
  readonly notAuth: boolean;
  /** Says that an update succeeded, and changes nothing. */
  readonly lies: boolean;
}

/** What a DNS server of the lab is made of. */
export interface DnsServerOptions {
  readonly zone: string;
  readonly records: readonly RecordText[];
  readonly keys: readonly DnsKey[];
  /** Its clock, in milliseconds since 1970 UTC, by which signatures are judged. Default: the real time. */
  readonly now?: () => number;
}

/** An update that was asked for, for whoever looks at the server from within the lab. */
export interface UpdateSeen {
  readonly key: string | undefined;
  readonly code: number;
  readonly serial: number;
}

/** An authoritative server for one zone, over UDP and TCP, with updates signed by TSIG. */
export class DnsServer {
  public readonly zone: Zone;
  readonly #keys: readonly DnsKey[];
  readonly #now: () => number;
  readonly #updates: UpdateSeen[] = [];
  #switches: DnsSwitches = { stale: false, silent: false, notAuth: false, lies: false };
  #frozen: Zone["records"] | undefined;
  #listeners: Listener[] = [];
  #own: LabNetwork | undefined;
  #port: number | undefined;

  constructor({ zone, records, keys, now = Date.now }: DnsServerOptions) {
    this.#now = now;
    this.zone = new Zone(zone, records);
    this.#keys = keys;
  }

  /** The port of UDP and TCP; known once it listens. */
  get port(): number {
    if (this.#port === undefined)
      throw new Error(`The DNS server for ${this.zone.origin} does not listen yet.`);
    return this.#port;
  }

  /** The updates that were asked for, oldest first. */
  get updates(): readonly UpdateSeen[] {
    return this.#updates;
  }

  mark(): Rewind {
    const [switches, frozen] = [this.#switches, this.#frozen];
    const rewind = rewindAll([this.zone.mark(), markList(this.#updates)]);
    return () => {
      [this.#switches, this.#frozen] = [switches, frozen];
      rewind();
    };
  }

  /** Changes what the server does wrong; what is not named stays. */
  set(switches: Partial<DnsSwitches>): void {
    this.#switches = { ...this.#switches, ...switches };
    if (!this.#switches.stale) this.#frozen = undefined;
    else this.#frozen ??= this.zone.records;
  }

  /**
   * Listens on UDP and TCP at the same port; 0 takes a free one. With a network, the address must be that of one of
   * its hosts, and its faults hold for the server too.
   */
  async listen(address: string, port: number, network?: LabNetwork): Promise<void> {
    const net = network ?? labNetwork();
    if (!network) {
      net.addHost({ name: "DNS", site: "primary", address, timeZone: "UTC" });
      this.#own = net;
    }
    const tcp = await net.listen(address, { port, onConnection: (line) => this.#serve(line) });
    const udp = await net.listenDatagrams(address, {
      port: tcp.port,
      onMessage: (message, reply) => {
        const answer = this.answer(message, true);
        if (answer) reply(answer);
      },
    });
    this.#listeners = [tcp, udp];
    this.#port = tcp.port;
  }

  /** Stops listening. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    this.#listeners = [];
    await this.#own?.close();
  }

  /** Over TCP each message is led by its length (RFC 1035). */
  #serve(line: Line): void {
    let buffered = Buffer.alloc(0);
    line.on("data", (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        const answer = this.answer(buffered.subarray(2, end), false);
        buffered = buffered.subarray(end);
        if (!answer) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        line.write(Buffer.concat([length, answer]));
      }
    });
  }

  /** The answer to a message, as it would go over the wire; nothing where the server stays silent. */
  answer(message: Buffer, overUdp: boolean): Buffer | undefined {
    if (this.#switches.silent || message.length < 12) return undefined;
    let raw: RawMessage;
    try {
      raw = decodeMessage(message);
    } catch (error) {
      if (error instanceof RangeError) return bareResponse(message, rcode.FORMERR, false);
      throw error;
    }
    if (raw.isResponse) return undefined;

    const nowSec = Math.floor(this.#now() / 1000);
    const verified = verify(message, raw, this.#keys, nowSec);
    if (verified.kind === "malformed") return bareResponse(message, rcode.FORMERR, true);
    if (verified.kind === "bad") {
      if (raw.opcode === opcode.UPDATE)
        this.#seen(verified.error === tsigError.BADTIME ? verified.fields.keyName : undefined, rcode.NOTAUTH);
      return signResponse(bareResponse(message, rcode.NOTAUTH, true), verified, nowSec);
    }
    if (raw.opcode === opcode.QUERY) {
      const { origin } = this.zone;
      const records = this.#frozen ?? this.zone.records;
      const find: Zone["find"] = (name, recordType) =>
        records.filter((one) => one.name === name && (recordType === undefined || one.type === recordType));
      const answer = answerQuery(message, { origin, records, find }, overUdp);
      return signResponse(answer, verified, nowSec);
    }
    const code =
      raw.opcode === opcode.UPDATE
        ? this.#update(raw, verified.kind === "good" ? verified.key.name : undefined)
        : rcode.NOTIMP;
    return signResponse(bareResponse(message, code, true), verified, nowSec);
  }

  #update(raw: RawMessage, keyName: string | undefined): number {
    if (this.#switches.notAuth) return this.#seen(keyName, rcode.NOTAUTH);
    const key = this.#keys.find(({ name }) => name === keyName);
    if (!key) return this.#seen(undefined, rcode.REFUSED);
    const { code, records } = applyUpdate(this.zone.origin, this.zone.records, raw, this.#policy(key));
    if (code === rcode.NOERROR && !this.#switches.lies) this.zone.replace(records);
    return this.#seen(keyName, code);
  }

  #seen(key: string | undefined, code: number): number {
    this.#updates.push({ key, code, serial: this.zone.serial });
    return code;
  }

  #policy({ grants }: DnsKey): Policy {
    return (name, recordType) =>
      grants.some((grant) => {
        const granted = this.zone.absolute(grant.name);
        const isMeant = name === granted || (grant.match === "subdomain" && name.endsWith(`.${granted}`));
        if (!isMeant) return false;
        if (!grant.types) return recordType !== type.SOA && recordType !== type.NS;
        return grant.types.some((one) => typeNumber(one) === recordType);
      });
  }
}

/** An authoritative DNS server that does not listen yet: `await server.listen("127.20.0.10", 0, network)`. */
export function dnsServer(options: DnsServerOptions): DnsServer {
  return new DnsServer(options);
}

export type { RecordText } from "./zone.ts";
export type { TsigKey } from "./tsig.ts";
