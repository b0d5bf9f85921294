import { ident, text } from "./tsql.ts";

/** What two instances are compared by, where a move would show the difference. Each text gives names and one more column. */

/** Logins of people and programs; those that an installation makes itself are left out. */
export const alignmentLogins = `SELECT name AS [name], CONVERT(nvarchar(10), is_disabled) AS [is]
FROM sys.server_principals
WHERE type IN ('S', 'U', 'G') AND principal_id > 1 AND name NOT LIKE N'##%' AND name NOT LIKE N'NT %' AND name NOT LIKE N'BUILTIN\\%';`;

/** Logins of people and programs with the server roles that they are in, a row for each. */
export const alignmentRoles = `SELECT m.name AS [name], r.name AS [is]
FROM sys.server_role_members AS rm
JOIN sys.server_principals AS r ON r.principal_id = rm.role_principal_id
JOIN sys.server_principals AS m ON m.principal_id = rm.member_principal_id
WHERE m.type IN ('S', 'U', 'G') AND m.principal_id > 1 AND m.name NOT LIKE N'##%' AND m.name NOT LIKE N'NT %' AND m.name NOT LIKE N'BUILTIN\\%';`;

/**
 * Permissions on the server itself (class 100), of logins and of server roles, a row for each. That a login may connect,
 * each has from its creation.
 */
export const alignmentPermissions = `SELECT p.name AS [name], sp.state_desc + N' ' + sp.permission_name AS [is]
FROM sys.server_permissions AS sp
JOIN sys.server_principals AS p ON p.principal_id = sp.grantee_principal_id
WHERE sp.class = 100 AND p.type IN ('S', 'U', 'G', 'R') AND p.principal_id > 2
  AND p.name NOT LIKE N'##%' AND p.name NOT LIKE N'NT %' AND p.name NOT LIKE N'BUILTIN\\%'
  AND NOT (sp.permission_name = N'CONNECT SQL' AND sp.state_desc = N'GRANT');`;

/** Logins that a database is used by: those of its users, and its owner, of which the second column says so. */
export const alignmentUsers = (
  database: string,
): string => `SELECT p.name AS [name], CONVERT(nvarchar(128), NULL) AS [is]
FROM ${ident(database)}.sys.database_principals AS u
JOIN sys.server_principals AS p ON p.sid = u.sid
WHERE u.type IN ('S', 'U', 'G') AND u.principal_id > 4 AND p.principal_id > 1
UNION
SELECT p.name, N'owner' FROM sys.databases AS d
JOIN sys.server_principals AS p ON p.sid = d.owner_sid
WHERE d.name = ${text(database)} AND p.principal_id > 1;`;

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
