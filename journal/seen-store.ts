import { setTimeout as wait } from "node:timers/promises";
import { JournalError } from "./chain.ts";
import { leasesOn, type LeaseTable } from "./leases.ts";
import type { Mirror } from "./mirror.ts";
import type { Store } from "./store.ts";

/** A journal's text as it was seen, and what its place needs to know whether it is still so. */
export interface Seen {
  /** The whole text; empty where there is none yet. */
  readonly text: string;
  /** Opaque: made and read by the place. */
  readonly mark: unknown;
}

/** A place that takes a line only from somebody who has seen all that it holds: it needs no lock between look and line. */
export interface SeenPlace {
  /** For messages. */
  readonly place: string;
  readonly leases: LeaseTable;
  read(): Promise<Seen>;
  /** Adds the line, without its end, after what was seen; false where others have written meanwhile. */
  add(line: string, after: Seen): Promise<boolean>;
  /** Puts another text in the place of what was seen, and keeps that; gives where. Undefined where others have written meanwhile. */
  replace(text: string, seen: Seen): Promise<readonly string[] | undefined>;
}

/** How long one writes against others before one says so. Milliseconds. */
const patienceMs = 20_000;

/**
 * A journal in such a place, with a copy of every entry in a mirror: whoever loses a race reads again and decides again.
 * Where it is not known whether a line arrived, because the connection broke, it is looked for; a line is the only one of
 * its kind, since it holds who wrote it, when, and the hash of the line before.
 */
export function seenStore(at: SeenPlace, mirror: Mirror | undefined): Store {
  const seen = async (): Promise<Seen> => {
    let last: Seen | undefined;
    const whole = async (): Promise<Buffer> => Buffer.from((last = await at.read()).text);
    if (mirror) await mirror.compared(whole);
    else await whole();
    if (!last) throw new JournalError(`the journal in ${at.place} was not read`);
    return last;
  };

  async function arrived(line: string, after: Seen): Promise<boolean> {
    const there = (now: Seen): boolean => now.text.startsWith(`${after.text}${line}\n`);
    let failed: { readonly error: unknown } | undefined;
    try {
      if (await at.add(line, after)) return true;
    } catch (error) {
      failed = { error };
    }
    // A driver that asks again by itself is refused where its first request has arrived after all.
    const now = await at.read().catch((error: unknown) => {
      throw failed ? failed.error : error;
    });
    if (there(now)) return true;
    if (failed && now.text === after.text) throw failed.error;
    return false;
  }

  /** Writers of one process go one after the other: against each other they would only race. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  async function until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    const began = performance.now();
    for (let tries = 1; ; tries++) {
      const done = await attempt();
      if (done !== undefined) return done;
      if (performance.now() - began > patienceMs)
        throw new JournalError(
          `the journal in ${at.place} was not written: for ${String(patienceMs / 1000)} s others were always faster. Run it again`,
        );
      await wait(Math.random() * Math.min(200, 5 * 2 ** tries));
    }
  }

  const raw = async (): Promise<{ own: string; mirror?: string; seen: Seen }> => {
    const copy = await mirror?.raw();
    const now = await at.read();
    return { own: now.text, seen: now, ...(copy === undefined ? {} : { mirror: copy }) };
  };

  return {
    place: at.place,
    read: async () => (await seen()).text,
    append: (make) =>
      inTurn(() =>
        until(async () => {
          const before = await seen();
          const line = make(before.text);
          if (line === undefined) return true;
          if (!(await arrived(line, before))) return undefined;
          await mirror?.complete(Buffer.from(`${before.text}${line}\n`));
          return true;
        }).then(() => undefined),
      ),
    raw: async () => {
      const { own, mirror: copy } = await raw();
      return { own, ...(copy === undefined ? {} : { mirror: copy }) };
    },
    restart: (make) =>
      inTurn(() =>
        until(async () => {
          const { seen: before, ...copies } = await raw();
          const text = make(copies);
          const kept = await at.replace(text, before);
          return kept && [...kept, ...((await mirror?.restart(text)) ?? [])];
        }),
      ),
    ...leasesOn(at.leases),
  };
}
