import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { chainOf } from "../chain.ts";
import {
  archived,
  copyName,
  longestName,
  movesOfCopy,
  roomFor,
  type Volume,
  type Wanted,
} from "../copies.ts";
import { drillReady } from "../drill-verbs.ts";
import { pathOf } from "../headers.ts";
import { look, type Place } from "../look.ts";
import type { BackupFile } from "../moves.ts";
import { reachOf } from "../reach.ts";
import type { DatabaseSeen } from "../seen.ts";
import type { Move } from "../tsql/changes.ts";
import { volumes } from "../tsql/drill.ts";
import { databaseFiles, defaultFolders, filesOfBackup } from "../tsql/looks.ts";
import { drillIn, mustBeOwn } from "./drill-copies.ts";
import { shippingAt } from "./shipping.ts";

/** The verb that looks before anything is made. What is wrong does not mend itself: it fails at once. */
export const drillReadyRunnables: readonly Runnable[] = [
  runs(drillReady, {
    check: async ({ part, host }, io) => {
      const { number } = drillIn(io);
      const { facts, place } = shippingAt(part, io);
      const sql = await sqlOn(host, io);
      const wanted: Wanted[] = [];
      for (const database of facts.databases) {
        const copy = copyName(database, number);
        if (copy.length > longestName)
          throw new Error(
            `a copy of ${database} would be called ${copy}, longer than the ${String(longestName)} characters that SQL Server takes`,
          );
        await mustBeOwn(sql, copy, host);
        const db = archived(await look(database, place, io));
        const reach = reachOf(db);
        if ("refused" in reach) throw new Error(`${database} on ${host}: ${reach.refused}`);
        wanted.push(...(await filesOfCopy(sql, database, copy, place, db)));
      }
      const { lacking, unseen } = roomFor(wanted, await sql.rows<Volume>(volumes));
      if (lacking.length > 0)
        throw new Error(
          `${host} has no room for the copies: ${lacking.join("; ")}. Make room, or declare a drill of fewer systems`,
        );
      for (const folder of unseen)
        io.say(`free space of ${folder} on ${host} can't be seen; the restore checks it before it begins`);
      return {
        there: true,
        says: `${facts.databases.join(", ")} can be copied on ${host}: backups lead there, names are free, ${unseen.length === 0 ? "there is room" : "room is checked by the restore"}`,
        expected: "backups, free names and room for the copies",
      };
    },
  }),
];

/** Where the files of a copy will go, and how large each is: by the newest full backup, whose files are those of today. */
async function filesOfCopy(
  sql: Sql,
  database: string,
  copy: string,
  place: Place,
  db: DatabaseSeen,
): Promise<readonly Wanted[]> {
  const newest = chainOf(db.sets).fulls.toSorted((a, b) => b.set.finishSec - a.set.finishSec)[0];
  if (!newest) return [];
  const file = pathOf(place.folder, newest.set.file);
  const files = await sql.rows<BackupFile & { Size: number | string }>(
    filesOfBackup(file, newest.set.position),
  );
  const moves = await movesTo(sql, database, copy, files);
  return moves.map(({ path }, i) => ({ path, size: Number(files[i]?.Size ?? 0) }));
}

/** Where the files of a backup go when a copy is made from it. */
export async function movesTo(
  sql: Sql,
  database: string,
  copy: string,
  files: readonly BackupFile[],
): Promise<readonly Move[]> {
  const old = await sql.rows<Move>(databaseFiles(database));
  const [folders] = await sql.rows<{ data: string | null; log: string | null }>(defaultFolders);
  const data = folders?.data ?? "";
  return movesOfCopy(copy, files, old, { data, log: folders?.log ?? data });
}
