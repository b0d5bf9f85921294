import type { Entry } from "../journal/entries.ts";
import type { SiteId } from "../model/site.ts";

/** Whether people ever worked at a site, or may have: it was active, or a move toward it began. */
export const wasEverActive = (entries: readonly Entry[], site: SiteId): boolean =>
  entries.some(
    (e) => (e.kind === "genesis" && e.active === site) || (e.kind === "activation started" && e.to === site),
  );

/** Number of the entry with which the last move began that may have left work behind at one of the sites. */
function lastMove(entries: readonly Entry[]): number | undefined {
  const opened = (epoch: number): boolean =>
    entries.some((e) => (e.kind === "no return" || e.kind === "completed") && e.epoch === epoch);
  return entries.findLast((e) => e.kind === "activation started" && opened(e.epoch))?.seq;
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

/** Whether somebody has approved since the last move that a site is re-protected. */
export function reprotected(entries: readonly Entry[], site: SiteId): boolean {
  const since = lastMove(entries) ?? -1;
  return entries.some((e) => e.kind === "re-protect" && e.site === site && e.seq > since);
}
