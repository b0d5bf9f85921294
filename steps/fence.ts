import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Io, Runs } from "./act.ts";

/** Looks now whether anything of these parts still works at a site; gives the evidence, part by part. */
export async function evidenceOfLife(
  partIds: readonly string[],
  recovery: Pick<Recovery, "parts">,
  site: SiteId,
  runs: Runs,
  io: Io,
): Promise<readonly string[]> {
  const found = await Promise.all(
    recovery.parts
      .filter((p) => partIds.includes(p.id))
      .map(async (p) => {
        const says = await (await runs[p.kind]?.())?.alive?.(p.facts, site, io);
        return says === undefined ? [] : [`${p.id}: ${says}`];
      }),
  );
  return found.flat();
}
