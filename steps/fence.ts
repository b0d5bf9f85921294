import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Io, LifeSign, Runs } from "./act.ts";

/**
 * Looks now whether anything of these parts still works at a site; gives the signs, part by part. `limitSec`: how long
 * each part looks, in seconds; default: what counts for a move.
 */
export async function signsOfLife(
  partIds: readonly string[],
  recovery: Pick<Recovery, "parts">,
  site: SiteId,
  runs: Runs,
  io: Io,
  limitSec?: number,
): Promise<readonly LifeSign[]> {
  const found = await Promise.all(
    recovery.parts
      .filter((p) => partIds.includes(p.id))
      .map(async (p): Promise<readonly LifeSign[]> => {
        const sign = await (await runs[p.kind]?.())?.alive?.(p.facts, site, io, limitSec);
        if (sign === undefined) return [];
        return typeof sign === "string"
          ? [{ says: `${p.id}: ${sign}` }]
          : [{ ...sign, says: `${p.id}: ${sign.says}` }];
      }),
  );
  return found.flat();
}

/**
 * The evidence that something of these parts works at a site now. `accepted`: indirect signs that two people have seen
 * and answer for; a newer one is another sign, and what the runner itself reaches always counts. `limitSec`: less than
 * counts for a move, for a preview.
 */
export async function evidenceOfLife(
  partIds: readonly string[],
  recovery: Pick<Recovery, "parts">,
  site: SiteId,
  runs: Runs,
  io: Io,
  accepted: readonly string[] = [],
  limitSec?: number,
): Promise<readonly string[]> {
  const signs = await signsOfLife(partIds, recovery, site, runs, io, limitSec);
  return signs.filter((s) => s.indirect !== true || !accepted.includes(s.says)).map((s) => s.says);
}
