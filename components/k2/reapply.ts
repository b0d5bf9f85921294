import { runs, type Found, type Io, type Runnable } from "../../steps/act.ts";
import { sqlOn, SqlError, type Sql } from "../../steps/transports/sql.ts";
import { differences, fitted, nameOf, strangers, type Difference, type TableRows } from "./captured.ts";
import { keptRows } from "./capture.ts";
import { readColumns, readTable, useOf } from "./read-rows.ts";
import { isReferred, putBack } from "./tsql.ts";
import { reapplyLicences } from "./verbs.ts";
import type * as z from "zod";

type Args = z.infer<(typeof reapplyLicences)["args"]>;

interface Wanted {
  readonly server: TableRows;
  readonly licenceKey: TableRows;
  /** Where the rows are kept, and when they were captured. */
  readonly of: string;
}

/** The captured rows, as the tables of the restored database can take them. */
async function wanted(args: Args, sql: Sql, io: Io): Promise<Wanted> {
  const { captured, from } = await keptRows(args, io);
  const fit = async (kept: TableRows, name: Args["tables"]["server"]): Promise<TableRows> => {
    const use = await useOf(sql, name.database);
    if (use !== "online")
      throw new Error(
        `${name.database} on ${args.sql} is ${use === "absent" ? "not there" : use.state}; licence rows are put back into an open database`,
      );
    const found = fitted({ ...kept, name }, await readColumns(sql, args.sql, name));
    if ("refused" in found)
      throw new Error(
        `${found.refused}: K2 was upgraded since. Enter the licence of ${args.named.join(", ")} with K2's License Configuration page, and provision ${args.site} again after every upgrade of K2`,
      );
    if (found.dropped.length > 0)
      io.say(`${nameOf(name)} has no column ${found.dropped.join(", ")} any more: left out`);
    return found.rows;
  };
  return {
    server: await fit(captured.server, args.tables.server),
    licenceKey: await fit(captured.licenceKey, args.tables.licenceKey),
    of: `captured ${captured.at} (${from})`,
  };
}

/** Whether rows of other servers go: never from a table that others refer to, where it could stop the whole. */
async function removesOthers({ removeOthers, tables }: Args, sql: Sql): Promise<boolean> {
  if (!removeOthers) return false;
  const [found] = await sql.rows<{ referred: number }>(isReferred(tables.licenceKey));
  return found?.referred !== 1;
}

const rowsOfOthers = (n: number): string => `${String(n)} ${n === 1 ? "row" : "rows"} of other servers`;

const told = ({ table, key, columns }: Difference): string =>
  columns.length === 0
    ? `${table} has no row ${key}`
    : `row ${key} of ${table} differs in ${columns.join(", ")}`;

export const runnables: readonly Runnable[] = [
  runs(reapplyLicences, {
    check: async (args, io): Promise<Found> => {
      const sql = await sqlOn(args.sql, io);
      const rows = await wanted(args, sql, io);
      const expected = `the rows of ${args.site}, ${rows.of}`;
      const server = await readTable(sql, args.sql, args.tables.server);
      const licenceKey = await readTable(sql, args.sql, args.tables.licenceKey);
      const wrong = [...differences(server, rows.server), ...differences(licenceKey, rows.licenceKey)];
      if (wrong.length > 0)
        return {
          there: false,
          says: `${wrong.slice(0, 3).map(told).join("; ")}${wrong.length > 3 ? ` and ${String(wrong.length - 3)} more` : ""}`,
          expected,
        };
      const others = strangers(licenceKey, rows.licenceKey);
      const removes = await removesOthers(args, sql);
      const table = nameOf(args.tables.licenceKey);
      if (removes && others > 0)
        return { there: false, says: `${table} on ${args.sql} holds ${rowsOfOthers(others)}`, expected };
      const stay =
        others === 0 || !args.removeOthers
          ? ""
          : `; ${rowsOfOthers(others)} ${others === 1 ? "stays" : "stay"} in ${table}, since other tables refer to it: a server of the other site finds its licence there, and starts if it is switched on`;
      return {
        there: true,
        says: `${String(rows.server.rows.length)} rows of ${nameOf(args.tables.server)} and ${String(rows.licenceKey.rows.length)} of ${table} on ${args.sql} are those of ${args.site}, ${rows.of}${stay}`,
        expected,
      };
    },
    act: async (args, io) => {
      const sql = await sqlOn(args.sql, io);
      const rows = await wanted(args, sql, io);
      try {
        await sql.run(
          putBack([
            { rows: rows.server, removeOthers: false },
            { rows: rows.licenceKey, removeOthers: await removesOthers(args, sql) },
          ]),
        );
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        throw new Error(
          `SQL Server took none of the rows back: ${error.message}. ${error.has(2601, 2627) ? "Another row has the same unique value: remove it in K2's licence page, or in the table, then run this again" : "Nothing was changed"}`,
          { cause: error },
        );
      }
      io.say(`put back the rows of ${args.site}, ${rows.of}`);
    },
  }),
];
