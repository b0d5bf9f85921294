import { drillOf, type Drill } from "../../journal/drills.ts";
import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import { Refused, type DrillIo } from "../act.ts";
import type { World } from "../find.ts";

/** Where copies of a drill are looked for. */
export interface DrillPlace {
  readonly recovery: Recovery;
  /** From the site that is active to the one at which the copies are made. */
  readonly direction: { readonly from: SiteId; readonly to: SiteId };
  readonly io: DrillIo;
}

/** A drill that has begun, with the facts that it was begun with. */
export interface KnownDrill extends DrillPlace {
  readonly drill: Drill;
}

/** The drill of that number, from the journal. Throws where it has not begun, or where its facts are not there. */
export function knownDrill(
  entries: readonly Entry[],
  number: number,
  { parts }: Pick<World, "parts">,
): KnownDrill {
  const drill = drillOf(entries, number);
  const { started } = drill ?? {};
  const declared = entries.findLast((e) => e.kind === "declared" && e.factsHash === started?.factsHash);
  if (!drill || !started || declared?.kind !== "declared")
    throw new Refused(
      `the journal does not hold drill ${String(number)} with its facts. Compare it with its mirror: "parallel-standby journal verify"`,
    );
  const { site, check } = drill.declared;
  return {
    drill,
    recovery: upgraded(declared.recovery, parts),
    direction: { from: otherSite(site), to: site },
    io: { number, check, startedSec: Date.parse(started.at) / 1000 },
  };
}

/**
 * Where a drill of that number can have made something: with the facts that it was begun with; where the journal does
 * not know that it has begun, since an older copy was put in its place or glass was broken, with the newest. One that
 * the journal does not know at all may have been tried at either site once the estate has moved. Empty where the journal
 * holds no facts.
 */
export function drillPlaces(
  entries: readonly Entry[],
  number: number,
  world: Pick<World, "parts">,
): readonly DrillPlace[] {
  const drill = drillOf(entries, number);
  if (drill?.started) return [knownDrill(entries, number, world)];
  const s = situation(entries);
  if (!s.declared) return [];
  const recovery = upgraded(s.declared.recovery, world.parts);
  const passive = drill?.declared.site ?? otherSite(s.active);
  const sites = drill || s.epoch === 0 ? [passive] : siteIds;
  return sites.map((to) => ({
    recovery,
    direction: { from: otherSite(to), to },
    io: { number, check: drill?.declared.check ?? "full", startedSec: Date.now() / 1000 },
  }));
}
