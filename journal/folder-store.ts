import * as fs from "node:fs/promises";
import * as path from "node:path";
import lockfile from "proper-lockfile";
import { JournalError } from "./chain.ts";
import { leasesIn, takeLease } from "./lease-file.ts";
import type { Store } from "./store.ts";

const fileIn = (folder: string): string => path.join(folder, "journal.jsonl");

/**
 * A journal in a folder on the runner, and a copy of every entry in a second folder. The copy is written after the
 * journal; where the second place cannot be written the run goes on and says so, and the next append catches up.
 */
export function folderStore(folder: string, mirror: string | undefined, warn: (line: string) => void): Store {
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    await fs.mkdir(folder, { recursive: true });
    const release = await lockfile.lock(folder, {
      lockfilePath: path.join(folder, "append.lock"),
      stale: 10_000,
      retries: { retries: 400, minTimeout: 5, maxTimeout: 50, randomize: true },
    });
    try {
      return await work();
    } finally {
      await release();
    }
  }

  return {
    place: folder,
    read: () => readText(folder),
    append: (make) =>
      alone(async () => {
        const text = await readText(folder);
        if (mirror !== undefined) await refuseOlder(text, folder, mirror);
        const line = make(text);
        if (line === undefined) return;
        await addTo(folder, `${line}\n`);
        if (mirror !== undefined) await copyTo(mirror, `${text}${line}\n`, warn);
      }),
    lease: (name, ttlMs) => alone(() => takeLease(folder, name, ttlMs)),
    leases: () => leasesIn(folder),
  };
}

async function readText(folder: string): Promise<string> {
  try {
    return await fs.readFile(fileIn(folder), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new JournalError(
      `the journal in ${folder} cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

async function addTo(folder: string, text: string): Promise<void> {
  const handle = await fs.open(fileIn(folder), "a");
  try {
    await handle.write(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A journal that lacks what its mirror has was restored from an older copy: whoever goes on with it forgets a cutover. */
async function refuseOlder(text: string, folder: string, mirror: string): Promise<void> {
  const copy = await readText(mirror).catch(() => "");
  if (copy.length > text.length && copy.startsWith(text))
    throw new JournalError(
      `the journal in ${folder} is older than its mirror in ${mirror}: it lacks the last ${String(copy.slice(text.length).trimEnd().split("\n").length)} entries. Copy the mirror's journal.jsonl over it`,
    );
  if (!text.startsWith(copy))
    throw new JournalError(
      `the journal in ${folder} and its mirror in ${mirror} hold different histories. Find out with "parallel-standby journal verify" which one is right, and copy it over the other`,
    );
}

async function copyTo(mirror: string, text: string, warn: (line: string) => void): Promise<void> {
  try {
    await fs.mkdir(mirror, { recursive: true });
    const have = await readText(mirror);
    await addTo(mirror, text.slice(have.length));
  } catch (error) {
    warn(
      `the journal's mirror in ${mirror} was not written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
