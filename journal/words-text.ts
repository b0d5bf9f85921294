import { words, type Word } from "./words.ts";

/** What a witness says: a word for each guarded server, and until when `run` is good. */
export interface WordsFile {
  readonly estate: string;
  /** Number of the journal's last entry: of two files the one with the higher number is newer. */
  readonly seq: number;
  /** Number of the last activation. */
  readonly epoch: number;
  /** Seconds since 1970 UTC. */
  readonly publishedSec: number;
  /** Until when `run` is good where nothing newer arrives. Seconds since 1970 UTC. */
  readonly untilSec: number;
  /** By server. */
  readonly hosts: ReadonlyMap<string, Word>;
}

/**
 * How far a server's clock may be behind the runner's: one that is further behind is wrong, and cannot tell how old a
 * word is. In a domain clocks differ by five minutes at most.
 */
const clockToleranceSec = 3600;

const format = "parallel-standby-words 1";
const utc = (sec: number): string => new Date(sec * 1000).toISOString().slice(0, 19);

/** A name in ASCII, so that no two names become the same. */
const inAscii = (name: string): string =>
  name.replaceAll(/[^\x20-\x5b\x5d-\x7e]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ""}}`);
const fromAscii = (text: string): string =>
  text.replaceAll(/\\u\{((?:10|[0-9a-f])?[0-9a-f]{1,4})\}/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );

/**
 * The file as guarded servers read it with findstr: ASCII, a line each, times in UTC to the second and without their
 * zone, so that of two the later is the greater text. Its last line repeats the number: half a file is none.
 */
export const wordsText = (w: WordsFile): string =>
  [
    format,
    `estate ${inAscii(w.estate)}`,
    `seq ${String(w.seq)}`,
    `epoch ${String(w.epoch)}`,
    `published ${utc(w.publishedSec)}`,
    `from ${utc(w.publishedSec - clockToleranceSec)}`,
    `until ${utc(w.untilSec)}`,
    ...[...w.hosts].map(([host, word]) => `${host} ${word}`),
    `end ${String(w.seq)}`,
    "",
  ].join("\r\n");

/** Reads such a file; undefined where it is cut off or none. */
export function parseWords(text: string): WordsFile | undefined {
  const lines = text.split(/\r?\n/);
  const value = (key: string): string | undefined =>
    lines.find((l) => l.startsWith(`${key} `))?.slice(key.length + 1);
  const time = (key: string): number => Date.parse(`${value(key) ?? ""}Z`) / 1000;
  const seq = Number(value("seq") ?? Number.NaN);
  const [publishedSec, untilSec] = [time("published"), time("until")];
  if (lines[0] !== format || value("end") !== String(seq) || Number.isNaN(publishedSec + untilSec))
    return undefined;
  return {
    estate: fromAscii(value("estate") ?? ""),
    seq,
    epoch: Number(value("epoch") ?? 0),
    publishedSec,
    untilSec,
    hosts: new Map(
      lines.flatMap((line): [string, Word][] => {
        const [host, word] = line.split(" ");
        const known = words.find((w) => w === word);
        return host !== undefined && known ? [[host, known]] : [];
      }),
    ),
  };
}

/** How far the clocks of two runners may differ. Seconds. */
const runnersDifferSec = 300;

/** From which state of a journal words were made. A broken journal begins anew with a low number, and a higher activation. */
type Made = Pick<WordsFile, "epoch" | "seq">;

/** Whether words were made from a later state of a journal than others: a later activation first, then a later entry. */
export const isAhead = (one: Made, other: Made): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq);

/**
 * How what a place holds stands to words that are published now. `older`: they take its place. `same`: made from the same
 * state, and published no earlier. `ahead`: made from a later state of the journal. `foreign`: of another estate.
 */
export type Standing = "older" | "same" | "ahead" | "foreign";

/**
 * Words of the same state that were published in the future are older: a runner's clock was ahead, and what it wrote
 * would keep out everything else until then.
 */
export function standingOf(there: WordsFile | undefined, words: WordsFile): Standing {
  if (!there) return "older";
  if (there.estate !== words.estate) return "foreign";
  if (isAhead(there, words)) return "ahead";
  if (isAhead(words, there) || there.publishedSec < words.publishedSec) return "older";
  return isFromFuture(there, words.publishedSec) ? "older" : "same";
}

/** Whether words were published by a clock that is ahead. */
export const isFromFuture = ({ publishedSec }: WordsFile, nowSec: number): boolean =>
  publishedSec > nowSec + runnersDifferSec;
