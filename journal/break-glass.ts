import { hashOf } from "../model/recovery.ts";
import { lineOf, readableOf, type Readable } from "./chain.ts";
import { Fact, type Entry } from "./entries.ts";
import { situation } from "./situation.ts";

/** A journal and its mirror as they lie there, whatever is wrong with them. */
export interface Copies {
  readonly own: string;
  /** Absent where there is no mirror, or it does not answer. */
  readonly mirror?: string;
}

/** What of them is kept, and what is given up. */
export interface Salvage {
  /** Lines of the longer history of the two that holds. */
  readonly lines: readonly string[];
  readonly entries: readonly Entry[];
  /** How many lines of journal and mirror are not in it. */
  readonly givenUp: number;
  /** Hashes that stand in these. */
  readonly gaveUp: readonly string[];
  /** Higher than the number of any activation of which a word is left. */
  readonly epoch: number;
  /** Facts to go on with where the history that holds has none: the newest in what is given up whose hash is right. */
  readonly carried?: Extract<Fact, { kind: "declared" }>;
}

/** What to do instead, where nothing has to be given up; a sentence. */
export interface NoNeed {
  readonly instead: string;
}

/**
 * What is left of a journal that cannot be read. Nothing is given up where a copy holds that has all that the other
 * has: then there is a file to copy, and no glass to break. `knows`: hashes, or their first digits, that stacks have seen
 * of what was lost altogether.
 */
export function salvageOf(
  { own: ownText, mirror: mirrorText }: Copies,
  knows: readonly string[],
): Salvage | NoNeed {
  const own = readableOf(ownText);
  const mirror = mirrorText === undefined ? undefined : readableOf(mirrorText);
  const instead = noNeed(own, mirror, knows.length > 0);
  if (instead !== undefined) return { instead };
  const base = mirror && mirror.entries.length > own.entries.length ? mirror : own;
  const kept = new Set(base.lines);
  const lost = [...new Set([...allOf(own), ...(mirror ? allOf(mirror) : [])])].filter((l) => !kept.has(l));
  const known = new Set(base.entries.map((e) => e.hash));
  const carried = base.entries.some((e) => e.kind === "declared") ? undefined : newestFacts(lost);
  return {
    lines: base.lines,
    entries: base.entries,
    givenUp: lost.length,
    gaveUp: [...new Set([...lost.flatMap(hashIn), ...knows])].filter((h) => !known.has(h)),
    epoch:
      1 +
      Math.max(base.entries.length > 0 ? situation(base.entries).epoch : 0, ...lost.map(epochIn)) +
      mute(lost),
    ...(carried ? { carried } : {}),
  };
}

/** The journal's new text: what holds, the word of who broke the glass, and facts that are carried over. */
export function restarted(
  { lines, entries, carried }: Salvage,
  fact: Extract<Fact, { kind: "break-glass" }>,
  at: Date,
  by: string,
): string {
  const first = lineOf(fact, entries, at, by);
  const all = [...lines, first];
  if (carried) all.push(lineOf(carried, [...entries, JSON.parse(first) as Entry], at, by));
  return `${all.join("\n")}\n`;
}

/** Whether a hash, or the first digits of one, was given up by name. */
export const isGivenUp = (entries: readonly Entry[], hash: string): boolean =>
  entries.some((e) => e.kind === "break-glass" && e.gaveUp.some((g) => hash.startsWith(g)));

/** Whether a journal takes the place of that text: all that the text holds is in the journal, or given up by name. */
export function supersedes(own: string, copy: string): boolean {
  const { entries } = readableOf(own);
  if (!entries.some((e) => e.kind === "break-glass")) return false;
  const hashes = new Set(entries.map((e) => e.hash));
  const lines = copy.split("\n").filter((l) => l !== "");
  return lines.flatMap(hashIn).every((h) => hashes.has(h) || isGivenUp(entries, h));
}

function noNeed(own: Readable, mirror: Readable | undefined, names: boolean): string | undefined {
  const holds = (r: Readable | undefined): boolean => r !== undefined && !r.broken && r.entries.length > 0;
  // It was broken before, and a stack has seen something of what was lost that nobody had named.
  if (names && holds(own) && !mirror?.broken && situation(own.entries).taken?.kind === "break-glass")
    return undefined;
  if (own.entries.length + own.rest.length === 0 && (mirror ? allOf(mirror).length : 0) === 0 && !names)
    return 'there is no journal, or an empty one. Is journal in estate.ts right, and its drive, share or server there? If it is lost, name what stacks have seen of it, as "pulumi up" says: --knows HASH. If no stack has ever seen one, begin it with "parallel-standby journal init"';
  if (holds(own) && (!mirror || mirror.entries.length === 0 || startsWith(own, mirror)))
    return mirror?.broken
      ? "the journal holds, its mirror does not, and has nothing that the journal lacks: keep the broken file, then copy the journal's journal.jsonl over it"
      : "the journal can be read: there is nothing to break";
  if (mirror && holds(mirror) && startsWith(mirror, own))
    return "its mirror holds, and has all that can be read of the journal: keep the broken file, then copy the mirror's journal.jsonl over it";
  if (holds(own) && holds(mirror))
    return 'journal and mirror hold different histories, and each can be read: decide which one is true ("parallel-standby journal verify" shows where they part), keep both, and copy it over the other';
  return undefined;
}

const startsWith = (whole: Readable, start: Readable): boolean =>
  start.entries.every((e, i) => whole.entries[i]?.hash === e.hash);

const allOf = (r: Readable): readonly string[] => [...r.lines, ...r.rest];

/** The hash that stands in a line, however broken the line is. */
const hashIn = (line: string): readonly string[] => {
  const stated = [...line.matchAll(/"hash":"([0-9a-f]{64})"/g)].at(-1)?.[1];
  return stated === undefined ? [] : [stated];
};

const epochIn = (line: string): number =>
  Math.max(0, ...[...line.matchAll(/"epoch":(\d{1,9})\b/g)].map(([, n]) => Number(n)));

/** How many lines may have told of an activation whose number can't be read any more. */
const mute = (lines: readonly string[]): number =>
  lines.filter((l) => epochIn(l) === 0 && !/"kind":"(?!activation started)[a-z -]+"/.test(l)).length;

function newestFacts(lines: readonly string[]): Salvage["carried"] {
  for (const line of lines.toReversed()) {
    const parsed = Fact.safeParse(parsedJson(line));
    if (
      parsed.success &&
      parsed.data.kind === "declared" &&
      hashOf(parsed.data.recovery) === parsed.data.factsHash
    )
      return parsed.data;
  }
  return undefined;
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
