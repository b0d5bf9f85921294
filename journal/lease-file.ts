import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import type { HeldLease, LeaseTable, WantedLease } from "./leases.ts";

const LeaseFile = z.object({
  name: z.string(),
  who: z.string(),
  since: z.string(),
  until: z.number(),
  /** How often its holder says that it lives; absent in leases of version 0.1.0. Milliseconds. */
  beatMs: z.number().optional(),
  host: z.string(),
  pid: z.number(),
  token: z.string(),
});
type LeaseFile = z.infer<typeof LeaseFile>;

/** Runs work while nobody else writes in the store. The work may ask whether it still is alone. */
export type Alone = <T>(work: (stillAlone: () => void) => Promise<T>) => Promise<T>;

/**
 * Where the lease of that name lies. Different names never share a file, on file systems that take upper and lower case
 * for the same too, and no name is too long for one.
 */
function fileOf(folder: string, name: string): string {
  const readable = name.replaceAll(/[^a-z0-9]+/g, "-").slice(0, 80);
  const own = readable === name ? "" : `.${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  return path.join(folder, "leases", `${readable}${own}.json`);
}

/**
 * Leases as files of a folder. What a holder writes and what others read is under the store's exclusion, so that nobody
 * renews or removes a lease that another one has taken over.
 */
export function leaseFiles(folder: string, alone: Alone): LeaseTable {
  const since = new Map<string, string>();
  const write = async ({ name, who, host, pid, token, ttlMs, beatMs }: WantedLease): Promise<void> => {
    const file = fileOf(folder, name);
    const next = `${file}.${token}`;
    const began = since.get(token) ?? new Date().toISOString();
    since.set(token, began);
    const until = Date.now() + ttlMs;
    await fs.writeFile(
      next,
      JSON.stringify({ name, who, since: began, host, pid, token, beatMs, until } satisfies LeaseFile),
    );
    await replace(next, file);
  };
  const whileMine = ({ name, token }: WantedLease, work: () => Promise<void>): Promise<boolean> =>
    alone(async () => {
      const isMine = (await readLease(fileOf(folder, name)))?.token === token;
      if (isMine) await work();
      return isMine;
    });
  return {
    hasOwnClock: false,
    look: async (name) => heldIn(await readLease(fileOf(folder, name))),
    all: async () => {
      const names = await fs.readdir(path.join(folder, "leases")).catch(() => [] as string[]);
      const files = names.filter((n) => n.endsWith(".json"));
      const all = await Promise.all(
        files.map(async (n) => heldIn(await readLease(path.join(folder, "leases", n)))),
      );
      return all.filter((l) => l !== undefined);
    },
    take: (wanted, ended) =>
      alone(async () => {
        const file = fileOf(folder, wanted.name);
        await fs.mkdir(path.dirname(file), { recursive: true });
        if (heldIn(await readLease(file))?.sign !== ended?.sign) return false;
        await write(wanted);
        return true;
      }),
    renew: (mine) => whileMine(mine, () => write(mine)),
    remove: async (mine) => {
      await whileMine(mine, () => fs.rm(fileOf(folder, mine.name), { force: true }));
      since.delete(mine.token);
    },
    clear: (ended) =>
      alone(async () => {
        const file = fileOf(folder, ended.name);
        if (heldIn(await readLease(file))?.sign === ended.sign) await fs.rm(file, { force: true });
      }),
  };
}

const heldIn = (lease: LeaseFile | undefined): HeldLease | undefined =>
  lease && {
    ...lease,
    sign: `${lease.token} ${String(lease.until)}`,
    beatMs: lease.beatMs ?? 0,
    isOver: lease.until <= Date.now(),
  };

async function readLease(file: string): Promise<LeaseFile | undefined> {
  try {
    return LeaseFile.parse(JSON.parse(await fs.readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Windows refuses to replace a file while somebody, a virus scanner too, has it open: that takes moments. */
async function replace(next: string, file: string, triesLeft = 40): Promise<void> {
  try {
    await fs.rename(next, file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const inUse = code === "EPERM" || code === "EACCES" || code === "EBUSY";
    if (process.platform !== "win32" || !inUse || triesLeft === 0) throw error;
    await wait(25);
    await replace(next, file, triesLeft - 1);
  }
}
