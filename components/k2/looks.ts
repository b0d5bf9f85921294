import { isParked } from "../../model/host.ts";
import type { Lookup, Request } from "../../model/part.ts";
import type { RecoveryPart } from "../../model/recovery.ts";
import type { SiteId } from "../../model/site.ts";
import type { Look, RunModule } from "../../steps/act.ts";
import { sqlOn } from "../../steps/transports/sql.ts";
import { serverAlignmentLook } from "../windows/alignment.ts";
import { keptRows } from "./capture.ts";
import { keptOf, keyedDatabases, keysOf, sqlHosts } from "./drafts.ts";
import { K2Facts } from "./facts.ts";
import { keyFindings, licenceFindings, type KeysThere } from "./readiness.ts";
import { startTypeLook } from "./start-types.ts";
import { keysOf as keysIn } from "./tsql-keys.ts";

/** What readiness looks at for a K2, beside the preflight of a move, which tries passwords, rows and services. */
export function looks({ id, facts }: RecoveryPart, { from, to }: Request, lookup: Lookup): readonly Look[] {
  const f = K2Facts.parse(facts);
  const kept = keptOf(f, to);
  return [
    ...(kept
      ? [
          {
            id: `licence-ends:${id}`,
            at: id,
            run: async (io) => {
              // That none are kept is told by the preflight.
              const found = await keptRows({ ...kept, keepOn: [...sqlHosts(f, [to])] }, io).catch(
                () => undefined,
              );
              return found ? licenceFindings(id, found.captured, Date.now(), f.licence?.endsAt?.[to]) : [];
            },
          } satisfies Look,
        ]
      : []),
    ...f.servers[to].flatMap((standby): readonly Look[] => {
      // One that is parked is off: exercise looks at it.
      const host = lookup.host(standby);
      return !host || isParked(host) ? [] : alignmentLooks(f, from, to, standby);
    }),
    ...(lookup.isGuarded ? [] : f.servers[to])
      .filter((name) => {
        const host = lookup.host(name);
        return host !== undefined && !isParked(host);
      })
      .map((host) => startTypeLook(id, host, f.services, to)),
    ...keyedDatabases(f, from).map(({ sql: host, databases }): Look => ({
      id: `keys:${id}/${host}`,
      at: id,
      host,
      run: async (io) => {
        const sql = await sqlOn(host, io);
        const there: KeysThere[] = [];
        for (const database of databases)
          for (const row of await sql.rows<Omit<KeysThere, "database" | "host">>(keysIn(database, keysOf(f))))
            there.push({ ...row, database, host });
        return keyFindings(id, there, f.masterKey);
      },
    })),
  ];
}

/** What an exercise compares of a parked server, in the place of readiness. */
export const parkedLooks: NonNullable<RunModule["parkedLooks"]> = ({ facts }, { from, to }, host) =>
  alignmentLooks(K2Facts.parse(facts), from, to, host);

/** A server beside the one whose place it takes; the first one, where the other site has fewer. */
function alignmentLooks(f: K2Facts, from: SiteId, to: SiteId, standby: string): readonly Look[] {
  const i = f.servers[to].indexOf(standby);
  const active = f.servers[from][i] ?? f.servers[from][0];
  return i < 0 || active === undefined ? [] : [serverAlignmentLook(active, standby, f.services)];
}
