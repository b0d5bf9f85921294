import { clockTime } from "../model/time.ts";
import type { Turn } from "../planning/turn.ts";

/** What people are told of a step that begins. */
export interface Begun {
  readonly id: string;
  /** Seconds after which it ends by itself. */
  readonly limitSec: number;
  /** Absent in provisioning, whose steps are of no plan. */
  readonly turn?: Turn;
}

/** Where a step says what it does. */
export interface Progress {
  /** The step has its turn: says which one it is, and counts its time from here. */
  begin(begun: Begun): void;
  /** A line of progress: shown if it is its turn, always kept for the journal. */
  say(line: string): void;
  /** Called every few seconds: where nothing was shown for a while, says that the step still runs, and what it said last. */
  tick(): void;
  /** The sentence a step ends with: shown whatever was shown before. */
  last(line: string): void;
  /** The newest lines that the step said, for the journal. */
  readonly lines: readonly string[];
}

/** All that a step writes to standard error stays under 32 KiB: the provider keeps it in state and hands it back as an environment variable. */
const wholeBytes = 30 * 1024;
const lineBytes = 200;
const lastBytes = 8 * 1000;
const keptLines = 400;
/** A step that says nothing is heard of after so long. */
const quietMs = 30_000;
/** How many of the steps that come next are named. */
const namedNext = 2;

/** How far apart lines are, by how long the step has run: a restore of a day must stay within the bounds, and be heard to its end. */
const gapMs = (ranMs: number): number =>
  ranMs < 2 * 60_000 ? 2_000 : ranMs < 30 * 60_000 ? 60_000 : 10 * 60_000;

/**
 * Progress on standard error: a line of at most 200 bytes every 2 s (30 s where it says what it said before), after two minutes every 60 s, after half an hour
 * every ten minutes, each with the step's number and how long it has run. The newest 400 lines that the step said are
 * kept whole for the journal. `typed`: how commands in a line are written for whoever reads it here.
 */
export function progressOn(
  out: NodeJS.WritableStream,
  now: () => number = Date.now,
  typed: (line: string) => string = (line) => line,
): Progress {
  // The engine may be gone (Ctrl+C): the step goes on and ends in the journal.
  out.on("error", () => undefined);
  const lines: string[] = [];
  let began = now();
  let left = wholeBytes - lastBytes;
  let shownAt = Number.NEGATIVE_INFINITY;
  let begun: Begun | undefined;
  let heard: { readonly line: string; readonly atMs: number } | undefined;
  const write = (line: string, most: number): number => {
    const text = cut(typed(line).replaceAll(/\s*[\r\n]+\s*/g, " · "), most);
    out.write(`${text}\n`);
    return Buffer.byteLength(text) + 1;
  };
  const show = (line: string): void => {
    if (left >= lineBytes + 1) left -= write(line, lineBytes);
  };
  return {
    lines,
    begin: (step) => {
      begun = step;
      began = now();
      if (step.turn) show(beginning(step, step.turn));
    },
    say: (line) => {
      const t = now();
      const isNews = heard?.line !== line;
      heard = { line, atMs: t };
      if (isNews) {
        lines.push(cut(line, lastBytes));
        if (lines.length > keptLines) lines.shift();
      }
      if (t - shownAt < Math.max(gapMs(t - began), isNews ? 0 : quietMs)) return;
      shownAt = t;
      show(begun ? `${numbered(begun, t - began)} · ${line}` : line);
    },
    tick: () => {
      const t = now();
      if (!begun || t - Math.max(shownAt, began) < Math.max(quietMs, gapMs(t - began))) return;
      shownAt = t;
      const news = heard
        ? `${clockTime((t - heard.atMs) / 1000)} ago: ${heard.line}`
        : `${begun.id} still runs`;
      show(`${numbered(begun, t - began)} of at most ${clockTime(begun.limitSec)} · ${news}`);
    },
    last: (line) => void write(line, lastBytes),
  };
}

/** `12/31 · 0:00:41`: which step of how many, and how long it has run. */
const numbered = ({ turn }: Begun, ranMs: number): string =>
  `${turn ? `${String(turn.number)}/${String(turn.total)} · ` : ""}${clockTime(ranMs / 1000)}`;

/** `step 12 of 31 · 11 ended · k2-data/roll-forward/K2 · at most 0:10:00 · next k2-data/open/K2 and 3 more`. */
function beginning({ id, limitSec }: Begun, { number, total, ended, next }: Turn): string {
  const more = next.length > namedNext ? ` and ${String(next.length - namedNext)} more` : "";
  return [
    `step ${String(number)} of ${String(total)}`,
    `${String(ended)} ended`,
    id,
    `at most ${clockTime(limitSec)}`,
    ...(next.length > 0 ? [`next ${next.slice(0, namedNext).join(", ")}${more}`] : []),
  ].join(" · ");
}

/** At most so many bytes of UTF-8, without half a character at the end. */
export function cut(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  return `${new TextDecoder("utf-8").decode(all.subarray(0, bytes - 4)).replace(/\uFFFD$/, "")}…`;
}
