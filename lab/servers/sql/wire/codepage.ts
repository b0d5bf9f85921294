/** Bytes 0x80 to 0x9F of code page 1252; the rest of it is Latin-1. Unassigned bytes stand for themselves. */
const high =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";
const byteOf = new Map(
  Array.from({ length: high.length }, (_, index) => [high.charCodeAt(index), 0x80 + index]),
);
const questionMark = 0x3f;

/** varchar bytes in code page 1252, that of SQL_Latin1_General_CP1_CI_AS. What it lacks becomes `?`, as on a server. */
export function toCodePage1252(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isLatin1 = code < 0x80 || (code > 0x9f && code <= 0xff);
    bytes[index] = isLatin1 ? code : (byteOf.get(code) ?? questionMark);
  }
  return bytes;
}

/** The text of varchar bytes in code page 1252. */
export function fromCodePage1252(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\x80-\x9f]/g, (byte) => high.charAt(byte.charCodeAt(0) - 0x80));
}
