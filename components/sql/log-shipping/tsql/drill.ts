import { ident, text } from "../../instance/tsql.ts";

/** Databases that users have made, with the paths of their files. */
export const userDatabases = `SELECT d.name AS [name], d.state_desc AS [state], f.physical_name AS [path]
FROM sys.databases AS d
JOIN sys.master_files AS f ON f.database_id = d.database_id
WHERE d.database_id > 4
ORDER BY d.name, f.file_id;`;

/**
 * Free space of the volumes on which files of databases lie, mount points told apart from the drive above them
 * (sys.dm_os_volume_stats, SQL Server 2008 R2 SP1 and later).
 */
export const volumes = `SELECT v.volume_mount_point AS [volume], CONVERT(float, MIN(v.available_bytes)) AS [free]
FROM sys.master_files AS f
CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v
GROUP BY v.volume_mount_point;`;

/** What must be so of a copy: whoever may come in, what may run in it, whether it can be written. */
export const copyFacts = (
  copy: string,
): string => `SELECT d.state_desc AS [state], d.user_access_desc AS [userAccess],
  CONVERT(int, d.is_broker_enabled) AS [broker], CONVERT(int, d.is_trustworthy_on) AS [trustworthy],
  CONVERT(int, d.is_read_only) AS [readOnly]
FROM sys.databases AS d WHERE d.name = ${text(copy)};`;

/** Lets members of db_owner, dbcreator and sysadmin in, and nobody else. */
export const restrict = (copy: string): string =>
  `ALTER DATABASE ${ident(copy)} SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;`;

export const makeReadOnly = (copy: string): string =>
  `ALTER DATABASE ${ident(copy)} SET READ_ONLY WITH ROLLBACK IMMEDIATE;`;

export const makeWritable = (copy: string): string =>
  `ALTER DATABASE ${ident(copy)} SET READ_WRITE WITH ROLLBACK IMMEDIATE;`;

/** Checks a database whole, or only that its pages can be read and fit together; without errors it says nothing. */
export const checkDatabase = (copy: string, how: "full" | "physical"): string =>
  `DBCC CHECKDB (${text(copy)}) WITH NO_INFOMSGS, ALL_ERRORMSGS${how === "physical" ? ", PHYSICAL_ONLY" : ""};`;

/** Only the files of a database that is not offline are deleted with it (documentation of DROP DATABASE). */
export const bringOnline = (copy: string): string => `ALTER DATABASE ${ident(copy)} SET ONLINE;`;

export const dropDatabase = (copy: string): string => `DROP DATABASE ${ident(copy)};`;

/** How many rows the tables of a database hold, and how many tables hold some. */
export const rowCount = (
  copy: string,
): string => `SELECT CONVERT(float, SUM(p.rows)) AS [rows], COUNT(DISTINCT t.object_id) AS [tables]
FROM ${ident(copy)}.sys.tables AS t
JOIN ${ident(copy)}.sys.partitions AS p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
WHERE p.rows > 0;`;

/** Columns that hold a time, in the tables with most rows; none of tables that would take long to read. */
export const timeColumns = (
  copy: string,
  longest: number,
): string => `SELECT TOP (20) s.name AS [schema], t.name AS [table], c.name AS [column]
FROM ${ident(copy)}.sys.tables AS t
JOIN ${ident(copy)}.sys.schemas AS s ON s.schema_id = t.schema_id
JOIN ${ident(copy)}.sys.columns AS c ON c.object_id = t.object_id
JOIN ${ident(copy)}.sys.partitions AS p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
WHERE c.system_type_id IN (42, 43, 58, 61) AND p.rows > 0 AND p.rows <= ${String(longest)}
ORDER BY p.rows DESC, s.name, t.name, c.name;`;

/** The newest time in a column that is no later than a moment in the source's own clock. */
export const newestIn = (
  copy: string,
  schema: string,
  table: string,
  column: string,
  until: string,
): string =>
  `SELECT CONVERT(varchar(19), MAX(${ident(column)}), 126) AS [newest] FROM ${ident(copy)}.${ident(schema)}.${ident(table)} WHERE ${ident(column)} <= CONVERT(datetime, ${text(until)}, 126);`;

/**
 * Until when a database held what its source had, by the last backup that was restored to it; with a moment in the
 * standby's own clock, as it was then.
 */
export const restoredUntil = (database: string, asOf?: string): string => `SELECT TOP (1)
  CONVERT(varchar(23), b.backup_finish_date, 126) AS [finish]
FROM msdb.dbo.restorehistory AS h
JOIN msdb.dbo.backupset AS b ON b.backup_set_id = h.backup_set_id
WHERE h.destination_database_name = ${text(database)} AND h.restore_type IN ('D', 'L')${
  asOf === undefined ? "" : ` AND h.restore_date <= CONVERT(datetime, ${text(asOf)}, 126)`
}
ORDER BY h.restore_history_id DESC;`;
