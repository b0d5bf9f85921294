import { overTcp, overUdp, type DnsServer } from "./dns-socket.ts";
import {
  answerTo,
  query,
  recordSetIn,
  updateOf,
  type Answer,
  type Change,
  type RecordSet,
  type RecordType,
  type Request,
} from "./dns-wire.ts";
import { sign, TsigError, verify, type TsigKey } from "./tsig.ts";

export type { DnsServer } from "./dns-socket.ts";
export type { Change, RecordSet, RecordType } from "./dns-wire.ts";
export type { TsigAlgorithm, TsigKey } from "./tsig.ts";
export { sameName } from "./dns-name.ts";
export { Unreachable } from "./unreachable.ts";

/** A name server that refused: the code as RFC 2136 and RFC 8945 name it, and a sentence with the next step. */
export class DnsRefused extends Error {
  public override readonly name = "DnsRefused";
  /** `NXRRSET`, `NOTAUTH`, `REFUSED`… */
  public readonly code: string;
  constructor(server: DnsServer, code: string, says: string) {
    super(`DNS server ${server.address}:${String(server.port)}: ${says} (${code})`);
    this.code = code;
  }
}

/**
 * What an authoritative server itself holds for a name: its A records or its CNAME, or nothing. Refused where the
 * server is not authoritative for the name, since a cached answer proves nothing.
 */
export async function lookUp(
  server: DnsServer,
  name: string,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  const [cname, a] = await Promise.all([ask(server, name, "CNAME", signal), ask(server, name, "A", signal)]);
  return cname ?? a;
}

async function ask(
  server: DnsServer,
  name: string,
  type: RecordType,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  const question = query(name, type);
  let answer = read(server, question, await overUdp(server, question.bytes, signal));
  if (answer.isCut) answer = read(server, question, await overTcp(server, question.bytes, signal));
  const { code } = answer;
  if (code !== "NOERROR" && code !== "NXDOMAIN") throw new DnsRefused(server, code, answerSays(code, name));
  if (!answer.isAuthoritative)
    throw new DnsRefused(
      server,
      "not authoritative",
      `it does not hold the zone of ${name} itself. Name one of the servers of the zone's NS records`,
    );
  return recordSetIn(answer, name, type);
}

/**
 * Changes names of one zone in one message, signed with a key: all of it where each name is as expected, else nothing
 * (compare-and-swap). Sent over TCP, where no answer gets lost unseen and a repeated message cannot meet its own effect.
 */
export async function update(
  server: DnsServer,
  zone: string,
  changes: readonly Change[],
  key: TsigKey,
  signal: AbortSignal,
): Promise<void> {
  const message = updateOf(zone, changes);
  const signed = sign(message.bytes, key, Date.now() / 1000);
  const bytes = await overTcp(server, signed.message, signal);
  const { code } = read(server, message, bytes);
  const names = changes.map((change) => change.name).join(", ");
  // A server that does not know the key cannot sign its refusal.
  if (code !== "NOTAUTH") {
    try {
      verify(bytes, key, signed.mac, Date.now() / 1000);
    } catch (error) {
      if (!(error instanceof TsigError) && !(error instanceof RangeError)) throw error;
      const why = error instanceof TsigError ? error.message : "the answer is damaged";
      throw new DnsRefused(
        server,
        code,
        `${why}, so it proves nothing. Look at the key ${key.name} and at what stands between this machine and the server`,
      );
    }
  }
  if (code !== "NOERROR") throw new DnsRefused(server, code, updateSays(code, zone, names, key.name));
}

function read(server: DnsServer, request: Request, bytes: Buffer): Answer {
  try {
    return answerTo(request, bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DnsRefused(
      server,
      "FORMERR",
      "it sent an answer that cannot be read. Look whether a DNS server listens there",
    );
  }
}

const answerSays = (code: string, name: string): string =>
  code === "REFUSED"
    ? `it does not answer questions about ${name} from this machine. Let it, or name another server of the zone`
    : `it could not answer for ${name}. Look at its log`;

/** Answer codes of RFC 2136, section 2.2, and RFC 8945, section 5.2, for people. */
function updateSays(code: string, zone: string, names: string, key: string): string {
  switch (code) {
    case "NXRRSET":
    case "NXDOMAIN":
      return `${names} is not what was expected there, so nothing was changed. Look who changed it`;
    case "YXRRSET":
    case "YXDOMAIN":
      return `${names} is there already, so nothing was changed`;
    case "NOTAUTH":
      return `it does not accept the TSIG key ${key}, or does not hold the zone ${zone}. Compare the key's name, algorithm and secret, and both clocks`;
    case "REFUSED":
      return `the key ${key} has no right to change ${names}, or this is not the zone's primary server, which alone takes updates. Grant it there, as in: update-policy { grant ${key} name ${names}. A; }`;
    case "NOTZONE":
      return `${names} is not in the zone ${zone}. Write the zone that holds it`;
    case "NOTIMP":
      return "it takes no updates (RFC 2136). Name the zone's primary server";
    default:
      return `it did not make the update of ${names}. Look at its log`;
  }
}

/** Whether an error says that a name was not as expected, so that nothing was changed. */
export const isOtherValue = (error: unknown): boolean =>
  error instanceof DnsRefused && ["NXRRSET", "NXDOMAIN", "YXRRSET", "YXDOMAIN"].includes(error.code);
