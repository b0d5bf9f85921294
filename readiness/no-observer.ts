import type { Estate } from "../model/estate.ts";
import { risk, type Finding } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import { otherSite, stackOf, type SiteId } from "../model/site.ts";
import { portsOf } from "../steps/accepting.ts";

/**
 * That nobody in a third place can be asked about the active site, so that its fence would be waived by what this runner
 * alone sees of it. Nothing where the estate says `observers: false`: somebody has chosen that; nor where no server
 * there has a port that an observer could try.
 */
export function noObserverFindings(
  { observers }: Pick<Estate, "observers">,
  recovery: Pick<Recovery, "hosts" | "observers">,
  active: SiteId,
): readonly Finding[] {
  if (observers === false || recovery.observers !== undefined) return [];
  if (!recovery.hosts.some((h) => h.site === active && portsOf(h).length > 0)) return [];
  if (observers !== undefined && observers.length > 0)
    return [
      risk(
        "observers",
        "estate.ts has observers, and the journal's facts have none yet: a move would ask none of them",
        `pulumi up -s ${stackOf[otherSite(active)]}`,
        "observer-none",
      ),
    ];
  return [
    risk(
      "observers",
      `the estate has no observer: where nothing of ${active} answers this runner, a line that is cut looks like a site that is dead, and one person may waive the fence on that`,
      "write observers into estate.ts, a server in a third place (docs/estate.md), or observers: false to live without",
      "observer-none",
    ),
  ];
}
