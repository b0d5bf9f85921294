import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { chainFull, makeFolder } from "../tsql/changes.ts";
import { editionOf, fullSinceRestore } from "../tsql/looks.ts";
import { fullFile, slotNow } from "../tsql/shipping.ts";
import { firstFull } from "../verbs.ts";

/** Whether the edition writes compressed backups: no Express (engine edition 4) and no Web edition does. */
export async function canCompress(sql: Sql): Promise<boolean> {
  const [row] = await sql.rows<{ engine: number; edition: string }>(editionOf);
  return row !== undefined && row.engine !== 4 && !/^Web/i.test(row.edition);
}

/** The file of this week's full backup. */
export async function fullOfThisWeek(
  sql: Sql,
  database: string,
  folder: string,
  slots: number,
): Promise<string> {
  const [row] = await sql.rows<{ slot: number }>(slotNow(slots));
  return fullFile(folder, database, row?.slot ?? 0);
}

/** The verb that makes a database safe again after it was opened. */
export const protectRunnables: readonly Runnable[] = [
  runs(firstFull, {
    check: async ({ database, host }, io) => {
      const [row] = await (
        await sqlOn(host, io)
      ).rows<{ device: string; finish: string }>(fullSinceRestore(database));
      return {
        there: row !== undefined,
        says: row
          ? `${database} on ${host} was backed up to ${row.device}`
          : `${database} on ${host} has no full backup since it was opened`,
        expected: "a full backup since it was opened",
      };
    },
    act: async ({ database, host, folder, slots }, io) => {
      const sql = await sqlOn(host, io);
      await sql.run(makeFolder(folder));
      const file = await fullOfThisWeek(sql, database, folder, slots);
      io.say(`backing up ${database} on ${host} to ${file}`);
      await sql.long(chainFull(database, file, await canCompress(sql)), ({ number, text }) => {
        if (number === 3211) io.say(`${database}: ${text}`);
      });
    },
  }),
];
