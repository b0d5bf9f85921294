import { text } from "../../instance/tsql.ts";

/** Database and redo point. LSNs as text: the driver's numbers lose digits. The lowest of all files: what any file still needs. */
export const databaseState = (database: string): string => `SELECT d.state_desc AS [state],
  CONVERT(int, d.is_in_standby) AS [isInStandby], d.user_access_desc AS [userAccess],
  d.recovery_model_desc AS [recoveryModel],
  r.redoLsn AS [redoLsn], r.redoFork AS [redoFork]
FROM sys.databases AS d
OUTER APPLY (
  SELECT TOP (1) CONVERT(varchar(25), f.redo_start_lsn) AS redoLsn, CONVERT(varchar(36), f.redo_start_fork_guid) AS redoFork
  FROM sys.master_files AS f
  WHERE f.database_id = d.database_id AND f.redo_start_lsn IS NOT NULL
  ORDER BY f.redo_start_lsn
) AS r
WHERE d.name = ${text(database)};`;

/**
 * The last restore of a database, unless that one was dropped and another of its name created: an open database shows
 * its family. Times of the backup are of the server that took it, as text.
 */
export const lastRestore = (database: string): string => `SELECT TOP (1)
  b.type AS [type], CONVERT(varchar(25), b.first_lsn) AS [firstLsn], CONVERT(varchar(25), b.last_lsn) AS [lastLsn],
  CONVERT(varchar(23), b.backup_start_date, 126) AS [start], CONVERT(varchar(23), b.backup_finish_date, 126) AS [finish],
  CONVERT(int, b.is_force_offline) AS [tail], CONVERT(varchar(23), h.stop_at, 126) AS [stopAt]
FROM msdb.dbo.restorehistory AS h
JOIN msdb.dbo.backupset AS b ON b.backup_set_id = h.backup_set_id
LEFT JOIN sys.database_recovery_status AS s ON s.database_id = DB_ID(${text(database)})
WHERE h.destination_database_name = ${text(database)} AND h.restore_type IN ('D', 'L')
  AND (s.family_guid IS NULL OR s.family_guid = b.family_guid)
ORDER BY h.restore_history_id DESC;`;

/**
 * The tail with which a server closed a database itself (BACKUP LOG WITH NORECOVERY, is_force_offline), unless anything
 * was restored to the database since: a set of another server gets a later number when it is restored.
 */
export const ownTail = (database: string): string => `SELECT TOP (1)
  CONVERT(varchar(25), b.first_lsn) AS [firstLsn], CONVERT(varchar(25), b.last_lsn) AS [lastLsn],
  CONVERT(varchar(36), b.last_recovery_fork_guid) AS [fork], CONVERT(varchar(23), b.backup_finish_date, 126) AS [finish]
FROM msdb.dbo.backupset AS b
LEFT JOIN sys.database_recovery_status AS s ON s.database_id = DB_ID(${text(database)})
WHERE b.database_name = ${text(database)} AND b.type = 'L' AND b.is_force_offline = 1 AND b.server_name = @@SERVERNAME
  AND (s.family_guid IS NULL OR s.family_guid = b.family_guid)
  AND NOT EXISTS (
    SELECT 1 FROM msdb.dbo.restorehistory AS h
    WHERE h.destination_database_name = ${text(database)} AND h.restore_type IN ('D', 'L')
      AND (h.backup_set_id > b.backup_set_id OR h.restore_date > b.backup_finish_date)
  )
ORDER BY b.backup_set_id DESC;`;

/** Names of the files in a folder. A folder that is missing or can't be read gives no row, and no error. */
export const filesIn = (
  folder: string,
): string => `DECLARE @files TABLE (name nvarchar(512), depth int, isFile int);
INSERT INTO @files EXEC master.sys.xp_dirtree ${text(folder)}, 1, 1;
SELECT name AS [name] FROM @files WHERE isFile = 1 ORDER BY name;`;

/**
 * Columns of RESTORE HEADERONLY: INSERT … EXEC needs exactly as many as the version gives. 53 in SQL Server 2012, three
 * more for encryption since 2014, three more since 2022 (documentation of RESTORE HEADERONLY).
 */
const headerColumns: readonly string[] = [
  "BackupName nvarchar(128)",
  "BackupDescription nvarchar(255)",
  "BackupType smallint",
  "ExpirationDate datetime",
  "Compressed tinyint",
  "Position smallint",
  "DeviceType tinyint",
  "UserName nvarchar(128)",
  "ServerName nvarchar(128)",
  "DatabaseName nvarchar(128)",
  "DatabaseVersion int",
  "DatabaseCreationDate datetime",
  "BackupSize numeric(20, 0)",
  "FirstLSN numeric(25, 0)",
  "LastLSN numeric(25, 0)",
  "CheckpointLSN numeric(25, 0)",
  "DatabaseBackupLSN numeric(25, 0)",
  "BackupStartDate datetime",
  "BackupFinishDate datetime",
  "SortOrder smallint",
  "CodePage smallint",
  "UnicodeLocaleId int",
  "UnicodeComparisonStyle int",
  "CompatibilityLevel tinyint",
  "SoftwareVendorId int",
  "SoftwareVersionMajor int",
  "SoftwareVersionMinor int",
  "SoftwareVersionBuild int",
  "MachineName nvarchar(128)",
  "Flags int",
  "BindingID uniqueidentifier",
  "RecoveryForkID uniqueidentifier",
  "Collation nvarchar(128)",
  "FamilyGUID uniqueidentifier",
  "HasBulkLoggedData bit",
  "IsSnapshot bit",
  "IsReadOnly bit",
  "IsSingleUser bit",
  "HasBackupChecksums bit",
  "IsDamaged bit",
  "BeginsLogChain bit",
  "HasIncompleteMetaData bit",
  "IsForceOffline bit",
  "IsCopyOnly bit",
  "FirstRecoveryForkID uniqueidentifier",
  "ForkPointLSN numeric(25, 0)",
  "RecoveryModel nvarchar(60)",
  "DifferentialBaseLSN numeric(25, 0)",
  "DifferentialBaseGUID uniqueidentifier",
  "BackupTypeDescription nvarchar(60)",
  "BackupSetGUID uniqueidentifier",
  "CompressedBackupSize bigint",
  "Containment tinyint",
  "KeyAlgorithm nvarchar(32)",
  "EncryptorThumbprint varbinary(20)",
  "EncryptorType nvarchar(32)",
  "LastValidRestoreTime datetime",
  "TimeZone smallint",
  "CompressionAlgorithm nvarchar(32)",
];

/** How many columns a version gives; `major` is the first number of its version: 11 is SQL Server 2012. */
export const headerWidth = (major: number): number => (major >= 16 ? 59 : major >= 12 ? 56 : 53);

/** The backup sets of a file, with LSNs and times as text. */
export const headersOf = (file: string, width: number): string => `DECLARE @headers TABLE (
  ${headerColumns
    .slice(0, width)
    .map((column) => `${column} NULL`)
    .join(",\n  ")}
);
INSERT INTO @headers EXEC (${text(`RESTORE HEADERONLY FROM DISK = ${text(file)};`)});
SELECT DatabaseName AS [database], CONVERT(int, BackupType) AS [type], CONVERT(int, Position) AS [position],
  CONVERT(varchar(25), FirstLSN) AS [firstLsn], CONVERT(varchar(25), LastLSN) AS [lastLsn],
  CONVERT(varchar(36), FirstRecoveryForkID) AS [firstFork], CONVERT(varchar(36), RecoveryForkID) AS [fork],
  CONVERT(varchar(25), ForkPointLSN) AS [forkPointLsn],
  CONVERT(varchar(23), BackupStartDate, 126) AS [start], CONVERT(varchar(23), BackupFinishDate, 126) AS [finish],
  CONVERT(int, IsForceOffline) AS [tail], CONVERT(int, HasBulkLoggedData) AS [bulk], CONVERT(int, IsDamaged) AS [damaged],
  CONVERT(varchar(36), BackupSetGUID) AS [setId]
FROM @headers
ORDER BY Position;`;

/** The files that a backup set holds. */
export const filesOfBackup = (file: string, position: number): string =>
  `RESTORE FILELISTONLY FROM DISK = ${text(file)} WITH FILE = ${String(position)};`;

/** Where the files of a database are, by logical name. */
export const databaseFiles = (database: string): string => `SELECT f.name AS [name], f.physical_name AS [path]
FROM sys.master_files AS f
JOIN sys.databases AS d ON d.database_id = f.database_id
WHERE d.name = ${text(database)};`;

/** Where the instance puts files of new databases. */
export const defaultFolders = `SELECT
  CONVERT(nvarchar(512), SERVERPROPERTY(N'InstanceDefaultDataPath')) AS [data],
  CONVERT(nvarchar(512), SERVERPROPERTY(N'InstanceDefaultLogPath')) AS [log];`;

/** What a source can do: backup compression is in no Express and no Web edition; Express has no SQL Server Agent either. */
export const editionOf = `SELECT
  CONVERT(int, SERVERPROPERTY(N'EngineEdition')) AS [engine],
  CONVERT(nvarchar(128), SERVERPROPERTY(N'Edition')) AS [edition];`;

/** The log backups that a server took of a database itself, in their order, and where it wrote them. A restore leaves rows of the other server's backups there, too. */
export const logBackups = (database: string, days: number): string => `SELECT
  CONVERT(varchar(25), b.first_lsn) AS [firstLsn], CONVERT(varchar(25), b.last_lsn) AS [lastLsn],
  CONVERT(varchar(36), b.first_recovery_fork_guid) AS [firstFork], CONVERT(varchar(36), b.last_recovery_fork_guid) AS [fork],
  CONVERT(varchar(25), b.fork_point_lsn) AS [forkPointLsn],
  CONVERT(varchar(23), b.backup_start_date, 126) AS [start], CONVERT(varchar(23), b.backup_finish_date, 126) AS [finish],
  CONVERT(int, b.is_copy_only) AS [copyOnly], CONVERT(int, b.is_force_offline) AS [tail],
  b.user_name AS [user], m.physical_device_name AS [device]
FROM msdb.dbo.backupset AS b
JOIN msdb.dbo.backupmediafamily AS m ON m.media_set_id = b.media_set_id
WHERE b.database_name = ${text(database)} AND b.type = 'L' AND b.server_name = @@SERVERNAME
  AND b.backup_finish_date > DATEADD(day, -${String(days)}, GETDATE())
ORDER BY b.backup_set_id;`;

/** The newest full backup and the newest log that this server took of a database, and where each lies. */
export const lastOfEach = (database: string): string => `SELECT o.[type], o.[tail], o.[id], o.[device] FROM (
  SELECT b.type AS [type], CONVERT(int, b.is_force_offline) AS [tail], CONVERT(int, b.backup_set_id) AS [id],
    m.physical_device_name AS [device], ROW_NUMBER() OVER (PARTITION BY b.type ORDER BY b.backup_set_id DESC) AS [nth]
  FROM msdb.dbo.backupset AS b
  JOIN msdb.dbo.backupmediafamily AS m ON m.media_set_id = b.media_set_id
  WHERE b.database_name = ${text(database)} AND b.type IN ('D', 'L') AND b.server_name = @@SERVERNAME
) AS o WHERE o.[nth] = 1;`;

/** The newest full backup that is no copy, taken since the database was last restored. */
export const fullSinceRestore = (database: string): string => `SELECT TOP (1)
  m.physical_device_name AS [device], CONVERT(varchar(23), b.backup_finish_date, 126) AS [finish]
FROM msdb.dbo.backupset AS b
JOIN msdb.dbo.backupmediafamily AS m ON m.media_set_id = b.media_set_id
WHERE b.database_name = ${text(database)} AND b.type = 'D' AND b.is_copy_only = 0 AND b.server_name = @@SERVERNAME
  AND b.last_recovery_fork_guid = (
    SELECT s.recovery_fork_guid FROM sys.database_recovery_status AS s WHERE s.database_id = DB_ID(${text(database)})
  )
ORDER BY b.backup_set_id DESC;`;

/** The server's own name and its clock, UTC. */
export const serverNow = "SELECT @@SERVERNAME AS [server], CONVERT(varchar(19), GETUTCDATE(), 126) AS [utc];";

/** Sessions in a database keep a restore out; they are named for the message, by program and host. */
export const sessionsIn = (database: string): string => `SELECT TOP (5)
  CONVERT(int, s.session_id) AS [session], s.program_name AS [program], s.host_name AS [host]
FROM sys.dm_exec_sessions AS s
WHERE s.database_id = DB_ID(${text(database)}) AND s.session_id <> @@SPID;`;

export const endSession = (session: number): string => `KILL ${String(Math.trunc(session))};`;

/** Where the next log backup of an open database begins, and the forks that it spans; NULL where no full backup has begun a chain. */
export const logChain = (
  database: string,
): string => `SELECT CONVERT(varchar(25), s.last_log_backup_lsn) AS [firstLsn],
  CONVERT(varchar(36), s.first_recovery_fork_guid) AS [firstFork], CONVERT(varchar(36), s.recovery_fork_guid) AS [fork],
  CONVERT(varchar(25), s.fork_point_lsn) AS [forkPointLsn]
FROM sys.database_recovery_status AS s
WHERE s.database_id = DB_ID(${text(database)});`;
