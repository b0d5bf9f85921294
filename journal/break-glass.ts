import { hashOf } from "../model/recovery.ts";
import { lineOf, readableOf, type Readable } from "./chain.ts";
import { Fact, type Entry } from "./entries.ts";
import { mirrorAnew, restoring } from "./put-back.ts";
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

/** What somebody knows of a journal beyond what is left of it. */
export interface Known {
  /** Hashes, or their first digits, of entries that stacks have seen. */
  readonly hashes: readonly string[];
  /** Number of the last activation, where somebody has named it. */
  readonly lastActivation?: number;
}

/** What to do instead, where nothing has to be given up; a sentence. */
export interface NoNeed {
  readonly instead: string;
}

/**
 * What is left of a journal that cannot be read, or that has lost entries of which no copy is left. Nothing is given up
 * where a copy holds that has all that the other has, unless `knows` tells of more than that: otherwise there is one to
 * restore, and no glass to break. `mirrorFolder`: where the mirror lies, for what is said then.
 */
export function salvageOf(
  { own: ownText, mirror: mirrorText }: Copies,
  knows: Known,
  mirrorFolder: string,
): Salvage | NoNeed {
  const own = readableOf(ownText);
  const mirror = mirrorText === undefined ? undefined : readableOf(mirrorText);
  const instead = noNeed(own, mirror, knows, mirrorFolder);
  if (instead !== undefined) return { instead };
  const base = mirror && mirror.entries.length > own.entries.length ? mirror : own;
  const kept = new Set(base.lines);
  const lost = [...new Set([...allOf(own), ...(mirror ? allOf(mirror) : [])])].filter((l) => !kept.has(l));
  const isKept = (hash: string): boolean => base.entries.some((e) => e.hash.startsWith(hash));
  const carried = base.entries.some((e) => e.kind === "declared") ? undefined : newestFacts(lost);
  return {
    lines: base.lines,
    entries: base.entries,
    givenUp: lost.length,
    gaveUp: [...new Set([...lost.flatMap(hashIn), ...knows.hashes])].filter((h) => !isKept(h)),
    epoch:
      1 + Math.max(Math.max(epochOf(base), ...lost.map(epochIn)) + mute(lost), knows.lastActivation ?? 0),
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

function noNeed(
  own: Readable,
  mirror: Readable | undefined,
  knows: Known,
  folder: string,
): string | undefined {
  const holds = (r: Readable | undefined): boolean => r !== undefined && !r.broken && r.entries.length > 0;
  if (
    own.entries.length + own.rest.length === 0 &&
    (mirror ? allOf(mirror).length : 0) === 0 &&
    knows.hashes.length === 0
  )
    return 'there is no journal, or an empty one. Is journal in estate.ts right, and its drive, share or server there? If it is lost, name what stacks have seen of it, as "pulumi up" says: --knows HASH. If no stack has ever seen one, begin it with "parallel-standby journal init"';
  if (holds(own) && (!mirror || mirror.entries.length === 0 || startsWith(own, mirror))) {
    if (mirror?.broken)
      return `the journal holds, its mirror does not, and has nothing that the journal lacks: ${mirrorAnew(folder)}`;
    // A stack or a witness has seen something of what was lost, and there is no copy that has it.
    return hasLost(own, knows) ? undefined : "the journal can be read: there is nothing to break";
  }
  if (mirror && holds(mirror) && startsWith(mirror, own))
    return `its mirror holds, and has all that can be read of the journal: put the mirror's back ${restoring(folder)}`;
  if (holds(own) && holds(mirror))
    return 'journal and mirror hold different histories, and each can be read: decide which one is true: "parallel-standby journal verify" shows where they part, and what to do';
  return undefined;
}

/** Whether somebody knows more than a journal that can be read: an entry that is not in it, or an activation that would come after its last one. */
const hasLost = (own: Readable, { hashes, lastActivation }: Known): boolean =>
  hashes.some((h) => !own.entries.some((e) => e.hash.startsWith(h))) ||
  (lastActivation !== undefined && lastActivation >= epochOf(own));

const epochOf = ({ entries }: Readable): number => (entries.length > 0 ? situation(entries).epoch : 0);

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
