import { movementOf } from "../journal/state.ts";
import { situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";
import { Refused, type Io } from "./act.ts";

/** Whether a step may act no more, since others have ended its move or have gone on. No, where the journal does not say. */
export const isRefused = ({ mayStillAct }: Pick<Io, "mayStillAct">): Promise<boolean> =>
  mayStillAct().then(
    () => false,
    (error: unknown) => error instanceof Refused,
  );

/**
 * Whether people work on at a site that a step was to close and could not: as long as the step's move is not over, and
 * after it where the site is the active one and no other move has begun. Where the journal does not say, they do.
 */
export async function worksOn(site: SiteId, io: Pick<Io, "mayStillAct" | "journal">): Promise<boolean> {
  if (!(await isRefused(io))) return true;
  const s = situation(await io.journal.entries());
  return s.active === site && movementOf(s) === undefined;
}
