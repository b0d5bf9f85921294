import { siteIds } from "../../../../model/site.ts";
import type { ClockSeen, Io } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { LogShippingFacts } from "../facts.ts";
import { serverNow } from "../tsql/looks.ts";

/** Seconds for both sites together. */
const limitSec = 6;

/** How far the clocks of both SQL Servers are ahead of this machine's; of one that is not reached, nothing. */
export async function clocks(facts: unknown, io: Io): Promise<readonly ClockSeen[]> {
  const f = LogShippingFacts.parse(facts);
  const bounded: Io = { ...io, signal: AbortSignal.any([io.signal, AbortSignal.timeout(limitSec * 1000)]) };
  const seen = await Promise.all(
    siteIds.map(async (site): Promise<readonly ClockSeen[]> => {
      const host = f.host[site];
      try {
        const sql = await sqlOn(host, bounded);
        const before = Date.now();
        const [row] = await sql.rows<{ utc: string }>(serverNow);
        const askedMs = (before + Date.now()) / 2;
        return row ? [{ host, aheadSec: (Date.parse(`${row.utc}Z`) - askedMs) / 1000 }] : [];
      } catch {
        return [];
      }
    }),
  );
  return seen.flat();
}
