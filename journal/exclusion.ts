import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isGone } from "./process-life.ts";

/** Somebody else has worked there for longer than one waits. */
export class Busy extends Error {
  public override readonly name = "Busy";
}

/** How long the lock of somebody who does not stir is respected, and how often a holder stirs. Real milliseconds. */
const deafMs = 10_000;
const stirMs = 2_000;
/** How long one waits in all. */
const patienceMs = 20_000;

/** The right to write in a folder, until it is given back. */
export interface Turn {
  /** Whether it still is: a process that stood still for long may have lost it. */
  isMine(): boolean;
  end(): Promise<void>;
}

/**
 * Waits until nobody else writes in that folder, and takes the turn. A lock whose holder has died is broken: at once where the process
 * was on this machine, else when it has not stirred for 10 s. That is measured on the waiting process's own stopwatch:
 * clocks of two machines, or of a file server, may differ, and a clock may be put forward. Throws `Busy` after 20 s.
 */
export async function takeTurn(folder: string): Promise<Turn> {
  await fs.mkdir(folder, { recursive: true });
  const file = path.join(folder, "append.lock");
  const token = randomUUID();
  await take(file, token);
  const beat = setInterval(() => void stir(file, token), stirMs).unref();
  return {
    isMine: () => holds(file, token),
    end: async () => {
      clearInterval(beat);
      if (holds(file, token)) await fs.rm(file, { force: true });
    },
  };
}

const textOf = (token: string, stirred: number): string =>
  JSON.stringify({
    token,
    stirred: String(Math.round(stirred)).padStart(12, "0"),
    host: os.hostname(),
    pid: process.pid,
  });

async function take(file: string, token: string): Promise<void> {
  const began = performance.now();
  let seen = "";
  let seenAt = began;
  for (;;) {
    if (await create(file, textOf(token, 0))) return;
    const now = performance.now();
    const text = await fs.readFile(file, "utf8").catch(() => "");
    if (text !== seen) [seen, seenAt] = [text, now];
    else if (now - seenAt > deafMs || isHolderGone(text)) await breakLock(file, text);
    if (now - began > patienceMs) throw new Busy(`another process holds ${file}`);
    await wait(2 + Math.random() * 10);
  }
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    const handle = await fs.open(file, "wx");
    try {
      await handle.writeFile(text);
    } catch (error) {
      // A full disk makes the file and takes nothing into it: nobody's lock, that everybody would wait for.
      await handle.close();
      await fs.rm(file, { force: true });
      throw error;
    }
    await handle.close();
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Windows answers EPERM while a file that was deleted is still open somewhere.
    if (code === "EEXIST" || (process.platform === "win32" && (code === "EPERM" || code === "EBUSY")))
      return false;
    throw error;
  }
}

/** Moves the dead lock aside first: of several that wait only one does; what turns out to be another's is put back. */
async function breakLock(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await fs.rename(file, aside);
    if ((await fs.readFile(aside, "utf8")) !== text) await fs.link(aside, file);
  } catch {
    // Somebody else was faster.
  } finally {
    await fs.rm(aside, { force: true });
  }
}

/** A holder that works for long changes its lock, so that those who wait see that it lives. */
async function stir(file: string, token: string): Promise<void> {
  if (holds(file, token))
    await fs.writeFile(file, textOf(token, performance.now()), { flag: "r+" }).catch(() => undefined);
}

function holds(file: string, token: string): boolean {
  try {
    return readFileSync(file, "utf8").includes(token);
  } catch {
    return false;
  }
}

function isHolderGone(text: string): boolean {
  try {
    const { host, pid } = JSON.parse(text) as { host?: unknown; pid?: unknown };
    return host === os.hostname() && typeof pid === "number" && isGone(pid);
  } catch {
    return false;
  }
}
