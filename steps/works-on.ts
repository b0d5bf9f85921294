import { movementOf } from "../journal/state.ts";
import { situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";
import { Refused, type Io } from "./act.ts";

/**
 * Whether people work on at a site that a step was to close and could not: as long as the step's move is not over, and
 * after it where the site is the active one and no other move has begun. Where the journal does not say, they do.
 */
export async function worksOn(
  site: SiteId,
  { mayStillAct, journal }: Pick<Io, "mayStillAct" | "journal">,
): Promise<boolean> {
  const isOver = await mayStillAct().then(
    () => false,
    (error: unknown) => error instanceof Refused,
  );
  if (!isOver) return true;
  const s = situation(await journal.entries());
  return s.active === site && movementOf(s) === undefined;
}
