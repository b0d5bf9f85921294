import { ident, text } from "../../instance/tsql.ts";

/** The small database in which an instance keeps what the other one must know of its databases and logins. */
export const factsDatabase = "ParallelStandby";

export const createFactsDatabase = `IF DB_ID(${text(factsDatabase)}) IS NULL CREATE DATABASE ${ident(factsDatabase)};`;

/** The tables; run again it changes nothing. `Sid` and `PasswordHash` are what SQL Server itself compares logins by. */
export const createFactsTables = `USE ${ident(factsDatabase)};
IF OBJECT_ID(N'dbo.DatabaseFacts') IS NULL
  CREATE TABLE dbo.DatabaseFacts (
    DatabaseName sysname NOT NULL PRIMARY KEY, OwnerName sysname NULL, IsTrustworthy bit NOT NULL, IsBrokerEnabled bit NOT NULL,
    RecordedAt datetime NOT NULL
  );
IF OBJECT_ID(N'dbo.Logins') IS NULL
  CREATE TABLE dbo.Logins (
    DatabaseName sysname NOT NULL, Sid varbinary(85) NOT NULL, Name sysname NOT NULL, Type char(1) NOT NULL,
    PasswordHash varbinary(256) NULL, IsDisabled bit NOT NULL, IsPolicyChecked bit NOT NULL,
    PRIMARY KEY (DatabaseName, Sid)
  );
IF OBJECT_ID(N'dbo.Seeds') IS NULL
  CREATE TABLE dbo.Seeds (DatabaseName sysname NOT NULL PRIMARY KEY, Reason nvarchar(400) NOT NULL, SeededAt datetime NOT NULL);`;

export const factsTables = `SELECT t.name AS [name] FROM ${ident(factsDatabase)}.sys.tables AS t WHERE t.name IN (N'DatabaseFacts', N'Logins', N'Seeds');`;

/** Owner and settings that a restore does not carry over: TRUSTWORTHY and Service Broker are off after it. */
export const databaseIdentity = (database: string): string => `SELECT SUSER_SNAME(d.owner_sid) AS [owner],
  CONVERT(int, d.is_trustworthy_on) AS [trustworthy], CONVERT(int, d.is_broker_enabled) AS [broker]
FROM sys.databases AS d WHERE d.name = ${text(database)};`;

/** The logins that users of a database stand for. Windows groups and users keep their SID within a domain. */
export const loginsOf = (
  database: string,
): string => `SELECT p.name AS [name], p.sid AS [sid], p.type AS [type],
  CONVERT(varbinary(256), LOGINPROPERTY(p.name, 'PasswordHash')) AS [hash], CONVERT(int, p.is_disabled) AS [disabled],
  CONVERT(int, ISNULL(l.is_policy_checked, 0)) AS [policy]
FROM ${ident(database)}.sys.database_principals AS u
JOIN master.sys.server_principals AS p ON p.sid = u.sid
LEFT JOIN master.sys.sql_logins AS l ON l.sid = p.sid
WHERE u.type IN ('S', 'U', 'G') AND u.principal_id > 4 AND p.principal_id <> 1
ORDER BY p.name;`;

export const recordedIdentity = (
  database: string,
): string => `SELECT OwnerName AS [owner], CONVERT(int, IsTrustworthy) AS [trustworthy],
  CONVERT(int, IsBrokerEnabled) AS [broker]
FROM ${ident(factsDatabase)}.dbo.DatabaseFacts WHERE DatabaseName = ${text(database)};`;

export const recordedLogins = (
  database: string,
): string => `SELECT Name AS [name], Sid AS [sid], Type AS [type], PasswordHash AS [hash],
  CONVERT(int, IsDisabled) AS [disabled], CONVERT(int, IsPolicyChecked) AS [policy]
FROM ${ident(factsDatabase)}.dbo.Logins WHERE DatabaseName = ${text(database)} ORDER BY Name;`;

/** Parameters: database, owner, trustworthy, broker. */
export const recordIdentity = `DELETE FROM ${ident(factsDatabase)}.dbo.DatabaseFacts WHERE DatabaseName = @database;
INSERT INTO ${ident(factsDatabase)}.dbo.DatabaseFacts (DatabaseName, OwnerName, IsTrustworthy, IsBrokerEnabled, RecordedAt)
VALUES (@database, @owner, @trustworthy, @broker, GETUTCDATE());`;

/** Parameters: database. */
export const forgetLogins = `DELETE FROM ${ident(factsDatabase)}.dbo.Logins WHERE DatabaseName = @database;`;

/** Parameters: database, sid, name, type, hash, disabled, policy. */
export const recordLogin = `INSERT INTO ${ident(factsDatabase)}.dbo.Logins (DatabaseName, Sid, Name, Type, PasswordHash, IsDisabled, IsPolicyChecked)
VALUES (@database, @sid, @name, @type, @hash, @disabled, @policy);`;

export const lastSeed = (database: string): string =>
  `SELECT Reason AS [reason] FROM ${ident(factsDatabase)}.dbo.Seeds WHERE DatabaseName = ${text(database)};`;

/** Parameters: database, reason. */
export const recordSeed = `DELETE FROM ${ident(factsDatabase)}.dbo.Seeds WHERE DatabaseName = @database;
INSERT INTO ${ident(factsDatabase)}.dbo.Seeds (DatabaseName, Reason, SeededAt) VALUES (@database, @reason, GETUTCDATE());`;

/** Logins of an instance, by SID. */
export const serverLogins =
  "SELECT name AS [name], sid AS [sid], type AS [type] FROM sys.server_principals WHERE type IN ('S', 'U', 'G');";

const hex = (bytes: Buffer): string => `0x${bytes.toString("hex").toUpperCase()}`;

/**
 * A login as it is at the other server: same SID, same password, by its hash (sp_help_revlogin, Microsoft support
 * article 918992). Its default database is master: one that is being restored would keep it out.
 */
export const createSqlLogin = (name: string, sid: Buffer, hash: Buffer, policy: boolean): string =>
  `CREATE LOGIN ${ident(name)} WITH PASSWORD = ${hex(hash)} HASHED, SID = ${hex(sid)}, DEFAULT_DATABASE = [master], CHECK_POLICY = ${policy ? "ON" : "OFF"}, CHECK_EXPIRATION = OFF;`;

export const createWindowsLogin = (name: string): string =>
  `CREATE LOGIN ${ident(name)} FROM WINDOWS WITH DEFAULT_DATABASE = [master];`;

export const disableLogin = (name: string): string => `ALTER LOGIN ${ident(name)} DISABLE;`;

/** Users of a database whose login is none of this server. */
export const orphans = (database: string): string => `SELECT u.name AS [name], u.sid AS [sid]
FROM ${ident(database)}.sys.database_principals AS u
LEFT JOIN master.sys.server_principals AS p ON p.sid = u.sid
WHERE u.type IN ('S', 'U', 'G') AND u.authentication_type_desc IN ('INSTANCE', 'WINDOWS') AND p.sid IS NULL AND u.principal_id > 4
ORDER BY u.name;`;

export const relink = (database: string, user: string, login: string): string =>
  `USE ${ident(database)}; ALTER USER ${ident(user)} WITH LOGIN = ${ident(login)};`;

export const setOwner = (database: string, login: string): string =>
  `ALTER AUTHORIZATION ON DATABASE::${ident(database)} TO ${ident(login)};`;

/** The name of the built-in administrator, which an instance may have changed from sa. */
export const builtInAdmin = "SELECT SUSER_SNAME(0x01) AS [name];";

export const trust = (database: string): string => `ALTER DATABASE ${ident(database)} SET TRUSTWORTHY ON;`;

/** Keeps the broker's identity, so that dialogues go on. Needs the database for itself. */
export const enableBroker = (database: string): string =>
  `ALTER DATABASE ${ident(database)} SET ENABLE_BROKER WITH ROLLBACK IMMEDIATE;`;
