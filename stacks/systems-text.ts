import type { Situation } from "../journal/situation.ts";
import { bySeverity, standingOf, standingText } from "../journal/standing.ts";

/** How the systems of an activation stand, a line each: exceptions first, then what stops one. Nothing for one alone that is well. */
export function systemsText(s: Situation): readonly string[] {
  const all = standingOf(s);
  if (all.length < 2 && all.every((x) => x.exceptions.length === 0)) return [];
  return bySeverity(all).map(standingText);
}
