import * as fs from "node:fs/promises";
import * as path from "node:path";
import { supersedes } from "./break-glass.ts";
import { entriesOf, JournalError } from "./chain.ts";
import { restoring } from "./put-back.ts";
import { putInPlace } from "./put-in-place.ts";
import { withinLimit } from "./within-limit.ts";

/** How long the mirror's place may take for one read or write, and for how long it is left out once it took longer. */
const limitSec = 5;
const leftOutMs = 60_000;

/** So much of a mirror's end holds the hash of its last line. Bytes. */
const tailLength = 128;

/** The copy of a journal in a second folder, which may lie on a server that is gone. */
export interface Mirror {
  /** The journal as `whole` reads it. Throws where it lacks what the mirror has, or tells another history. */
  compared(whole: () => Promise<Buffer>): Promise<Buffer>;
  /** Its text as it lies there; nothing where there is none, or its place does not answer. */
  raw(): Promise<string | undefined>;
  /** Puts another text in its place, keeps what was there, and gives where; where that fails it warns. */
  restart(text: string): Promise<readonly string[]>;
  /** Brings the mirror up to the whole journal; where that fails it warns, and the next entry catches up. */
  complete(whole: Buffer): Promise<void>;
}

/** The journal that a mirror copies, as far as the mirror needs it. */
export interface Mirrored {
  /** Its place, for messages. */
  readonly place: string;
  /** File of the runner that says since when the mirror is silent. */
  readonly mark: string;
}

/**
 * The mirror of a journal. Nobody waits long for it: others want to write in the journal meanwhile, and a server that is
 * gone makes each access to its share hang. Which one is silent is remembered in a file, for all processes.
 */
export function mirrorOf(own: Mirrored, mirror: string, warn: (line: string) => void): Mirror {
  const { mark } = own;
  const file = path.join(mirror, "journal.jsonl");
  const isLeftOut = async (): Promise<boolean> => {
    const marked = await fs.stat(mark).catch(() => undefined);
    return marked !== undefined && Math.abs(Date.now() - marked.mtimeMs) < leftOutMs;
  };
  let hanging = 0;
  const bounded = async <T>(
    work: () => Promise<T>,
    failed: (why: string) => void,
  ): Promise<T | undefined> => {
    // What hangs keeps one of the few threads that all files of this process are read with.
    if (hanging > 0 || (await isLeftOut())) return undefined;
    const working = work();
    try {
      return await inTime(working);
    } catch (error) {
      if (error instanceof Silent) {
        hanging += 1;
        const over = (): void => void (hanging -= 1);
        working.then(over, over);
        await fs.mkdir(path.dirname(mark), { recursive: true }).catch(() => undefined);
        await fs.writeFile(mark, "").catch(() => undefined);
      }
      failed(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const unwritten = (why: string): void => {
    warn(`the journal's mirror in ${mirror} was not written: ${why}`);
  };
  let isSuperseded = false;
  let saidUnread = false;
  const read = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    bounded(work, (why) => {
      if (!saidUnread) warn(`the journal's mirror in ${mirror} cannot be read: ${why}`);
      saidUnread = true;
    });
  return {
    // The mirror first: what is written meanwhile is in the journal before it is in the mirror.
    compared: async (whole) => {
      const end = await read(() => endOf(file));
      const bytes = await whole();
      if (!end || hasAll(bytes, end)) return bytes;
      const copy = await read(() => fs.readFile(file));
      const now = await whole();
      if (copy && supersedes(now.toString("utf8"), copy.toString("utf8"))) isSuperseded = true;
      else if (copy) refuse(now, copy, own.place, mirror);
      return now;
    },
    raw: () => read(async () => (await endOf(file)) && (await fs.readFile(file, "utf8"))),
    restart: async (text) => (await bounded(() => putInPlace(file, text), unwritten)) ?? [],
    complete: async (whole) => {
      // A mirror that was away while its history was given up is kept as it is, beside the new one.
      const replaces = isSuperseded;
      isSuperseded = false;
      await bounded(async () => {
        if (replaces) await putInPlace(file, whole.toString("utf8"));
        else await bringUp(file, whole);
      }, unwritten);
    },
  };
}

/** Where a file ends and with which bytes; undefined where there is none. */
type End = { readonly size: number; readonly tail: Buffer } | undefined;

async function endOf(file: string): Promise<End> {
  const handle = await fs.open(file, "r").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, tailLength));
    const { bytesRead } = await handle.read(tail, 0, tail.length, size - tail.length);
    return { size, tail: tail.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

/** The end is enough where it ends a line: that holds a hash over all before it. */
const hasAll = (own: Buffer, { size, tail }: NonNullable<End>): boolean =>
  own.length >= size && own.subarray(size - tail.length, size).equals(tail) && tail.at(-1) === lineBreak;
const lineBreak = 10;

async function bringUp(file: string, whole: Buffer): Promise<void> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const handle = await fs.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT);
  try {
    // At its place and not at the end: a write that was given up and happens late writes what is there already.
    const { size } = await handle.stat();
    if (size < whole.length) await handle.write(whole, size, whole.length - size, size);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A journal that lacks what its mirror has was restored from an older copy: whoever goes on with it forgets a cutover. */
function refuse(own: Buffer, copy: Buffer, place: string, mirror: string): void {
  const startsWith = (whole: Buffer, start: Buffer): boolean => whole.subarray(0, start.length).equals(start);
  const entries = (bytes: Buffer): string => {
    const lines = bytes.toString("utf8").trimEnd().split("\n").length;
    return lines === 1 ? "1 entry" : `${String(lines)} entries`;
  };
  if (own.length === 0 && copy.length > 0)
    throw new JournalError(
      `there is no journal in ${place}, or an empty one, while its mirror in ${mirror} holds ${entries(copy)}. Is journal in estate.ts right, and its drive, share or server there? If so, put the mirror's back ${restoring(mirror)}. Never begin a new journal: it would forget every cutover`,
    );
  if (copy.length > own.length && startsWith(copy, own))
    throw new JournalError(
      `the journal in ${place} is older than its mirror in ${mirror}: it lacks the last ${entries(copy.subarray(own.length))}. Put the mirror's back before anything else ${restoring(mirror)}`,
    );
  if (startsWith(own, copy)) return;
  // One that is broken says where.
  entriesOf(own.toString("utf8"));
  throw new JournalError(
    `the journal in ${place} and its mirror in ${mirror} hold different histories. Find out which one is right: "parallel-standby journal verify" shows where they part, and what to do`,
  );
}

/** The mirror's place took too long. */
class Silent extends Error {}

const inTime = <T>(work: Promise<T>): Promise<T> =>
  withinLimit(
    work,
    limitSec,
    () =>
      new Silent(
        `it did not answer within ${String(limitSec)} s. It is left out for ${String(leftOutMs / 1000)} s`,
      ),
  );
