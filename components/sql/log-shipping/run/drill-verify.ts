import { runs, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { clockTime, localTime, moment } from "../../../../model/time.ts";
import { copyName } from "../copies.ts";
import { drillVerify } from "../drill-verbs.ts";
import { look } from "../look.ts";
import { wasOpenedAt, type Target } from "../reach.ts";
import { toldAt } from "../times.ts";
import { checkDatabase, makeReadOnly, newestIn, rowCount, timeColumns } from "../tsql/drill.ts";
import { drillIn, factsOfCopy, type CopyFacts } from "./drill-copies.ts";
import { targetSays } from "./roll-forward.ts";
import { shippingAt } from "./shipping.ts";

/** Tables with more rows are not read for their newest time: a probe must not take long. */
const longestTable = 2_000_000;

/** The verb that proves a copy. That it is read-only says that it has passed: it becomes so only after that. */
export const drillVerifyRunnables: readonly Runnable[] = [
  runs(drillVerify, {
    check: async ({ part, database, host }, io) => {
      const { number, check } = drillIn(io);
      const target = await io.point(part);
      const { place } = shippingAt(part, io);
      const copy = copyName(database, number);
      const sql = await sqlOn(host, io);
      const facts = await factsOfCopy(sql, copy);
      const isAt = wasOpenedAt(await look(database, place, io, copy), target);
      if (facts?.state !== "ONLINE" || !isAt)
        throw new Error(
          `${copy} on ${host} is ${facts ? `${facts.state}, and not as of ${targetSays(target)}` : "not there"}: somebody has changed it. Sweep this drill and declare another one`,
        );
      mustBeQuiet(copy, host, facts);
      const expected = `${copy} checked, then READ_ONLY and RESTRICTED_USER`;
      if (facts.readOnly !== 1 || facts.userAccess === "MULTI_USER")
        return {
          there: false,
          says: `${copy} on ${host} is ${facts.userAccess} and ${facts.readOnly === 1 ? "READ_ONLY" : "not checked yet"}`,
          expected,
        };
      return {
        there: true,
        says: `${copy} on ${host} as of ${targetSays(target)}: DBCC CHECKDB${check === "physical" ? " (physical only)" : ""} found no error; ${await contents(sql, copy, target, place.timeZone, io)}; READ_ONLY, ${facts.userAccess}, Service Broker and TRUSTWORTHY off`,
        expected,
      };
    },
    act: async ({ database, host }, io) => {
      const { number, check } = drillIn(io);
      const copy = copyName(database, number);
      const sql = await sqlOn(host, io);
      io.say(`checking ${copy} on ${host}`);
      await sql.long(checkDatabase(copy, check));
      await io.mayStillAct();
      await sql.run(makeReadOnly(copy));
    },
  }),
];

/** Nothing of a copy may reach anybody: a broker would send production's messages a second time. */
function mustBeQuiet(copy: string, host: string, { broker, trustworthy }: CopyFacts): void {
  const on = [...(broker === 1 ? ["Service Broker"] : []), ...(trustworthy === 1 ? ["TRUSTWORTHY"] : [])];
  if (on.length > 0)
    throw new Error(
      `${on.join(" and ")} of ${copy} on ${host} is on, and a restore leaves it off: somebody has changed it. Sweep this drill at once`,
    );
}

/** What is in a copy: rows, and how far its newest time lies before the point. A probe for people; no time proves a state. */
async function contents(sql: Sql, copy: string, target: Target, timeZone: string, io: Io): Promise<string> {
  const [count] = await sql.rows<{ rows: number | null; tables: number }>(rowCount(copy));
  const rows = `${String(count?.rows ?? 0)} rows in ${String(count?.tables ?? 0)} tables`;
  const columns = await sql.rows<{ schema: string; table: string; column: string }>(
    timeColumns(copy, longestTable),
  );
  const until = localTime(target.atSec, timeZone);
  let newest: { readonly sec: number; readonly where: string } | undefined;
  for (const { schema, table, column } of columns) {
    io.signal.throwIfAborted();
    const [row] = await sql.rows<{ newest: string | null }>(newestIn(copy, schema, table, column, until));
    if (row?.newest === null || row === undefined) continue;
    const sec = toldAt(row.newest, timeZone);
    if (!newest || sec > newest.sec) newest = { sec, where: `${schema}.${table}.${column}` };
  }
  return newest
    ? `${rows}; newest time ${moment(newest.sec, timeZone)} in ${newest.where}, ${clockTime(Math.max(0, target.atSec - newest.sec))} before the point`
    : `${rows}; no time in any of them`;
}
