import { runs, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import type { LogShippingFacts } from "../facts.ts";
import { linesOf } from "../lines.ts";
import { filesOf, stateOf } from "../look.ts";
import { reachOf } from "../reach.ts";
import { spansOf } from "../../../../model/part.ts";
import { provisionAgain } from "../../../../model/site.ts";
import { moment } from "../../../../model/time.ts";
import { sourceReady, standbyReady } from "../verbs.ts";
import { unshipped } from "../shipped.ts";
import { backupsOf, isSamePath, writtenElsewhere } from "./final-sync.ts";
import { secondariesOf } from "./hold.ts";
import { seenAt, shippingAt } from "./shipping.ts";

/** The verbs that look before anything is touched. What is wrong does not mend itself: they fail at once. */
export const preflightRunnables: readonly Runnable[] = [
  runs(standbyReady, {
    check: async ({ part, database, host }, io) => {
      const { facts, way } = shippingAt(part, io);
      const expected = `${database} can be rolled forward on ${host}`;
      const db = await seenAt(part, database, io);
      // In a resumed activation it may be open at its point already; the steps that follow judge that.
      if (db.state === "ONLINE" && (db.lastRestore ?? db.ownTail) && (await opens(part, io)))
        return { there: true, says: `${database} on ${host} is open already`, expected };
      const lines = linesOf(db);
      const reach = reachOf(db);
      // What can't be dated yet, a planned move still brings to the end: its tail says when that was.
      if ("refused" in reach && ("refused" in lines || io.activation?.mode === "unplanned"))
        throw new Error(`${database} on ${host}: ${reach.refused}`);
      const rows = await secondariesOf(await sqlOn(host, io), database);
      // After a move the first log of the new source may not have come yet; its copy job shows that the folder is right.
      const awaitsFirst = db.ownTail !== undefined && rows.some((r) => isSamePath(r.copyTo, way.copyTo));
      if (db.sets.length === 0 && !awaitsFirst)
        throw new Error(
          `${host} finds no backup of ${database} in ${way.copyTo}. Look at copyTo, and whether SQL Server's account may read that folder`,
        );
      const lacksJobs = !rows.some((r) => r.copyJob !== null && r.restoreJob !== null);
      // A lost source lets nobody make them again, and what lies at the standby is restored without them.
      if (lacksJobs && io.activation?.mode !== "unplanned")
        throw new Error(`${host} has no log shipping jobs for ${database}. ${madeAgain(facts, host, io)}`);
      const stands =
        "refused" in reach
          ? `${database} on ${host} is ${db.state} and can be rolled forward to the tail of its source; ${reach.refused}`
          : `${database} on ${host} is ${db.state} and reaches ${spansOf(reach)
              .map((s) => `from ${moment(s.fromSec)} to ${moment(s.toSec)} (${s.evidence})`)
              .join(" and ")}`;
      return {
        there: true,
        says: lacksJobs ? `${stands}; it has no log shipping jobs there, and goes on without` : stands,
        expected,
      };
    },
  }),
  runs(sourceReady, {
    check: async ({ part, database, host }, io) => {
      const sql = await sqlOn(host, io);
      const { state, recoveryModel } = await stateOf(sql, database);
      const expected = `${database} on ${host} ONLINE in recovery model FULL`;
      const isTaken = state === "RESTORING" && (await backupsOf(sql, database)).at(-1)?.tail === 1;
      if (isTaken) return { there: true, says: `${database} on ${host} is closed, its tail taken`, expected };
      if (state !== "ONLINE")
        throw new Error(
          `${database} on ${host} is ${state}. A planned move needs it open; for a source that can't be used declare an unplanned one`,
        );
      if (recoveryModel !== "FULL")
        throw new Error(
          `${database} on ${host} is in recovery model ${recoveryModel}: its log can't be shipped to a point. Find out who changed it from FULL`,
        );
      // A hole that is found only after production was stopped has closed it for nothing.
      const { standby, way } = shippingAt(part, io);
      const there = await sqlOn(standby, io);
      const { redoLsn } = await stateOf(there, database);
      const { elsewhere } = unshipped(
        await backupsOf(sql, database),
        redoLsn ?? "0",
        way.backupFolder,
        await filesOf(there, way.copyTo),
      );
      if (elsewhere.length > 0) throw writtenElsewhere(elsewhere, database, standby, way);
      return { there: true, says: `${database} on ${host} is ONLINE in recovery model FULL`, expected };
    },
  }),
];

/** How the jobs of a standby come back: nothing is provisioned while a move is under way, and adopted ones never are. */
function madeAgain({ manage }: Pick<LogShippingFacts, "manage">, host: string, io: Io): string {
  if (manage === "adopt") return "Make them again by hand: log shipping that is adopted is only looked at";
  const again = `Have them made again: ${provisionAgain(io.host(host).site)}`;
  return io.activation
    ? `${again}. That is refused until this move is given up with "parallel-standby abandon"`
    : again;
}

/** Whether this activation has opened databases of the part: then its point is chosen. */
const opens = (part: string, io: Io): Promise<boolean> =>
  io.point(part).then(
    () => true,
    () => false,
  );
