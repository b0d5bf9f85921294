/** The 16 bytes of a uniqueidentifier: its first three groups are little-endian, the other two as written. */
export function guidToBytes(text: string): Buffer {
  const hex = text.replace(/[{}-]/g, "");
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`"${text}" is no uniqueidentifier.`);
  return swapGroups(Buffer.from(hex, "hex"));
}

/** The text of 16 bytes, in capitals as SQL Server writes it. */
export function guidFromBytes(bytes: Buffer): string {
  const hex = swapGroups(bytes).toString("hex").toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function swapGroups(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}
