import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { isGone } from "./process-life.ts";
import type { Holder, Lease } from "./store.ts";

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

/** This process, as journals and leases name it. */
export const whoAmI = (): string => `${userName()}@${os.hostname()}#${String(process.pid)}`;

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.env["USERNAME"] ?? process.env["USER"] ?? "unknown";
  }
}

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
 * Takes the lease or says who has it. Its holder says a few times within `ttlMs` that it lives; what it writes and what
 * others read is under the store's exclusion, so that nobody renews or removes a lease that another one has taken over.
 */
export async function takeLease(
  folder: string,
  name: string,
  ttlMs: number,
  alone: Alone,
): Promise<Lease | Holder> {
  const file = fileOf(folder, name);
  const beatMs = ttlMs / 4;
  const mine = {
    name,
    who: whoAmI(),
    since: new Date().toISOString(),
    host: os.hostname(),
    pid: process.pid,
    token: crypto.randomUUID(),
    beatMs,
  };
  const write = async (): Promise<void> => {
    const next = `${file}.${mine.token}`;
    await fs.writeFile(next, JSON.stringify({ ...mine, until: Date.now() + ttlMs }));
    await replace(next, file);
  };
  await settled(await readLease(file));
  const held = await alone(async () => {
    await fs.mkdir(path.dirname(file), { recursive: true });
    const now = await readLease(file);
    if (now && lifeOf(now) === "lives") return now;
    // One that is still late after it was waited for has ended; one that nobody waited for is left its chance.
    if (now && lifeOf(now) === "late" && !waitedFor.has(sign(now))) return now;
    await write();
    return undefined;
  });
  if (held) return { who: held.who, since: held.since };
  const renew = (): Promise<void> =>
    alone(async () => {
      if ((await readLease(file))?.token === mine.token) await write();
      else clearInterval(beat);
    }).catch(() => undefined);
  const beat = setInterval(() => void renew(), beatMs).unref();
  return {
    release: async () => {
      clearInterval(beat);
      await alone(async () => {
        if ((await readLease(file))?.token === mine.token) await fs.rm(file, { force: true });
        // What cannot be given back ends with this process; it must not hide how the work ended.
      }).catch(() => undefined);
    },
  };
}

/** All leases in that folder whose holders live. */
export async function leasesIn(folder: string): Promise<readonly (Holder & { readonly name: string })[]> {
  const names = await fs.readdir(path.join(folder, "leases")).catch(() => [] as string[]);
  const all = await Promise.all(
    names
      .filter((n) => n.endsWith(".json"))
      .map(async (n) => {
        const file = path.join(folder, "leases", n);
        await settled(await readLease(file));
        return readLease(file);
      }),
  );
  return all
    .filter((l): l is LeaseFile => l !== undefined && lifeOf(l) === "lives")
    .map(({ name, who, since }) => ({ name, who, since }));
}

async function readLease(file: string): Promise<LeaseFile | undefined> {
  try {
    return LeaseFile.parse(JSON.parse(await fs.readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/**
 * A holder on this machine whose process has ended need not be waited for: a program that fails never releases. One
 * whose time is over while its process is there is late: a machine that slept or whose clock was put forward wakes all
 * of its processes at once, and who looks first must not take what the other holds. (Or its number was given to another process.)
 */
function lifeOf({ host, pid, until }: LeaseFile): "lives" | "late" | "ended" {
  const inTime = until > Date.now();
  if (host !== os.hostname()) return inTime ? "lives" : "ended";
  if (isGone(pid)) return "ended";
  return inTime ? "lives" : "late";
}

const waitedFor = new Set<string>();
const sign = ({ token, until }: LeaseFile): string => `${token} ${String(until)}`;

/** Gives a holder that is late the time for its next sign of life. */
async function settled(lease: LeaseFile | undefined): Promise<void> {
  if (!lease || lifeOf(lease) !== "late" || waitedFor.has(sign(lease))) return;
  await wait((lease.beatMs ?? 0) + graceMs);
  waitedFor.add(sign(lease));
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

/** How much later than due a sign of life may come on a machine that has just woken up. Milliseconds. */
const graceMs = 1_000;
