import type { Database } from "./database.ts";
import { roundDatetime, wallClock } from "./datetimes.ts";
import { decimalOf } from "./decimals.ts";
import type { SqlInstance } from "./instance.ts";
import type { BackupSet, SetHeader } from "./media.ts";
import { agentTables } from "./msdb.ts";
import type { RestoreOptions } from "./restore.ts";
import type { EngineSession } from "./session.ts";

type Header = Omit<SetHeader, "bytes" | "storedBytes"> & Partial<Pick<SetHeader, "bytes" | "storedBytes">>;

/** Writes a backup set to msdb's history; gives its backup_set_id. */
export function recordBackup(
  instance: SqlInstance,
  header: Header,
  device: string,
  position: number,
): number {
  const { backupSets, mediaSets, mediaFamilies, backupFiles } = agentTables(instance);
  const mediaSet = mediaSets.insert({
    media_uuid: header.bindingGuid,
    media_family_count: 1,
    software_name: "Microsoft SQL Server",
    software_vendor_id: 4608,
    mirror_count: 1,
    is_compressed: header.isCompressed ? 1 : 0,
    is_encrypted: 0,
  });
  mediaFamilies.insert({
    media_set_id: mediaSet,
    family_sequence_number: 1,
    media_family_id: header.setGuid,
    media_count: 1,
    physical_device_name: device,
    device_type: 2,
    physical_block_size: 65536,
    mirror: 0,
  });
  const fork = header.forks.at(-1);
  const flag = (value: boolean): number => (value ? 1 : 0);
  const set = backupSets.insert({
    backup_set_uuid: header.setGuid,
    media_set_id: mediaSet,
    first_family_number: 1,
    last_family_number: 1,
    position,
    software_vendor_id: 4608,
    name: header.name,
    description: header.description,
    user_name: header.userName,
    software_major_version: header.software[0],
    software_minor_version: header.software[1],
    software_build_version: header.software[2],
    time_zone: Math.round(header.offsetMinutes / 15),
    first_lsn: decimalOf(header.firstLsn),
    last_lsn: decimalOf(header.lastLsn),
    checkpoint_lsn: decimalOf(header.checkpointLsn),
    database_backup_lsn: decimalOf(header.databaseBackupLsn),
    database_creation_date: header.databaseCreatedWall,
    backup_start_date: header.startWall,
    backup_finish_date: header.finishWall,
    type: header.kind === "log" ? "L" : header.kind === "differential" ? "I" : "D",
    compatibility_level: header.settings.compatibility,
    database_version: header.databaseVersion,
    backup_size: decimalOf(header.bytes ?? 0),
    compressed_backup_size: decimalOf(header.storedBytes ?? 0),
    database_name: header.databaseName,
    server_name: header.serverName,
    machine_name: header.machineName,
    collation_name: header.settings.collation,
    is_password_protected: 0,
    recovery_model: header.settings.recoveryModel,
    has_bulk_logged_data: 0,
    is_snapshot: 0,
    is_readonly: flag(header.isReadOnly),
    is_single_user: flag(header.isSingleUser),
    has_backup_checksums: flag(header.hasChecksum),
    is_damaged: 0,
    begins_log_chain: flag(header.beginsLogChain),
    has_incomplete_metadata: flag(header.hasIncompleteMetadata),
    is_force_offline: flag(header.isForceOffline),
    is_copy_only: flag(header.isCopyOnly),
    first_recovery_fork_guid: header.firstForkGuid,
    last_recovery_fork_guid: fork?.guid,
    fork_point_lsn: fork && fork.guid !== header.firstForkGuid ? decimalOf(fork.from) : null,
    database_guid: header.forks[0]?.guid,
    family_guid: header.settings.familyGuid,
  });
  for (const file of header.files)
    backupFiles.insert({
      backup_set_id: set,
      filegroup_name: file.type === "D" ? file.filegroup : null,
      page_size: 8192,
      file_number: decimalOf(file.fileId),
      file_type: file.type,
      logical_name: file.logicalName,
      physical_name: file.physicalName,
      physical_drive: file.physicalName.slice(0, 2),
      file_size: decimalOf(file.pages * 8192),
      state: 0,
      state_desc: "ONLINE",
    });
  return set;
}

/** Writes a restore to msdb's history; a set that this server does not know is recorded first. */
export function recordRestore(
  instance: SqlInstance,
  database: Database,
  { header, position }: BackupSet,
  session: EngineSession,
  options: RestoreOptions,
  type: "D" | "I" | "L",
): void {
  const { backupSets, restores, restoreFiles } = agentTables(instance);
  const known = backupSets.find((row) => row["backup_set_uuid"] === header.setGuid);
  const set = known ? Number(known["backup_set_id"]) : recordBackup(instance, header, "", position);
  const id = restores.insert({
    restore_date: roundDatetime(wallClock(instance.timeZone, instance.now())),
    destination_database_name: database.name,
    user_name: session.principal.name,
    backup_set_id: set,
    restore_type: type,
    replace: options.isReplace ? 1 : 0,
    recovery: options.ending === "RECOVERY" ? 1 : 0,
    restart: 0,
    stop_at: options.stopAt ?? null,
    device_count: 1,
    stop_at_mark_name: options.mark?.name ?? null,
    stop_before: options.mark ? (options.mark.isBefore ? 1 : 0) : null,
  });
  if (type === "D")
    for (const file of database.files)
      restoreFiles.insert({
        restore_history_id: id,
        file_number: decimalOf(file.fileId),
        destination_phys_drive: file.physicalName.slice(0, 2),
        destination_phys_name: file.physicalName,
      });
}
