import type { Entry } from "../journal/entries.ts";
import type { SiteId } from "../model/site.ts";

/** Whether people ever worked at a site, or may have: it was active, or a move toward it began. */
export const wasEverActive = (entries: readonly Entry[], site: SiteId): boolean =>
  entries.some((e) => tellsOfWorkAt(e, site));

function tellsOfWorkAt(e: Entry, site: SiteId): boolean {
  switch (e.kind) {
    case "genesis":
    case "adopted":
      return e.active === site;
    case "activation started":
      return e.to === site;
    case "break-glass":
      // What was given up may have told of work at either site.
      return true;
    default:
      return false;
  }
}

/** Number of the entry with which the last move began, inside of this tool or outside, that may have left work behind at one of the sites. */
function lastMove(entries: readonly Entry[]): number | undefined {
  const opened = (epoch: number): boolean =>
    entries.some((e) => (e.kind === "no return" || e.kind === "completed") && e.epoch === epoch);
  return entries.findLast(
    (e) =>
      e.kind === "adopted" ||
      e.kind === "break-glass" ||
      (e.kind === "activation started" && opened(e.epoch)),
  )?.seq;
}

/**
 * Whether something at a passive site may hold work that no other copy has: the site took part in a move, and none of
 * these provisioning steps has made it follow the other site since. What was made to follow was saved before that, or
 * had nothing to save.
 */
export function mayHoldOnlyCopy(
  entries: readonly Entry[],
  site: SiteId,
  madeToFollow: (step: string) => boolean,
): boolean {
  if (!wasEverActive(entries, site)) return false;
  const since = lastMove(entries);
  if (since === undefined) return false;
  return !entries.some(
    (e) =>
      e.kind === "step" &&
      e.seq > since &&
      e.epoch === undefined &&
      e.verdict === "done" &&
      madeToFollow(e.step),
  );
}

/** Whether a passive site took part in a move, so that something there may be work that was never shipped. */
export const tookPart = (entries: readonly Entry[], site: SiteId): boolean =>
  wasEverActive(entries, site) && lastMove(entries) !== undefined;

/** Whether somebody has approved since the last move that a site is re-protected. */
export function reprotected(entries: readonly Entry[], site: SiteId): boolean {
  const since = lastMove(entries) ?? -1;
  return entries.some((e) => e.kind === "re-protect" && e.site === site && e.seq > since);
}
