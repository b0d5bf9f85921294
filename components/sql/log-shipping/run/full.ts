import type { Io } from "../../../../steps/act.ts";
import type { Sql } from "../../../../steps/transports/sql.ts";
import { movesFor } from "../moves.ts";
import { restoreFull, verifyBackup, type Move } from "../tsql/changes.ts";
import { databaseFiles, defaultFolders, filesOfBackup } from "../tsql/looks.ts";

/**
 * Restores a full backup, leaving the database closed. What is there is overwritten only after the backup has been
 * read to its end, since a damaged one must not cost the copy that there is, and only if the step may still act.
 */
export async function restoreFullFrom(
  sql: Sql,
  database: string,
  file: string,
  position: number,
  replaces: boolean,
  io: Io,
): Promise<void> {
  const files = await sql.rows<{ LogicalName: string; PhysicalName: string; Type: string }>(
    filesOfBackup(file, position),
  );
  const old = await sql.rows<{ name: string; path: string }>(databaseFiles(database));
  const [folders] = await sql.rows<{ data: string | null; log: string | null }>(defaultFolders);
  const moves = movesFor(files, old, { data: folders?.data ?? "", log: folders?.log ?? folders?.data ?? "" });
  if (replaces) {
    io.say(`reading ${file} to its end`);
    await sql.long(verifyBackup(file, position));
  }
  await io.mayStillAct();
  await restoreFiles(sql, database, file, position, moves, replaces, io);
}

/** Restores a full backup with its files in these places, leaving the database closed. */
export async function restoreFiles(
  sql: Sql,
  database: string,
  file: string,
  position: number,
  moves: readonly Move[],
  replaces: boolean,
  io: Io,
): Promise<void> {
  io.say(`restoring ${database} from ${file}`);
  await sql.long(restoreFull(database, file, position, moves, replaces), ({ number, text }) => {
    // 3211: so many percent processed.
    if (number === 3211) io.say(`${database}: ${text}`);
  });
}
