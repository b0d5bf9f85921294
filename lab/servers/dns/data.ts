import { type } from "./message.ts";
import { decodeName, encodeName } from "./names.ts";

const names: readonly number[] = [type.CNAME, type.NS, type.PTR];

/** The data of a record as it stands in a message, from its text in a zone file (RFC 1035, section 5). */
export function dataOf(recordType: number, text: string): Buffer {
  if (recordType === type.A) return address(text);
  if (names.includes(recordType)) return encodeName(text);
  if (recordType === type.TXT) return Buffer.concat(strings(text));
  if (recordType === type.SOA) {
    const [server = "", mailbox = "", ...numbers] = text.split(" ");
    const tail = Buffer.alloc(20);
    numbers.forEach((number, at) => tail.writeUInt32BE(Number(number), 4 * at));
    return Buffer.concat([encodeName(server), encodeName(mailbox), tail]);
  }
  throw new Error(
    `The lab's DNS server takes A, CNAME, NS, PTR, TXT and SOA records, not type ${recordType}.`,
  );
}

/** The text of data; of a type that has none here, its bytes (RFC 3597, section 5). */
export function textOf(recordType: number, data: Buffer): string {
  if (recordType === type.A && data.length === 4) return data.join(".");
  if (names.includes(recordType)) return decodeName(data, 0).name;
  return `\\# ${data.length} ${data.toString("hex")}`;
}

function address(text: string): Buffer {
  const bytes = text.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255))
    throw new Error(`"${text}" is no IPv4 address.`);
  return Buffer.from(bytes);
}

/** Strings in quotes, each led by its length. */
function strings(text: string): Buffer[] {
  return [...text.matchAll(/"([^"]*)"/g)].flatMap(([, string = ""]) => {
    const bytes = Buffer.from(string, "latin1");
    return [Buffer.from([bytes.length]), bytes];
  });
}
