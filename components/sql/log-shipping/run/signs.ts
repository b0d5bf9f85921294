import { siteIds, type SiteId } from "../../../../model/site.ts";
import type { Io, Sign } from "../../../../steps/act.ts";
import { wasEverActive } from "../../../../steps/only-copy.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { LogShippingFacts } from "../facts.ts";
import { isClosed, stateOf } from "../look.ts";
import { lastRestore } from "../tsql/looks.ts";

/** Seconds for both sites together. */
const limitSec = 8;

/**
 * At which site the databases are open. One that is open where nobody has ever worked, and that no backup was restored
 * to, came with an installation: it shows nothing.
 */
export async function signs(facts: unknown, _active: SiteId, io: Io): Promise<readonly Sign[]> {
  const f = LogShippingFacts.parse(facts);
  const bounded: Io = { ...io, signal: AbortSignal.any([io.signal, AbortSignal.timeout(limitSec * 1000)]) };
  const found = await Promise.all(
    siteIds.map(async (site): Promise<readonly Sign[]> => {
      const host = f.host[site];
      try {
        return await databasesAt(f.databases, site, host, bounded);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return [
          { site, host, shows: "neither", says: `SQL Server on ${host} cannot be looked into: ${why}` },
        ];
      }
    }),
  );
  return found.flat();
}

async function databasesAt(
  databases: readonly string[],
  site: SiteId,
  host: string,
  io: Io,
): Promise<readonly Sign[]> {
  const sql = await sqlOn(host, io);
  const made: Sign[] = [];
  for (const database of databases) {
    const seen = await stateOf(sql, database);
    const says = `${database} on ${host} is ${seen.state}`;
    const sign = (shows: Sign["shows"], more = ""): void =>
      void made.push({ site, host, shows, says: `${says}${more}` });
    if (seen.state === "ONLINE") {
      const isRestored = (await sql.rows(lastRestore(database))).length > 0;
      if (isRestored || wasEverActive(await io.journal.entries(), site)) sign("active");
      else sign("neither", ", and no backup was ever restored to it");
    } else
      sign(isClosed(seen) && seen.state !== "missing" && seen.state !== "SUSPECT" ? "passive" : "neither");
  }
  return made;
}
