import { text } from "../../instance/tsql.ts";

/** SQL Server's own log shipping: what its procedures are told, and what its tables in msdb hold. Times in minutes. */

/** The source's side, for one database. */
export interface PrimarySettings {
  readonly database: string;
  readonly backupFolder: string;
  readonly backupShare: string;
  readonly retentionMin: number;
  readonly alertMin: number;
}

/** The jobs of one database, by the names that SQL Server's own wizard gives them. */
export const backupJobName = (database: string): string => `LSBackup_${database}`;
export const copyJobName = (source: string, database: string): string => `LSCopy_${source}_${database}`;
export const restoreJobName = (source: string, database: string): string => `LSRestore_${source}_${database}`;

export const primaryConfig = (
  database: string,
): string => `SELECT p.backup_directory AS [backupFolder], p.backup_share AS [backupShare],
  CONVERT(int, p.backup_retention_period) AS [retentionMin], CONVERT(int, m.backup_threshold) AS [alertMin],
  j.name AS [job], m.last_backup_file AS [lastFile]
FROM msdb.dbo.log_shipping_primary_databases AS p
LEFT JOIN msdb.dbo.log_shipping_monitor_primary AS m ON m.primary_id = p.primary_id
LEFT JOIN msdb.dbo.sysjobs AS j ON j.job_id = p.backup_job_id
WHERE p.primary_database = ${text(database)};`;

/** The standbys that a source knows for a database. */
export const primarySecondaries = (
  database: string,
): string => `SELECT s.secondary_server AS [server], s.secondary_database AS [database]
FROM msdb.dbo.log_shipping_primary_secondaries AS s
JOIN msdb.dbo.log_shipping_primary_databases AS p ON p.primary_id = s.primary_id
WHERE p.primary_database = ${text(database)};`;

const compression = (compress: boolean): string => `@backup_compression = ${compress ? "1" : "0"}`;

/** Makes a database a source. The job that it creates is disabled and has no schedule. */
export const addPrimary = (
  s: PrimarySettings,
  compress: boolean,
): string => `DECLARE @job uniqueidentifier, @primary uniqueidentifier;
EXEC master.dbo.sp_add_log_shipping_primary_database @database = ${text(s.database)},
  @backup_directory = ${text(s.backupFolder)}, @backup_share = ${text(s.backupShare)},
  @backup_job_name = ${text(backupJobName(s.database))}, @backup_retention_period = ${String(s.retentionMin)},
  @backup_threshold = ${String(s.alertMin)}, @threshold_alert_enabled = 1, @history_retention_period = 5760,
  ${compression(compress)}, @backup_job_id = @job OUTPUT, @primary_id = @primary OUTPUT, @overwrite = 1;`;

export const changePrimary = (
  s: PrimarySettings,
  compress: boolean,
): string => `EXEC master.dbo.sp_change_log_shipping_primary_database @database = ${text(s.database)},
  @backup_directory = ${text(s.backupFolder)}, @backup_share = ${text(s.backupShare)},
  @backup_retention_period = ${String(s.retentionMin)}, @backup_threshold = ${String(s.alertMin)},
  @threshold_alert_enabled = 1, @history_retention_period = 5760, ${compression(compress)};`;

/** Tells a source of its standby. Nothing is asked of the standby. */
export const addPrimarySecondary = (database: string, standby: string): string =>
  `EXEC master.dbo.sp_add_log_shipping_primary_secondary @primary_database = ${text(database)}, @secondary_server = ${text(standby)}, @secondary_database = ${text(database)};`;

/** The standby's side, for one database of one source. */
export interface SecondarySettings {
  readonly database: string;
  /** The source's own name, @@SERVERNAME. */
  readonly source: string;
  readonly backupShare: string;
  readonly copyTo: string;
  readonly keepMin: number;
  readonly holdMin: number;
  readonly alertMin: number;
}

/** Every source that a standby takes logs of a database from; after moves to and fro there may be an old one. */
export const secondaryConfig = (
  database: string,
): string => `SELECT s.primary_server AS [source], s.backup_source_directory AS [backupShare],
  s.backup_destination_directory AS [copyTo], CONVERT(int, s.file_retention_period) AS [keepMin],
  CONVERT(int, d.restore_delay) AS [holdMin], CONVERT(int, d.restore_mode) AS [restoreMode],
  CONVERT(int, d.disconnect_users) AS [disconnectUsers], CONVERT(int, m.restore_threshold) AS [alertMin],
  c.name AS [copyJob], r.name AS [restoreJob], m.last_copied_file AS [lastCopied], m.last_restored_file AS [lastRestored]
FROM msdb.dbo.log_shipping_secondary_databases AS d
JOIN msdb.dbo.log_shipping_secondary AS s ON s.secondary_id = d.secondary_id
LEFT JOIN msdb.dbo.log_shipping_monitor_secondary AS m ON m.secondary_id = d.secondary_id AND m.secondary_database = d.secondary_database
LEFT JOIN msdb.dbo.sysjobs AS c ON c.job_id = s.copy_job_id
LEFT JOIN msdb.dbo.sysjobs AS r ON r.job_id = s.restore_job_id
WHERE d.secondary_database = ${text(database)};`;

/** Makes a server a standby of a source. The jobs that it creates are disabled and have no schedule. */
export const addSecondaryPrimary = (
  s: SecondarySettings,
): string => `DECLARE @copy uniqueidentifier, @restore uniqueidentifier, @secondary uniqueidentifier;
EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = ${text(s.source)}, @primary_database = ${text(s.database)},
  @backup_source_directory = ${text(s.backupShare)}, @backup_destination_directory = ${text(s.copyTo)},
  @copy_job_name = ${text(copyJobName(s.source, s.database))}, @restore_job_name = ${text(restoreJobName(s.source, s.database))},
  @file_retention_period = ${String(s.keepMin)},
  @copy_job_id = @copy OUTPUT, @restore_job_id = @restore OUTPUT, @secondary_id = @secondary OUTPUT, @overwrite = 1;`;

export const addSecondaryDatabase = (
  s: SecondarySettings,
): string => `EXEC master.dbo.sp_add_log_shipping_secondary_database @secondary_database = ${text(s.database)},
  @primary_server = ${text(s.source)}, @primary_database = ${text(s.database)}, ${restoreSettings(s)}, @overwrite = 1;`;

export const changeSecondaryPrimary = (
  s: SecondarySettings,
): string => `EXEC master.dbo.sp_change_log_shipping_secondary_primary @primary_server = ${text(s.source)}, @primary_database = ${text(s.database)},
  @backup_source_directory = ${text(s.backupShare)}, @backup_destination_directory = ${text(s.copyTo)}, @file_retention_period = ${String(s.keepMin)};`;

export const changeSecondaryDatabase = (s: SecondarySettings): string =>
  `EXEC master.dbo.sp_change_log_shipping_secondary_database @secondary_database = ${text(s.database)}, ${restoreSettings(s)};`;

/** NORECOVERY (0) and not STANDBY (1): a newer standby could not read the database between restores anyway (error 3180). */
const restoreSettings = (s: SecondarySettings): string =>
  `@restore_delay = ${String(s.holdMin)}, @restore_all = 1, @restore_mode = 0, @disconnect_users = 1, ` +
  `@restore_threshold = ${String(s.alertMin)}, @threshold_alert_enabled = 1, @history_retention_period = 5760`;

/** Full backups of a database, taken in turn: one more file than cycles are kept, so that the oldest is overwritten. */
export const fullFile = (folder: string, database: string, slot: number): string =>
  `${folder.replace(/\\+$/, "")}\\${database}_full_${String(slot)}.bak`;

/** The slot of this week, counted on the server's own clock. */
export const slotNow = (slots: number): string =>
  `SELECT DATEDIFF(week, 0, GETUTCDATE()) % ${String(slots)} AS [slot];`;

/** What the weekly job does: a full backup beside the chain, into this week's file. */
export const weeklyFull = (database: string, folder: string, slots: number, compress: boolean): string => {
  const [head, end] = fullFile(folder, database, 0).split("_full_0.bak");
  return `DECLARE @file nvarchar(260) = ${text(`${head ?? ""}_full_`)} + CONVERT(nvarchar(4), DATEDIFF(week, 0, GETUTCDATE()) % ${String(slots)}) + ${text(`.bak${end ?? ""}`)};
BACKUP DATABASE [${database.replaceAll("]", "]]")}] TO DISK = @file WITH COPY_ONLY, INIT, SKIP, CHECKSUM${compress ? ", COMPRESSION" : ""};`;
};

export const weeklyFullJobName = (database: string): string => `parallel-standby full ${database}`;
export const copyFullsJobName = (database: string): string => `parallel-standby copy fulls ${database}`;

/**
 * What a copying job does, under Agent's account, since a login over SSH has no second hop. robocopy reports success
 * with any code below 8.
 */
const copies = (files: readonly string[], from: string, to: string): string => {
  const plain = (path: string): string => path.replace(/\\+$/, "");
  return `cmd.exe /c "robocopy "${plain(from)}" "${plain(to)}" ${files.map((f) => `"${f}"`).join(" ")} /R:5 /W:10 /NP & if errorlevel 8 (exit 1) else (exit 0)"`;
};

/** Brings full backups to the standby. */
export const copyFulls = (database: string, share: string, folder: string): string =>
  copies([`${database}_full_*.bak`], share, folder);

export const copyAwayJobName = (database: string): string => `parallel-standby copy away ${database}`;

/** Brings full and log backups to another server. */
export const copyAllAway = (database: string, folder: string, share: string): string =>
  copies([`${database}_full_*.bak`, `${database}_??????????????.trn`], folder, share);

export const setAsideJobName = (database: string): string => `parallel-standby set aside ${database}`;

/** What the job does that sets a log aside, under Agent's account: a file is moved within its own drive. */
export const moveFile = (from: string, to: string): string => `cmd.exe /c "move /Y "${from}" "${to}""`;
