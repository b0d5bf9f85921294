import type { SiteId } from "../../../model/site.ts";
import type { SimLab } from "./lab.ts";
import { workTable, type SimSystem } from "./systems.ts";

/** Times of the minutes of work that a database holds, in seconds since 1970 UTC; undefined where it is not there. */
function timesIn(lab: SimLab, system: SimSystem, site: SiteId, name: string): readonly number[] | undefined {
  const database = lab.instance(system.sql[site]).database(name);
  const at = workTable(name);
  const table = database?.table(at.schema, at.table);
  if (!database || !table) return undefined;
  const column = table.columns.findIndex((c) => c.name === at.at);
  // The servers' clocks show UTC in November.
  return [...database.rows(table).values()].map((row) => Number(row[column]) / 1000);
}

/** How many minutes of work a database holds, of those until a moment; undefined where it is not there. */
export function workUntil(
  lab: SimLab,
  system: SimSystem,
  site: SiteId,
  database: string,
  untilSec = Infinity,
): number | undefined {
  return timesIn(lab, system, site, database)?.filter((sec) => sec <= untilSec).length;
}

/** The last minute of work that a database holds, in whole seconds since 1970 UTC. */
export function lastWork(lab: SimLab, system: SimSystem, site: SiteId, database: string): number | undefined {
  const times = timesIn(lab, system, site, database);
  return times === undefined || times.length === 0 ? undefined : Math.floor(Math.max(...times));
}
