import type { GuardFacts } from "../model/guard.ts";
import { moment } from "../model/time.ts";
import { fenceOwed } from "./fence-owed.ts";
import { leavingMove } from "./outside.ts";
import type { Situation } from "./situation.ts";

/**
 * Until when a guard at a site that is lost may still start services there by itself. The last word that it can have got
 * there is `run`, no later than the disaster, and that is good for the lease; no witness that answers there says
 * otherwise. Seconds since 1970 UTC; undefined where the estate has no guard.
 */
export const guardsUntil = (guard: GuardFacts | undefined, lostSec: number): number | undefined =>
  guard && lostSec + guard.leaseHours * 3600;

/** The same while a fence of the site that was left is owed; undefined once it is fenced. */
export function darkUntil(s: Situation, guard: GuardFacts | undefined): number | undefined {
  const move = leavingMove(s);
  const isOwed = fenceOwed(s).length > 0;
  return move && isOwed ? guardsUntil(guard, Date.parse(move.disasterAt ?? move.at) / 1000) : undefined;
}

/** The same as a sentence without a full stop: why a lost site is kept dark. */
export const guardsUntilText = (site: string, untilSec: number, timeZone?: string): string =>
  `guards at ${site} may start services there until ${moment(untilSec, timeZone)} if no witness answers there: keep it dark until then`;
