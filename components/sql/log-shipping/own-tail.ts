import type { SiteId } from "../../../model/site.ts";
import type { Io } from "../../../steps/act.ts";

/** What the journal holds. */
type Entries = Awaited<ReturnType<Io["journal"]["entries"]>>;

/** The tail with which the server of a site closed a database. */
export interface Closed {
  readonly database: string;
  readonly site: SiteId;
  /** No earlier than the tail ended. Seconds since 1970 UTC. */
  readonly finishSec: number;
}

/**
 * Until when a database that its own server closed is still the newest state there is. A move to the end of the logs
 * chooses its point when the tails of all databases have arrived and none is open at the other site: until that point
 * nothing was written anywhere, and from there the other site went on with what this one holds. Undefined where the
 * journal does not show that: the site was left at an earlier point, the move was given up, or somebody recorded by hand
 * where the databases are.
 */
export function heldUntilSec(entries: Entries, { database, site, finishSec }: Closed): number | undefined {
  const from = new Map<number, SiteId>();
  const earlier = new Set<number>();
  let until: number | undefined;
  for (const e of entries) {
    if (e.kind === "activation started") from.set(e.epoch, e.from);
    if (e.kind === "adopted" || e.kind === "break-glass") until = undefined;
    if (!("epoch" in e) || e.epoch === undefined || from.get(e.epoch) !== site) continue;
    if (e.kind === "abandoning" || e.kind === "abandoned") until = undefined;
    if (e.kind !== "point chosen" || !e.databases.some((d) => isOf(database, d.database))) continue;
    if (e.to !== "end") earlier.add(e.epoch);
    until = earlier.has(e.epoch) ? undefined : e.atSec;
  }
  return until !== undefined && finishSec <= until ? until : undefined;
}

/** Where two servers of a group each have a database of that name, the second is called "K2 of k2-data". */
const isOf = (database: string, name: string): boolean =>
  name === database || name.startsWith(`${database} of `);
