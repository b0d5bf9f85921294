import { drillOf, type Drill } from "../../journal/drills.ts";
import type { Entry } from "../../journal/entries.ts";
import { otherSite, type SiteId } from "../../model/site.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import { Refused, type DrillIo } from "../act.ts";
import type { World } from "../find.ts";

/** A drill that has begun, with the facts that it was begun with. */
export interface KnownDrill {
  readonly drill: Drill;
  readonly recovery: Recovery;
  /** From the site that is active to the one at which the copies are made. */
  readonly direction: { readonly from: SiteId; readonly to: SiteId };
  readonly io: DrillIo;
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
