import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { stateOf } from "../look.ts";
import { otherWriters, type LogBackup } from "../shipped.ts";
import { editionOf, logBackups } from "../tsql/looks.ts";
import { sourceFit } from "../verbs.ts";

/** How far back the history is searched for others who back the log up: a fortnightly job shows up in it. */
const historyDays = 14;

/** The verb that looks whether a database can be shipped, before anything is written. */
export const sourceFitRunnables: readonly Runnable[] = [
  runs(sourceFit, {
    check: async ({ database, host, backupFolder, adoptChain }, io) => {
      const sql = await sqlOn(host, io);
      const expected = `${database} open in recovery model FULL, its log backed up by nobody else`;
      const [edition] = await sql.rows<{ engine: number; edition: string }>(editionOf);
      if (edition?.engine === 4)
        throw new Error(
          `${host} runs SQL Server ${edition.edition}, which has no log shipping (error 32017) and no SQL Server Agent. It takes Standard, Web or Enterprise`,
        );
      const { state, recoveryModel } = await stateOf(sql, database);
      if (state === "missing")
        throw new Error(`${host} has no database ${database}. Look at databases in the estate`);
      if (state !== "ONLINE")
        throw new Error(`${database} on ${host} is ${state}, and only an open database can be shipped`);
      if (recoveryModel !== "FULL")
        throw new Error(
          `${database} on ${host} is in recovery model ${recoveryModel}; its log can't be shipped and restored to a point. If its owner agrees: ALTER DATABASE … SET RECOVERY FULL. This library never switches it, since the log grows until it is backed up`,
        );
      const others = otherWriters(
        await sql.rows<LogBackup>(logBackups(database, historyDays)),
        backupFolder,
        adoptChain,
      );
      const last = others.at(-1);
      if (last)
        throw new Error(
          `${String(others.length)} log backup(s) of ${database} on ${host} in the last ${String(historyDays)} days went elsewhere than ${backupFolder}, the last on ${last.finish} to ${last.device} by ${last.user ?? "somebody"}. Each takes a link out of the chain. Switch that backup off, or let it take copy-only backups, then write adoptChain: true (or the folder that it wrote to)`,
        );
      return { there: true, says: `${database} on ${host} can be shipped`, expected };
    },
  }),
];
