import type { Io, LifeSign } from "../../../../steps/act.ts";
import type { SiteId } from "../../../../model/site.ts";
import { moment } from "../../../../model/time.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { portAnswers } from "../../../../steps/transports/tcp.ts";
import { Unreachable, type Obstacle } from "../../../../steps/transports/unreachable.ts";
import { LogShippingFacts } from "../facts.ts";
import { isClosed, look, stateOf } from "../look.ts";
import { shippingOf } from "./shipping.ts";

/** Seconds that a look for life may take: it is made just before people are let in. */
const lifeLimitSec = 10;

/**
 * Evidence that a site still writes: SQL Server there has a shipped database open, it accepts connections and what it
 * does with the databases cannot be seen, or it is not reached and a log that was taken after the disaster has arrived.
 * Databases that are seen closed are fenced, whoever answers and whatever was shipped before.
 */
export async function alive(
  facts: unknown,
  site: SiteId,
  io: Io,
  limitSec = lifeLimitSec,
): Promise<string | LifeSign | undefined> {
  const f = LogShippingFacts.parse(facts);
  const enough = new AbortController();
  const signal = AbortSignal.any([io.signal, enough.signal, AbortSignal.timeout(Math.ceil(limitSec * 1000))]);
  const bounded: Io = { ...io, signal };
  // Asked at the same time: a server that is silent until the limit leaves no time to look at what it has shipped.
  const shipped = site === io.to ? Promise.resolve(undefined) : newerLog(f, bounded);
  shipped.catch(() => undefined);
  const seen = await seenThere(f, site, bounded);
  if (seen === undefined) return shipped;
  enough.abort();
  return seen.open;
}

/** What SQL Server there shows: a database that is open, or that all are closed; nothing where it is not reached. */
async function seenThere(
  f: LogShippingFacts,
  site: SiteId,
  io: Io,
): Promise<{ readonly open: string | undefined } | undefined> {
  const host = f.host[site];
  const accepted = accepts(host, io);
  try {
    const sql = await sqlOn(host, io);
    for (const database of f.databases) {
      const seen = await stateOf(sql, database);
      if (!isClosed(seen)) return { open: `${database} on ${host} is ${seen.state}` };
    }
    return { open: undefined };
  } catch (error) {
    // It answers and lets nobody in, or hangs: what it does with the databases can't be seen, so it counts as alive.
    return !(error instanceof Unreachable) || lockedOut.has(error.obstacle) || (await accepted)
      ? { open: `SQL Server on ${host} answers, but its databases can't be seen: ${says(error)}` }
      : undefined;
  }
}

/** Obstacles that only a server puts up which runs. */
const lockedOut: ReadonlySet<Obstacle> = new Set(["login", "handshake"]);

async function accepts(host: string, io: Io): Promise<boolean> {
  const { address, sql } = io.host(host);
  return sql !== undefined && portAnswers(address, sql.port, { signal: io.signal, limitSec: lifeLimitSec });
}

const says = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function newerLog(f: LogShippingFacts, io: Io): Promise<LifeSign | undefined> {
  const disasterSec = io.activation?.disasterSec;
  if (disasterSec === undefined) return undefined;
  const { place } = shippingOf(f, io);
  for (const database of f.databases) {
    const db = await look(database, place, io).catch(() => undefined);
    // A tail is the fence itself, whenever it was taken.
    const newer = db?.sets.find((s) => s.type === "log" && !s.tail && s.startSec > disasterSec);
    if (newer)
      return {
        indirect: true,
        says: `${newer.file} was backed up at ${moment(newer.startSec)}, after the disaster (${moment(disasterSec)}). If nothing runs there now, declare again with the --disaster-at that is true; past no return, move that file out of ${place.folder} on ${place.host}`,
      };
  }
  return undefined;
}
