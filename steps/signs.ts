import { withinLimit } from "../journal/within-limit.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Io, Runs, Sign } from "./act.ts";

/** A sign with the part that it was seen of. */
export interface PartSign extends Sign {
  readonly part: string;
}

/** What is known of an estate where signs are looked for and judged. */
type Known = Pick<Recovery, "hosts" | "parts">;

/**
 * Looks at both sites for what shows which one is active, while `active` is held to be the one. A part that fails or
 * takes longer than the limit shows neither, and says so: a site that is gone must not stop the look.
 */
export async function signsOf(
  recovery: Known,
  active: SiteId,
  runs: Runs,
  io: Io,
  limitSec: number,
): Promise<readonly PartSign[]> {
  const found = await Promise.all(
    recovery.parts.map(async ({ id, kind, facts }): Promise<readonly PartSign[]> => {
      const signs = (await runs[kind]?.())?.signs;
      if (!signs) return [];
      try {
        const seen = await withinLimit(signs(facts, active, io), limitSec);
        return seen.map((sign) => ({ part: id, ...sign }));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return [{ part: id, site: active, shows: "neither", says: `it could not be looked at: ${why}` }];
      }
    }),
  );
  return found.flat();
}

/** Signs that speak against a site being the active one: closed there, or open at the other. */
export const against = (signs: readonly PartSign[], active: SiteId): readonly PartSign[] =>
  signs.filter(({ shows, site }) => shows === (site === active ? "passive" : "active"));

/** Signs that speak for a site being the active one. */
export const inFavour = (signs: readonly PartSign[], active: SiteId): readonly PartSign[] =>
  signs.filter(({ shows, site }) => shows === (site === active ? "active" : "passive"));

/**
 * Signs of what was provisioned before: on a server, or of a part, that the facts of the last provisioning do not know,
 * an installation has just begun, and what runs there is no contradiction.
 */
export const ofKnown = (signs: readonly PartSign[], known: Known | undefined): readonly PartSign[] =>
  signs.filter(
    ({ part, host }) =>
      known?.parts.some((p) => p.id === part) === true &&
      (host === undefined || known.hosts.some((h) => h.id === host)),
  );
