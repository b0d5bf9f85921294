import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as z from "zod";
import type { Holder, Lease } from "./store.ts";

const LeaseFile = z.object({
  name: z.string(),
  who: z.string(),
  since: z.string(),
  until: z.number(),
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

/** Where the lease of that name lies. Different names never share a file. */
const fileOf = (folder: string, name: string): string =>
  path.join(folder, "leases", `${encodeURIComponent(name).replaceAll("*", "%2A")}.json`);

/** Takes the lease or says who has it. Call it under the store's exclusion. */
export async function takeLease(folder: string, name: string, ttlMs: number): Promise<Lease | Holder> {
  const file = fileOf(folder, name);
  await fs.mkdir(path.dirname(file), { recursive: true });
  const held = await readLease(file);
  if (held && isAlive(held)) return { who: held.who, since: held.since };
  const mine = {
    name,
    who: whoAmI(),
    since: new Date().toISOString(),
    host: os.hostname(),
    pid: process.pid,
    token: crypto.randomUUID(),
  };
  const write = async (): Promise<void> => {
    const next = `${file}.${mine.token}`;
    await fs.writeFile(next, JSON.stringify({ ...mine, until: Date.now() + ttlMs }));
    await fs.rename(next, file);
  };
  await write();
  let ended = false;
  const beat = setInterval(() => {
    void readLease(file)
      .then((l) => (ended || l?.token !== mine.token ? clearInterval(beat) : write()))
      .catch(() => undefined);
  }, ttlMs / 4).unref();
  return {
    release: async () => {
      ended = true;
      clearInterval(beat);
      if ((await readLease(file))?.token === mine.token) await fs.rm(file, { force: true });
    },
  };
}

/** All leases in that folder whose holders live. */
export async function leasesIn(folder: string): Promise<readonly (Holder & { readonly name: string })[]> {
  const names = await fs.readdir(path.join(folder, "leases")).catch(() => [] as string[]);
  const all = await Promise.all(
    names.filter((n) => n.endsWith(".json")).map((n) => readLease(path.join(folder, "leases", n))),
  );
  return all
    .filter((l): l is LeaseFile => l !== undefined && isAlive(l))
    .map(({ name, who, since }) => ({ name, who, since }));
}

async function readLease(file: string): Promise<LeaseFile | undefined> {
  try {
    return LeaseFile.parse(JSON.parse(await fs.readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** A holder on this machine whose process has ended need not be waited for: a program that fails never releases. */
function isAlive({ host, pid, until }: LeaseFile): boolean {
  if (until <= Date.now()) return false;
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
