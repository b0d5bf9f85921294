/** Domain names as they stand in messages (RFC 1035, sections 3.1 and 4.1.4). */

/** Longest label and longest name, in bytes. */
const longest = { label: 63, name: 255 } as const;
/** Pointers followed before a name is taken for one that points at itself: more than a name has labels. */
const hopsAtMost = 127;

/** A name in wire format, not compressed. Throws a `RangeError` where it cannot stand in a message. */
export function nameBytes(name: string): Buffer {
  const labels = withoutDot(name)
    .split(".")
    .map((label) => Buffer.from(label, "latin1"));
  const bytes = Buffer.concat([...labels.flatMap((l) => [Buffer.of(l.length & 0xff), l]), Buffer.of(0)]);
  if (bytes.length > longest.name || labels.some((l) => l.length === 0 || l.length > longest.label))
    throw new RangeError(
      `"${name}" is no domain name: labels of 1 to 63 characters with dots between them, at most 253 in all`,
    );
  return bytes;
}

/** The name at a place of a message, without the dot at its end, and where what follows it begins. */
export function nameAt(message: Buffer, at: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let next = at;
  for (let hops = 0; hops <= hopsAtMost;) {
    const length = message.readUInt8(next);
    if (length >= 0xc0) {
      end ??= next + 2;
      next = message.readUInt16BE(next) & 0x3fff;
      hops++;
    } else if (length === 0) {
      return { name: labels.join("."), end: end ?? next + 1 };
    } else {
      if (length > longest.label || next + 1 + length > message.length)
        throw new RangeError("a name in the message is broken");
      labels.push(message.toString("latin1", next + 1, next + 1 + length));
      next += 1 + length;
    }
  }
  throw new RangeError("a name in the message points at itself");
}

/** A name without the dot at its end. */
export const withoutDot = (name: string): string => name.replace(/\.$/, "");

/** Whether two names are the same, whatever their case and with or without the dot at the end. */
export const sameName = (a: string, b: string): boolean =>
  withoutDot(a).toLowerCase() === withoutDot(b).toLowerCase();
