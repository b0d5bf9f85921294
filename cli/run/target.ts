import type { Situation } from "../../journal/situation.ts";
import { isMoving } from "../../journal/state.ts";
import { otherSite, type SiteId } from "../../model/site.ts";
import { UsageError } from "../failure.ts";

/**
 * Where a run goes when nobody says it: on with the move that is unfinished, else as declared, else to what the active
 * site still owes, else to the passive site. Throws where what is declared and what is unfinished lead to two sites.
 */
export function targetOf(s: Situation): SiteId {
  const declared = s.declaration?.to;
  if (!s.last || !isMoving(s)) return declared ?? (s.owed.size > 0 ? s.active : otherSite(s.active));
  if (declared !== undefined && declared !== s.last.to)
    throw new UsageError(
      `activation ${String(s.epoch)} toward ${s.last.to} is unfinished, and a move to ${declared} is declared. Say which is meant: --to ${s.last.to} goes on with the first`,
    );
  return s.last.to;
}
