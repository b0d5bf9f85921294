/** What two instances are compared by, where a move would show the difference. Each text gives names and one more column. */

/** Logins of people and programs; those that an installation makes itself are left out. */
export const alignmentLogins = `SELECT name AS [name], CONVERT(nvarchar(10), is_disabled) AS [is]
FROM sys.server_principals
WHERE type IN ('S', 'U', 'G') AND principal_id > 1 AND name NOT LIKE N'##%' AND name NOT LIKE N'NT %' AND name NOT LIKE N'BUILTIN\\%';`;

/** Jobs of SQL Server Agent; those of log shipping belong to the site's role. */
export const alignmentJobs = `SELECT name AS [name], CONVERT(nvarchar(10), enabled) AS [is]
FROM msdb.dbo.sysjobs
WHERE name NOT LIKE N'LSBackup[_]%' AND name NOT LIKE N'LSCopy[_]%' AND name NOT LIKE N'LSRestore[_]%'
  AND name NOT LIKE N'LSAlert[_]%' AND name NOT LIKE N'parallel-standby %' AND name <> N'syspolicy_purge_history';`;

/** Linked servers with where they lead. */
export const alignmentLinkedServers = `SELECT name AS [name], CONVERT(nvarchar(4000), data_source) AS [is]
FROM sys.servers WHERE is_linked = 1;`;

/**
 * Settings that programs stand or fall by. Memory and parallelism are left out: they follow from the machine. (Names as
 * in sys.configurations, documentation of sp_configure.)
 */
export const alignmentSettings = `SELECT name AS [name], CONVERT(nvarchar(20), value_in_use) AS [is]
FROM sys.configurations
WHERE name IN (N'clr enabled', N'clr strict security', N'xp_cmdshell', N'Ole Automation Procedures', N'Database Mail XPs',
  N'Ad Hoc Distributed Queries', N'cross db ownership chaining', N'contained database authentication', N'nested triggers',
  N'user options', N'default language', N'remote admin connections', N'remote proc trans', N'filestream access level',
  N'max text repl size (B)', N'two digit year cutoff');`;

/** Certificates in master: backups and databases that are encrypted by one cannot be read without it. */
export const alignmentCertificates = `SELECT name AS [name], CONVERT(nvarchar(100), thumbprint, 1) AS [is]
FROM master.sys.certificates WHERE name NOT LIKE N'##%';`;

/** The services of the instance with their accounts. */
export const alignmentServices = `SELECT servicename AS [name], service_account AS [is] FROM sys.dm_server_services;`;
