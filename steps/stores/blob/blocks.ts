/**
 * The most bytes of a block and blocks of an append blob: 4 MiB (100 MiB only for newer versions of the service) and
 * 50,000 (Microsoft, "Append Block"). A blob is left before it is full.
 */
export const longestBlock = 4 * 1024 * 1024;
export const mostBlocks = 49_000;

/** A text in blocks that end where lines end. */
export function blocksOf(text: string, longest = longestBlock): readonly Buffer[] {
  const blocks: Buffer[] = [];
  let lines: Buffer[] = [];
  let size = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const bytes = Buffer.from(line);
    if (size + bytes.length > longest && size > 0) {
      blocks.push(Buffer.concat(lines));
      [lines, size] = [[], 0];
    }
    lines.push(bytes);
    size += bytes.length;
  }
  if (size > 0) blocks.push(Buffer.concat(lines));
  return blocks;
}
