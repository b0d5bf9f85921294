import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cannotWrite } from "./cannot-write.ts";
import { JournalError } from "./chain.ts";
import { Busy, takeTurn } from "./exclusion.ts";
import { leaseFiles, type Alone } from "./lease-file.ts";
import { leasesOn } from "./leases.ts";
import { mirrorOf } from "./mirror.ts";
import { putInPlace } from "./put-in-place.ts";
import type { Store } from "./store.ts";

const fileIn = (folder: string): string => path.join(folder, "journal.jsonl");
const says = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/**
 * A journal in a folder on the runner, and a copy of every entry in a second folder. The copy is written after the
 * journal; where the second place cannot be written the run goes on and says so, and the next append catches up. A
 * journal that lacks what its copy has is neither read nor written: it was restored from an older one.
 */
export function folderStore(folder: string, mirror: string | undefined, warn: (line: string) => void): Store {
  const copy =
    mirror === undefined
      ? undefined
      : mirrorOf({ place: folder, mark: path.join(folder, "mirror-silent") }, mirror, warn);
  const own = (): Promise<Buffer> => readBytes(folder);
  const compared = (): Promise<Buffer> => (copy ? copy.compared(own) : own());
  const raw = async (): Promise<{ own: string; mirror?: string }> => {
    const copied = await copy?.raw();
    return { own: (await own()).toString("utf8"), ...(copied === undefined ? {} : { mirror: copied }) };
  };
  const alone: Alone = async (work) => {
    const stillAlone = (isAlone: () => boolean) => (): void => {
      if (!isAlone())
        throw new JournalError(
          `the journal in ${folder} was not written: this process stood still for so long that another one took its turn. Run it again`,
        );
    };
    const turn = await takeTurn(folder).catch((error: unknown) => {
      throw notAlone(folder, error);
    });
    try {
      return await work(stillAlone(turn.isMine));
    } finally {
      await turn.end();
    }
  };

  return {
    place: folder,
    read: async () => {
      const text = (await compared()).toString("utf8");
      // A line without its end may be one that is being written: nobody writes while we are alone.
      return text === "" || text.endsWith("\n")
        ? text
        : alone(() => readText(folder)).catch(() => readText(folder));
    },
    append: (make) =>
      alone(async (stillAlone) => {
        const bytes = await compared();
        const line = make(bytes.toString("utf8"));
        if (line === undefined) return;
        stillAlone();
        const more = Buffer.from(`${line}\n`);
        await addTo(folder, more);
        await copy?.complete(Buffer.concat([bytes, more]));
      }),
    raw,
    restart: (make) =>
      alone(async (stillAlone) => {
        const text = make(await raw());
        stillAlone();
        const kept = await putInPlace(fileIn(folder), text);
        const keptCopy = await copy?.restart(text);
        return [...kept, ...(keptCopy ?? [])];
      }),
    ...leasesOn(leaseFiles(folder, alone)),
  };
}

/** Why nobody could begin to write. */
const notAlone = (folder: string, error: unknown): JournalError =>
  error instanceof Busy
    ? new JournalError(
        `the journal in ${folder} is being written by another process for 20 s. Does its disk still answer?`,
      )
    : cannotWrite(folder, error);

const readText = async (folder: string): Promise<string> => (await readBytes(folder)).toString("utf8");

async function readBytes(folder: string): Promise<Buffer> {
  try {
    return await fs.readFile(fileIn(folder));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return Buffer.alloc(0);
    throw new JournalError(`the journal in ${folder} cannot be read (${says(error)})`);
  }
}

/** Adds all of it or nothing: a full disk takes the first half of a line, and half a line would stop everything. */
async function addTo(folder: string, more: Buffer): Promise<void> {
  const handle = await fs.open(fileIn(folder), "a").catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
  try {
    const { size } = await handle.stat();
    try {
      await handle.appendFile(more);
      await handle.sync();
    } catch (error) {
      await handle.truncate(size).catch(() => undefined);
      throw cannotWrite(folder, error);
    }
  } finally {
    await handle.close();
  }
}
