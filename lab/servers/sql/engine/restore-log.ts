import type { Message } from "../contract.ts";
import type { Frame } from "./batch.ts";
import type { Database, Fork } from "./database.ts";
import { message, refuseWith } from "./errors.ts";
import type { BackupSet, SetBody } from "./media.ts";
import type { RestoreOptions } from "./restore.ts";

/**
 * Whether log up to `last`, written along the path `set`, may follow a database that stands at `redo` on the path
 * `own`. Paths are lists of recovery forks with the LSN at which each begins.
 */
export function isConsistent(
  own: readonly Fork[],
  redo: bigint,
  set: readonly Fork[],
  last: bigint,
): boolean {
  const shared = own.findIndex((fork, i) => fork.guid !== set[i]?.guid);
  if (shared >= 0) {
    // The database left the path of the set where its own next fork begins; log from before that is merely old.
    const left = own[shared]?.from ?? 0n;
    const other = set[shared]?.from;
    return last <= (other === undefined || left < other ? left : other);
  }
  const next = set[own.length];
  return next === undefined || next.from >= redo;
}

/** Checks a RESTORE LOG against the database: its family, its recovery path, its redo point, the stop time. */
export function checkLog(database: Database, set: BackupSet, options: RestoreOptions, ended: Message): void {
  const { header } = set;
  if (header.kind !== "log") throw refuseWith(message(3135, String(set.position), "BACKUP DATABASE"), ended);
  if (header.settings.familyGuid !== database.settings.familyGuid)
    throw refuseWith(message(3154, database.name), ended);
  if (options.stopAt !== undefined && database.settings.recoveryModel === "SIMPLE")
    throw refuseWith(message(3145), ended);
  const redo = database.nextLsn;
  if (!isConsistent(database.forks, redo, header.forks, header.lastLsn))
    throw refuseWith(message(4330), ended);
  if (header.firstLsn > redo) throw refuseWith(message(4305, header.firstLsn, redo), ended);
  if (header.lastLsn <= redo) throw refuseWith(message(4326, header.lastLsn, redo), ended);
  if (
    options.stopAt !== undefined &&
    database.lastCommitWall !== undefined &&
    options.stopAt < database.lastCommitWall
  )
    throw refuseWith(message(4335), ended);
}

/** Rolls the database forward through the set, or up to the stop point. Commits at or before STOPAT are applied. */
export function applyLog(
  database: Database,
  set: BackupSet,
  body: SetBody,
  options: RestoreOptions,
  frame: Frame,
): { infos: Message[]; isStopped: boolean } {
  const { header } = set;
  const records = ("records" in body ? body.records : []).filter((record) => record.lsn >= database.nextLsn);
  const until = options.mark ? markedRecord(records, options.mark) : undefined;
  const wantsStop = options.stopAt !== undefined || options.mark !== undefined;
  let halted: bigint | undefined;
  for (const record of records) {
    const isBeyond =
      options.stopAt !== undefined
        ? record.wall > options.stopAt
        : until !== undefined && (options.mark?.isBefore ? record.lsn >= until : record.lsn > until);
    if (isBeyond) {
      halted = record.lsn;
      break;
    }
    database.store.redo(record.changes);
    database.lastCommitWall = Math.max(database.lastCommitWall ?? 0, record.wall);
  }
  // A mark that is the last record of the set is reached all the same.
  if (halted === undefined && until !== undefined) halted = header.lastLsn;
  database.nextLsn = halted ?? header.lastLsn;
  database.logBackupFrom = database.nextLsn;
  database.forks = header.forks.filter((fork) => fork.from <= database.nextLsn);
  frame.instance.log(
    `Log was restored. Database: ${database.name}, creation date(time): unchanged, first LSN: ${header.firstLsn}, last LSN: ${database.nextLsn}.`,
  );
  const isShort = wantsStop && halted === undefined;
  return { infos: isShort ? [message(options.mark ? 4329 : 4322)] : [], isStopped: isShort };
}

function markedRecord(
  records: readonly { readonly lsn: bigint; readonly wall: number; readonly mark?: string }[],
  mark: NonNullable<RestoreOptions["mark"]>,
): bigint | undefined {
  return records.find(
    (record) =>
      record.mark?.toLowerCase() === mark.name && (mark.after === undefined || record.wall >= mark.after),
  )?.lsn;
}
