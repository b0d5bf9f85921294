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

/**
 * The file as guarded servers read it with findstr: ASCII, a line each, times in UTC to the second and without their
 * zone, so that of two the later is the greater text. Its last line repeats the number: half a file is none.
 */
export const wordsText = (w: WordsFile): string =>
  [
    format,
    `estate ${w.estate.replaceAll(/[^\x20-\x7e]/g, "?")}`,
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
    estate: value("estate") ?? "",
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

/** Whether one says more than another: a later entry of the journal, or the same one published later. */
export const isNewer = (one: WordsFile, other: WordsFile | undefined): boolean =>
  other === undefined ||
  one.seq > other.seq ||
  (one.seq === other.seq && one.publishedSec > other.publishedSec);
