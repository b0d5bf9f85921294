/** Where a step says what it does. */
export interface Progress {
  /** A line of progress: shown if it is its turn, always kept for the journal. */
  say(line: string): void;
  /** The sentence a step ends with: shown whatever was shown before. */
  last(line: string): void;
  /** The newest lines, for the journal. */
  readonly lines: readonly string[];
}

/** All that a step writes to standard error stays under 32 KiB: the provider keeps it in state and hands it back as an environment variable. */
const wholeBytes = 30 * 1024;
const lineBytes = 200;
const lastBytes = 8 * 1000;
const keptLines = 400;

/**
 * Progress on standard error: a line of at most 200 bytes every 2 s, after two minutes every 60 s, so that a restore of
 * many hours stays within its bounds. The newest 400 lines are kept whole for the journal.
 */
export function progressOn(out: NodeJS.WritableStream, now: () => number = Date.now): Progress {
  // The engine may be gone (Ctrl+C): the step goes on and ends in the journal.
  out.on("error", () => undefined);
  const lines: string[] = [];
  const began = now();
  let left = wholeBytes - lastBytes;
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = (line: string, most: number): number => {
    const text = cut(line.replaceAll(/\s*[\r\n]+\s*/g, " · "), most);
    out.write(`${text}\n`);
    return Buffer.byteLength(text) + 1;
  };
  return {
    lines,
    say: (line) => {
      lines.push(cut(line, lastBytes));
      if (lines.length > keptLines) lines.shift();
      const t = now();
      if (t - shownAt < (t - began < 120_000 ? 2_000 : 60_000) || left < lineBytes + 1) return;
      shownAt = t;
      left -= write(line, lineBytes);
    },
    last: (line) => void write(line, lastBytes),
  };
}

/** At most so many bytes of UTF-8, without half a character at the end. */
export function cut(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  return `${new TextDecoder("utf-8").decode(all.subarray(0, bytes - 4)).replace(/\uFFFD$/, "")}…`;
}
