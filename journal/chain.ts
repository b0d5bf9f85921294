import { createHash } from "node:crypto";
import { canonical } from "../model/recovery.ts";
import { Fact, type Entry } from "./entries.ts";

/** A journal that cannot be used; the message says where it is broken and what to do. */
export class JournalError extends Error {
  public override readonly name = "JournalError";
}

/** What to do where there is no journal: never taken for "primary is active". */
export const absent =
  'the journal is absent or empty. Restore it from its mirror, or begin one with "parallel-standby journal init --active primary --as YOUR-NAME"';

const hashOfEntry = (prev: string, body: unknown): string =>
  createHash("sha256").update(prev).update(canonical(body)).digest("hex");

/** One line of the journal file for a fact after the given entries. */
export function lineOf(fact: Fact, entries: readonly Entry[], at: Date, by: string): string {
  const begins = fact.kind === "genesis" || fact.kind === "break-glass";
  if (entries.length === 0 ? !begins : fact.kind === "genesis")
    throw new JournalError(
      entries.length === 0
        ? absent
        : "the journal has begun already: it holds entries, and init would lose them",
    );
  const last = entries.at(-1);
  const body = { seq: entries.length, prev: last?.hash ?? "", at: at.toISOString(), by, ...Fact.parse(fact) };
  return JSON.stringify({ ...body, hash: hashOfEntry(body.prev, body) });
}

/** The entries of a journal's text. Throws where a line is cut, changed, missing or repeated. */
export function entriesOf(text: string): readonly Entry[] {
  const { entries, broken: why } = readableOf(text);
  if (why) throw why;
  return entries;
}

/** What of a journal's text holds: its entries up to the first line that does not, and why that one does not. */
export interface Readable {
  readonly entries: readonly Entry[];
  /** Their lines as they stand. */
  readonly lines: readonly string[];
  /** Lines from the first on that does not hold. */
  readonly rest: readonly string[];
  readonly broken?: JournalError;
}

/** Reads a journal's text as far as its chain holds. */
export function readableOf(text: string): Readable {
  const entries: Entry[] = [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const upTo = (n: number): Pick<Readable, "entries" | "lines" | "rest"> => ({
    entries,
    lines: lines.slice(0, n),
    rest: [...lines.slice(n), ...(last === "" ? [] : [last])],
  });
  for (const [n, line] of lines.entries()) {
    try {
      entries.push(entryOf(line, n, entries.at(-1)?.hash ?? ""));
    } catch (error) {
      if (error instanceof JournalError) return { ...upTo(n), broken: error };
      throw error;
    }
  }
  if (last === "") return upTo(lines.length);
  const cut = new JournalError(`${broken(lines.length, "its last line is cut off")}. ${cutOff}`);
  return { ...upTo(lines.length), broken: cut };
}

/** The entry of a line that follows the hash before it. */
function entryOf(line: string, seq: number, prev: string): Entry {
  const stated = parseLine(line, seq);
  const { hash, ...body } = stated;
  if (stated.seq !== seq) throw new JournalError(broken(seq, `it is numbered ${String(stated.seq)}`));
  if (stated.prev !== prev) throw new JournalError(broken(seq, "it does not follow the entry before it"));
  if (hashOfEntry(prev, body) !== hash)
    throw new JournalError(broken(seq, "its text was changed after it was written"));
  if (!Fact.safeParse(body).success)
    throw new JournalError(
      broken(
        seq,
        `this version does not know "${body.kind}" in this shape; use the version that wrote it, or a newer one`,
      ),
    );
  return stated;
}

function parseLine(line: string, seq: number): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new JournalError(broken(seq, "it is not JSON"));
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new JournalError(broken(seq, "it is no entry"));
  return value as Entry;
}

/** A step acts only after its line is on the disk, so that nobody has acted on a line that is not whole. */
const cutOff =
  "Without a mirror: where power or disk failed while that line was written, nothing acted on it; keep a copy of the file and delete what follows its last line break";

const broken = (seq: number, why: string): string =>
  `the journal is broken at entry ${String(seq)}: ${why}. Nothing runs on it. Compare it with its mirror ("parallel-standby journal verify") and restore the one that holds. Where none holds: "parallel-standby journal break-glass"`;
