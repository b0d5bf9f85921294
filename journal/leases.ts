import { randomUUID } from "node:crypto";
import * as os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isGone, whoAmI } from "./process-life.ts";
import type { Holder, Store } from "./store.ts";

/** A lease as it lies in a store. */
export interface HeldLease extends Holder {
  readonly name: string;
  /** The machine of its holder, and the process there. */
  readonly host: string;
  readonly pid: number;
  /** Never another lease's. Where no clock judges for all machines, it changes with each of its holder's signs of life. */
  readonly sign: string;
  /** How often its holder says that it lives; 0 where that is not known. Milliseconds. */
  readonly beatMs: number;
  /** Its time is over, by the clock that is at hand. */
  readonly isOver: boolean;
}

/** What is written of a lease that one asks for. */
export interface WantedLease {
  readonly name: string;
  readonly who: string;
  readonly host: string;
  readonly pid: number;
  readonly token: string;
  readonly ttlMs: number;
  readonly beatMs: number;
}

/** How a store keeps leases. Every change is atomic. */
export interface LeaseTable {
  /** Whether one clock, the store's own, says for all machines that a lease is over. Without one, clocks may differ. */
  readonly hasOwnClock: boolean;
  look(name: string): Promise<HeldLease | undefined>;
  all(): Promise<readonly HeldLease[]>;
  /** Takes a lease that nobody has, or that one which has ended and shows the same sign still. Else false, and nothing happens. */
  take(wanted: WantedLease, ended: HeldLease | undefined): Promise<boolean>;
  /** A sign of life; false where the lease is another's by now. */
  renew(mine: WantedLease): Promise<boolean>;
  /** Gives it back, where it is still the own one. */
  remove(mine: WantedLease): Promise<void>;
  /** Clears away one that has ended, where it shows the same sign still. */
  clear(ended: HeldLease): Promise<void>;
}

/** How much later than due a sign of life may come on a machine that has just woken up. Milliseconds. */
const graceMs = 1_000;
/** How often others may be faster before one believes that they hold it. */
const triesAtMost = 5;

/** Leases over what a store keeps of them: who may take one, when its holder counts as gone, and that it is kept alive. */
export function leasesOn(table: LeaseTable): Pick<Store, "lease" | "leases"> {
  /** Since when this process has seen each lease without a new sign of life, by its own stopwatch. */
  const watched = new Map<string, { readonly sign: string; readonly since: number }>();
  const waitedFor = new Set<string>();

  /**
   * A holder on this machine whose process has ended need not be waited for: a program that fails never releases. One
   * whose time is over while its process is there is late: a machine that slept or whose clock was put forward wakes all
   * of its processes at once, and who looks first must not take what the other holds. (Or its number was given to
   * another process.) On another machine it is late as well, unless one clock judges for both: this machine's may be
   * ahead. And whatever clocks say, one that has given no sign for all its time has ended.
   */
  function lifeOf({ name, host, pid, sign, beatMs, isOver }: HeldLease): "lives" | "late" | "ended" {
    if (host === os.hostname()) {
      if (isGone(pid)) return "ended";
    } else {
      if (table.hasOwnClock) return isOver ? "ended" : "lives";
      const seen = watched.get(name);
      if (seen?.sign !== sign) watched.set(name, { sign, since: performance.now() });
      else if (beatMs > 0 && performance.now() - seen.since > beatMs * beatsInTime + graceMs) return "ended";
    }
    if (!isOver) return "lives";
    return waitedFor.has(sign) ? "ended" : "late";
  }

  /** Gives a holder that is late the time for its next sign of life. One that gives it is late still where its clock is behind. */
  async function settled(lease: HeldLease | undefined): Promise<HeldLease | undefined> {
    if (!lease || lifeOf(lease) !== "late") return lease;
    await wait(lease.beatMs + graceMs);
    waitedFor.add(lease.sign);
    return table.look(lease.name);
  }

  return {
    lease: async (name, ttlMs) => {
      const mine: WantedLease = {
        name,
        who: whoAmI(),
        host: os.hostname(),
        pid: process.pid,
        token: randomUUID(),
        ttlMs,
        beatMs: ttlMs / beatsInTime,
      };
      for (let tries = 0; ; tries++) {
        const held = await settled(await table.look(name));
        if (held && (lifeOf(held) !== "ended" || tries === triesAtMost))
          return { who: held.who, since: held.since };
        if (await table.take(mine, held)) break;
      }
      const beat = setInterval(() => {
        table.renew(mine).then(
          (isMine) => {
            if (!isMine) clearInterval(beat);
          },
          () => undefined,
        );
      }, mine.beatMs).unref();
      return {
        release: async () => {
          clearInterval(beat);
          // What cannot be given back ends with this process; it must not hide how the work ended.
          await table.remove(mine).catch(() => undefined);
        },
      };
    },
    leases: async () => {
      const all = await Promise.all((await table.all()).map(settled));
      const there = all.filter((l): l is HeldLease => l !== undefined);
      const lives = new Set(there.filter((l) => lifeOf(l) !== "ended"));
      await Promise.all(there.filter((l) => !lives.has(l)).map((l) => table.clear(l).catch(() => undefined)));
      return [...lives].map(({ name, who, since }) => ({ name, who, since }));
    },
  };
}

/** How many signs of life a holder gives in the time of its lease. */
const beatsInTime = 4;
