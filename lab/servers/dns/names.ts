/** Reading and writing domain names on the wire (RFC 1035). In the lab they are written with their last dot, in small letters. */

/** The name with its last dot, in small letters. */
export function fqdn(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}

/** The name on the wire, without compression. */
export function encodeName(name: string): Buffer {
  const labels = fqdn(name)
    .split(".")
    .filter((label) => label !== "");
  const parts = labels.flatMap((label) => {
    const bytes = Buffer.from(label, "latin1");
    if (bytes.length > 63) throw new Error(`The label ${label} is longer than 63 characters.`);
    return [Buffer.from([bytes.length]), bytes];
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** Reads a name, compressed or not; `end` is where it ends in the message. Throws RangeError where it is broken. */
export function decodeName(message: Buffer, offset: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = offset;
  let end: number | undefined;
  for (let jumps = 0; ;) {
    const length = message.readUInt8(at);
    if ((length & 0xc0) === 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      if (++jumps > 20) throw new RangeError("A domain name points at itself.");
      continue;
    }
    if (length === 0) break;
    if (length > 63 || at + 1 + length > message.length) throw new RangeError("A domain name is cut off.");
    labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: `${labels.join(".")}.`, end: end ?? at + 1 };
}

/** Whether the name is the zone or below it. Both with their last dot. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
