import type { DrillPhase } from "../../../model/drill.ts";
import type { Request } from "../../../model/part.ts";
import { inOrder, type Draft } from "../../../model/verb.ts";
import { instanceReachable } from "../instance/verbs.ts";
import { drillCopy, drillReady, drillShipping, drillSweep, drillVerify } from "./drill-verbs.ts";
import type { LogShippingFacts } from "./facts.ts";

/**
 * How shipped databases are tried beside production: copies at the standby, from the backups that were shipped there.
 * One copy after the other, and one check after the other: logs go on being restored on that server.
 */
export function drillOf(
  id: string,
  f: LogShippingFacts,
  { to }: Pick<Request, "from" | "to">,
): Partial<Record<DrillPhase, readonly Draft[]>> {
  const host = f.host[to];
  const instance = instanceReachable.step(`${id}/drill-instance/${host}`, { host, agent: true });
  const copies = inOrder(f.databases, (database, needs) =>
    drillCopy.step(`${id}/drill-copy/${database}`, { part: id, database, host }, { needs }),
  );
  const last = copies.slice(-1);
  const checks = inOrder(f.databases, (database, needs) =>
    drillVerify.step(
      `${id}/drill-verify/${database}`,
      { part: id, database, host },
      { needs: needs.length > 0 ? needs : last },
    ),
  );
  const shipping = f.databases.map((database) =>
    drillShipping.step(
      `${id}/drill-shipping/${database}`,
      { part: id, database, host },
      { needs: checks.slice(-1) },
    ),
  );
  return {
    preflight: [
      instance,
      drillReady.step(`${id}/drill-ready/${host}`, { part: id, host }, { needs: [instance] }),
    ],
    restore: copies,
    verify: [...checks, ...shipping],
    sweep: [drillSweep.step(`${id}/drill-sweep/${host}`, { host, databases: f.databases })],
  };
}
