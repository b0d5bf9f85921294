import type { Entry } from "../journal/entries.ts";
import { Refused, type ClockSeen } from "../steps/act.ts";
import { clockTime, moment } from "../model/time.ts";
import { look, type Surroundings } from "./look.ts";

/** How far this runner's clock may be off when a move begins; preflight judges seconds. Seconds. */
const offLimitSec = 300;

/** How long asking the servers may take. Seconds. */
const limitSec = 8;

/**
 * Refuses to begin a move where this runner's clock is wrong: times decide what is lost. It is held against the servers
 * that answer and the journal's newest entry. One server that differs is that server's own affair, and one that agrees
 * outweighs a journal that somebody wrote with a clock that was ahead.
 */
export async function refuseWrongClock(
  at: Surroundings,
  entries: readonly Entry[],
  now: () => number = Date.now,
): Promise<void> {
  const { recovery, world } = at;
  const seen = await Promise.all(
    recovery.parts.map(async ({ kind, facts }) => {
      const clocks = (await world.runs[kind]?.())?.clocks;
      if (!clocks) return [];
      return look(
        at,
        limitSec,
        () => undefined,
        (io) => clocks(facts, io),
      ).catch(() => []);
    }),
  );
  const says = wrongClock(seen.flat(), entries.at(-1)?.at, now());
  if (says !== undefined) throw new Refused(says);
}

/** Why this runner's clock cannot be right; undefined where it can be. `nowMs` is what it says, in milliseconds since 1970 UTC. */
export function wrongClock(
  seen: readonly ClockSeen[],
  newestEntry: string | undefined,
  nowMs: number,
): string | undefined {
  const here = `this runner's clock says ${moment(Math.floor(nowMs / 1000))}`;
  const mend =
    "Nothing was begun: times decide what is lost. Set it by a time server (w32tm /resync), then run this again";
  const off = seen.filter(({ aheadSec }) => Math.abs(aheadSec) > offLimitSec);
  if (seen.length > 0 && off.length === seen.length && new Set(off.map((c) => c.aheadSec > 0)).size === 1)
    return `${here}, and the clocks of ${off
      .map(
        ({ host, aheadSec }) =>
          `${host} (${clockTime(Math.abs(aheadSec))} ${aheadSec > 0 ? "ahead of it" : "behind it"})`,
      )
      .join(", ")} agree that it is wrong. ${mend}`;
  const behindSec = newestEntry === undefined ? 0 : (Date.parse(newestEntry) - nowMs) / 1000;
  if (behindSec > offLimitSec && off.length === seen.length)
    return `${here}, and the newest entry of the journal is of ${newestEntry ?? ""}, ${clockTime(behindSec)} later: this clock is behind, or that one was ahead. ${mend}`;
  return undefined;
}
