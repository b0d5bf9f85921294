import type { Reprotection } from "../../../model/part.ts";
import { otherSite, type SiteId } from "../../../model/site.ts";
import type { Draft } from "../../../model/verb.ts";
import { salvageFolder, type LogShippingFacts } from "./facts.ts";
import { standbySteps, type Steps } from "./site-steps.ts";
import { salvage } from "./verbs.ts";

/**
 * What makes a site that was active follow again: each of its databases is saved, then whatever provisioning does at a
 * passive site, which overwrites only what is saved. Log shipping that others have set up is only saved: they make it
 * follow again.
 */
export function reprotection(id: string, f: LogShippingFacts, site: SiteId): Reprotection {
  const active = otherSite(site);
  const { backupFolder, copyTo } = f.way[active];
  const hosts = { host: f.host[site], source: f.host[active] };
  const salvageTo = salvageFolder(f, site);
  const save = f.databases.map((database) =>
    salvage.step(`${id}/salvage/${database}`, { database, ...hosts, backupFolder, copyTo, salvageTo }),
  );
  if (f.manage === "adopt") return { save, follow: [] };
  const common = oneAfterOther(standbySteps.common(id, f, site), []);
  return {
    save,
    follow: [
      ...common,
      ...f.databases.flatMap((database) =>
        oneAfterOther(standbySteps.perDatabase(id, f, site, database), common.slice(-1)),
      ),
    ],
  };
}

function oneAfterOther(steps: Steps, first: readonly Draft[]): readonly Draft[] {
  const made: Draft[] = [];
  for (const [, draft] of steps) made.push({ ...draft, needs: made.length > 0 ? made.slice(-1) : first });
  return made;
}
