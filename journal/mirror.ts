import * as fs from "node:fs/promises";
import * as path from "node:path";
import { JournalError } from "./chain.ts";

/** How long the mirror's place may take for one read or write, and for how long it is left out once it took longer. Milliseconds. */
const limitMs = 5_000;
const leftOutMs = 60_000;

/** The copy of a journal in a second folder, which may lie on a server that is gone. */
export interface Mirror {
  /** Throws where the journal lacks what the mirror has, or tells another history. */
  refuseOlder(own: Buffer): Promise<void>;
  /** Brings the mirror up to the whole journal; where that fails it warns, and the next entry catches up. */
  complete(whole: Buffer): Promise<void>;
}

/**
 * The mirror of the journal in `folder`. Nobody waits long for it: others want to write in the journal meanwhile, and a
 * server that is gone makes each access to its share hang. Which one is silent is remembered beside the journal, for
 * all processes.
 */
export function mirrorOf(folder: string, mirror: string, warn: (line: string) => void): Mirror {
  const mark = path.join(folder, "mirror-silent");
  const isLeftOut = async (): Promise<boolean> => {
    const marked = await fs.stat(mark).catch(() => undefined);
    return marked !== undefined && Math.abs(Date.now() - marked.mtimeMs) < leftOutMs;
  };
  const bounded = async (work: (file: string) => Promise<void>): Promise<void> => {
    if (await isLeftOut()) return;
    try {
      await inTime(work(path.join(mirror, "journal.jsonl")));
    } catch (error) {
      if (error instanceof JournalError) throw error;
      if (error instanceof Silent) await fs.writeFile(mark, "").catch(() => undefined);
      warn(
        `the journal's mirror in ${mirror} was not written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  return {
    refuseOlder: (own) =>
      bounded(async (file) => {
        const copy = await fs.readFile(file).catch(() => Buffer.alloc(0));
        refuse(own, copy, folder, mirror);
      }),
    complete: (whole) =>
      bounded(async (file) => {
        await fs.mkdir(mirror, { recursive: true });
        const handle = await fs.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT);
        try {
          // At its place and not at the end: a write that was given up and happens late writes what is there already.
          const { size } = await handle.stat();
          if (size < whole.length) await handle.write(whole, size, whole.length - size, size);
          await handle.sync();
        } finally {
          await handle.close();
        }
      }),
  };
}

/** A journal that lacks what its mirror has was restored from an older copy: whoever goes on with it forgets a cutover. */
function refuse(own: Buffer, copy: Buffer, folder: string, mirror: string): void {
  const startsWith = (whole: Buffer, start: Buffer): boolean => whole.subarray(0, start.length).equals(start);
  if (copy.length > own.length && startsWith(copy, own))
    throw new JournalError(
      `the journal in ${folder} is older than its mirror in ${mirror}: it lacks the last ${String(copy.subarray(own.length).toString("utf8").trimEnd().split("\n").length)} entries. Copy the mirror's journal.jsonl over it`,
    );
  if (!startsWith(own, copy))
    throw new JournalError(
      `the journal in ${folder} and its mirror in ${mirror} hold different histories. Find out with "parallel-standby journal verify" which one is right, and copy it over the other`,
    );
}

/** The mirror's place took too long. */
class Silent extends Error {}

async function inTime(work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new Silent(
        `it did not answer within ${String(limitMs / 1000)} s. It is left out for ${String(leftOutMs / 1000)} s`,
      ),
    );
  }, limitMs);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
