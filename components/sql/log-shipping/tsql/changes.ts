import { ident, text } from "../../instance/tsql.ts";

/** A full backup beside the chain: it takes no log and moves no base of differentials. The file is written anew. */
export const copyOnlyFull = (database: string, file: string, compress: boolean): string =>
  `BACKUP DATABASE ${ident(database)} TO DISK = ${text(file)} WITH COPY_ONLY, INIT, SKIP, CHECKSUM${compress ? ", COMPRESSION" : ""}, STATS = 10;`;

/** A full backup that begins a chain of its own. */
export const chainFull = (database: string, file: string, compress: boolean): string =>
  `BACKUP DATABASE ${ident(database)} TO DISK = ${text(file)} WITH INIT, SKIP, CHECKSUM${compress ? ", COMPRESSION" : ""}, STATS = 10;`;

/** Ends all sessions in a database but one that may come: a tail-log backup needs the database for itself (error 3101). */
export const singleUser = (database: string): string =>
  `ALTER DATABASE ${ident(database)} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;`;

/** Lets everybody in again. */
export const multiUser = (database: string): string =>
  `ALTER DATABASE ${ident(database)} SET MULTI_USER WITH ROLLBACK IMMEDIATE;`;

/** Closes a database as it is. Nothing in it is changed, and SET ONLINE opens it again. */
export const takeOffline = (database: string): string =>
  `ALTER DATABASE ${ident(database)} SET OFFLINE WITH ROLLBACK IMMEDIATE;`;

/**
 * The tail of the log; after it the database is RESTORING and nothing can write to it. `any state` does it for a
 * damaged database too, as long as its log is whole; `what is left` also where the log is not.
 */
export const tail = (database: string, file: string, of: "sound" | "any state" | "what is left"): string =>
  `BACKUP LOG ${ident(database)} TO DISK = ${text(file)} WITH NORECOVERY, INIT, SKIP, ${
    {
      sound: "CHECKSUM",
      "any state": "NO_TRUNCATE, CHECKSUM",
      "what is left": "NO_TRUNCATE, CONTINUE_AFTER_ERROR",
    }[of]
  };`;

/**
 * The tail of the log of a database that is saved, beside the chain: after it the database is RESTORING and nothing can
 * write to it. COPY_ONLY, so that no later look takes it for a log that others lack.
 */
export const salvageTail = (database: string, file: string): string =>
  `BACKUP LOG ${ident(database)} TO DISK = ${text(file)} WITH NORECOVERY, COPY_ONLY, INIT, SKIP, CHECKSUM;`;

/** Opens a database that was taken offline. */
export const takeOnline = (database: string): string => `ALTER DATABASE ${ident(database)} SET ONLINE;`;

/** One log. `stopAt` is in the clock of the server that wrote the log; it is the same on every log of a route. */
export const restoreLog = (
  database: string,
  file: string,
  position: number,
  stopAt: string | undefined,
): string =>
  `RESTORE LOG ${ident(database)} FROM DISK = ${text(file)} WITH FILE = ${String(position)}, NORECOVERY${
    stopAt === undefined ? "" : `, STOPAT = ${text(stopAt)}`
  };`;

/** Where a file of a backup goes. */
export interface Move {
  readonly name: string;
  readonly path: string;
}

/** A database from a full backup; `replace` overwrites one that is there. */
export const restoreFull = (
  database: string,
  file: string,
  position: number,
  moves: readonly Move[],
  replace: boolean,
): string =>
  `RESTORE DATABASE ${ident(database)} FROM DISK = ${text(file)} WITH FILE = ${String(position)}, NORECOVERY${
    replace ? ", REPLACE" : ""
  }${moves.map(({ name, path }) => `,\n  MOVE ${text(name)} TO ${text(path)}`).join("")}, STATS = 5;`;

/** Reads a backup set to its end, restoring nothing. */
export const verifyBackup = (file: string, position: number): string =>
  `RESTORE VERIFYONLY FROM DISK = ${text(file)} WITH FILE = ${String(position)};`;

/** Opens the database. There is no way back: it begins a recovery fork of its own, and no further log fits. */
export const recover = (database: string): string => `RESTORE DATABASE ${ident(database)} WITH RECOVERY;`;

/** Makes a folder with those above it, where they are missing (documented nowhere by Microsoft, used by its own maintenance plans). */
export const makeFolder = (folder: string): string => `EXEC master.sys.xp_create_subdir ${text(folder)};`;
