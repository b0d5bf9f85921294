import type { SiteId } from "../../../model/site.ts";
import type { Draft } from "../../../model/verb.ts";
import { otherSite } from "../../../model/site.ts";
import { backupAlertMin, fullSlots, keepMin, restoreAlertMin, type LogShippingFacts } from "./facts.ts";
import { copyAway, type SourceJobs, type StandbyJobs } from "./verbs.ts";

/** How long the source keeps its files: three days, the default of SQL Server's own wizard. Minutes. */
const sourceKeepMin = 3 * 24 * 60;

/** The source's jobs of a database, when `site` is the source. */
export const sourceJobsArgs = (f: LogShippingFacts, site: SiteId, database: string): SourceJobs => ({
  database,
  host: f.host[site],
  standby: f.host[otherSite(site)],
  backupFolder: f.way[site].backupFolder,
  backupShare: f.way[site].backupShare,
  everyMin: f.everyMin,
  alertMin: backupAlertMin(f),
  keepMin: sourceKeepMin,
  slots: fullSlots(f),
});

/** The standby's jobs of a database, when `site` is the standby. */
export const standbyJobsArgs = (
  part: string,
  f: LogShippingFacts,
  site: SiteId,
  database: string,
): StandbyJobs => ({
  part,
  database,
  host: f.host[site],
  source: f.host[otherSite(site)],
  backupShare: f.way[otherSite(site)].backupShare,
  copyTo: f.way[otherSite(site)].copyTo,
  everyMin: f.everyMin,
  copyEveryMin: f.copyEveryMin,
  holdMin: f.holdMin,
  alertMin: restoreAlertMin(f),
  keepMin: keepMin(f),
});

/** Copies the backups of a database away from the server of a site; none where the estate names no place for them. */
export const awayDrafts = (
  id: string,
  f: LogShippingFacts,
  site: SiteId,
  database: string,
  needs: readonly Draft[] = [],
): readonly Draft[] => {
  const awayTo = f.awayTo?.[site];
  return awayTo === undefined
    ? []
    : [
        copyAway.step(
          `${id}/copy-away/${database}`,
          {
            database,
            host: f.host[site],
            backupFolder: f.way[site].backupFolder,
            awayTo,
            everyMin: f.everyMin,
          },
          { needs },
        ),
      ];
};
