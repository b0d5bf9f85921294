import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Io, Runs } from "./act.ts";
import { evidenceOfLife } from "./fence.ts";
import { observedLife } from "./observers.ts";

/**
 * What speaks against a waived fence: evidence that something of these parts works at a site, and what observers in third
 * places see of it. A waiver is void while there is any that two people have not answered for (`accepted`).
 */
export async function waivedLife(
  partIds: readonly string[],
  recovery: Pick<Recovery, "hosts" | "observers" | "parts">,
  site: SiteId,
  runs: Runs,
  io: Io,
  accepted: readonly string[] = [],
): Promise<readonly string[]> {
  const signs = await Promise.all([
    evidenceOfLife(partIds, recovery, site, runs, io, accepted),
    observedLife(recovery, site, io, accepted),
  ]);
  return signs.flat();
}
