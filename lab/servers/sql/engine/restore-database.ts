import type { Message } from "../contract.ts";
import { DiskError } from "../../types.ts";
import { systemError } from "./backup.ts";
import type { Frame } from "./batch.ts";
import type { Database, DatabaseFile } from "./database.ts";
import { message, refuseWith, type SqlError } from "./errors.ts";
import { usedFile } from "./create-databases.ts";
import type { BackupSet, SetBody } from "./media.ts";
import type { RestoreOptions } from "./restore.ts";
import { Store } from "./store.ts";

/** Checks a RESTORE DATABASE before anything is touched, and gives the database that it will fill. */
export function planDatabase(
  name: string,
  existing: Database | undefined,
  set: BackupSet,
  options: RestoreOptions,
  frame: Frame,
  ended: Message,
  device: string,
): Database {
  const { instance, session } = frame;
  const { header } = set;
  const fail = (...messages: readonly Message[]): SqlError => refuseWith(...messages, ended);
  if (header.kind === "log") throw fail(message(3135, device, "BACKUP LOG"));
  if (header.kind === "differential") {
    if (!existing || existing.state !== "RESTORING") throw fail(message(existing ? 3117 : 3118, name));
    if (existing.differentialBase?.lsn !== header.databaseBackupLsn) throw fail(message(3136));
    if (existing.nextLsn >= header.lastLsn) throw fail(message(3120));
    return existing;
  }
  if (existing && !options.isReplace) {
    if (existing.settings.familyGuid !== header.settings.familyGuid) throw fail(message(3154, name));
    const hasTail =
      existing.state === "ONLINE" &&
      !existing.isInStandby &&
      existing.settings.recoveryModel === "FULL" &&
      existing.logBackupFrom !== undefined;
    if (hasTail && options.stopAt === undefined) throw fail(message(3159, name));
    if (hasTail && existing.log.some((record) => record.wall <= (options.stopAt ?? 0)))
      throw fail(message(3173, name));
  }
  if (options.stopAt !== undefined && options.stopAt < header.finishWall) throw fail(message(4338));
  const files = moved(header.files, existing, set, options, name, fail);
  const busy = files.flatMap((file) => {
    const used = usedFile([file], frame, existing);
    return used
      ? [message(1834, used.path, used.database), message(3156, file.logicalName, file.physicalName)]
      : [];
  });
  if (busy.length > 0) throw fail(...busy, message(3119));
  const database = existing ?? instance.createDatabase(name, header.settings, session.principal.sid);
  if (!existing) database.isBrokerEnabled = false;
  database.files = files;
  return database;
}

/** The files where they go: MOVE, or where the existing database of that name has them, or as in the backup. */
function moved(
  files: readonly DatabaseFile[],
  existing: Database | undefined,
  set: BackupSet,
  options: RestoreOptions,
  name: string,
  fail: (...messages: readonly Message[]) => SqlError,
): DatabaseFile[] {
  for (const [key, move] of options.moves)
    if (!files.some((file) => file.logicalName.toLowerCase() === key))
      throw fail(message(3234, move.name, name), message(3119));
  return files.map((file) => {
    const move = options.moves.get(file.logicalName.toLowerCase());
    const there = existing?.files.find((f) => f.logicalName.toLowerCase() === file.logicalName.toLowerCase());
    return { ...file, physicalName: move?.to ?? there?.physicalName ?? file.physicalName };
  });
}

/**
 * Makes the files of a database that is new. Where a volume has no room for them (3257), or a folder is missing (5133),
 * nothing is left of it.
 */
export async function placeFiles(database: Database, { instance }: Frame, ended: Message): Promise<void> {
  const made: string[] = [];
  const fail = async (...messages: readonly Message[]): Promise<never> => {
    for (const path of made) await instance.disk.remove(path).catch(() => undefined);
    instance.removeDatabase(database);
    throw refuseWith(...messages, message(3119), ended);
  };
  const drive = (file: DatabaseFile): string => file.physicalName.slice(0, 3);
  for (const own of Map.groupBy(database.files, drive).values()) {
    const needed = own.reduce((sum, file) => sum + file.pages * 8192, 0);
    const free = instance.disk.free(own[0]?.physicalName ?? "");
    if (needed > free) await fail(message(3257, own[0] ? drive(own[0]) : "", needed, free));
  }
  for (const { physicalName, logicalName } of database.files)
    try {
      await instance.disk.write(physicalName, Buffer.from(`pages of ${database.name}, ${logicalName}`));
      made.push(physicalName);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      await fail(
        message(5133, physicalName, systemError(error.code)),
        message(3156, logicalName, physicalName),
      );
    }
}

/** Fills the database from a full or differential set: always whole. */
export function applyDatabase(
  database: Database,
  set: BackupSet,
  body: SetBody,
): { infos: Message[]; isStopped: boolean } {
  const { header } = set;
  if ("content" in body) database.store = Store.of(body.content);
  database.log = [];
  database.nextLsn = header.lastLsn;
  database.logBackupFrom = header.settings.recoveryModel === "SIMPLE" ? undefined : header.lastLsn;
  database.forks = header.forks.filter((fork) => fork.from <= header.lastLsn);
  if (header.kind === "database")
    database.differentialBase = { lsn: header.checkpointLsn, guid: header.setGuid };
  database.lastCommitWall = header.finishWall;
  // What master knows of the database does not come with the backup.
  database.isTrustworthy = false;
  database.isBrokerEnabled = false;
  database.userAccess = "MULTI_USER";
  return { infos: [], isStopped: false };
}
