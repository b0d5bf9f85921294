import { randomBytes } from "node:crypto";

/** A batch for one database of the lab. */
export interface Batch {
  readonly database: string;
  readonly sql: string;
}

/** Passwords of the lab, new with every start; they never leave it but through its environment file. */
export interface LabSecrets {
  /** Of the SQL login `dr_operator`, by which the runner logs on. */
  readonly sqlPrimary: string;
  readonly sqlDr: string;
  /** Of the database master key of K2's database. */
  readonly masterKey: string;
  /** Of the SQL login `k2_service`, by which K2 logs on. */
  readonly k2Service: string;
}

export const newPassword = (): string => `${randomBytes(18).toString("base64url")}aA1!`;
export const newSecrets = (): LabSecrets => ({
  sqlPrimary: newPassword(),
  sqlDr: newPassword(),
  masterKey: newPassword(),
  k2Service: newPassword(),
});

const quoted = (text: string): string => `N'${text.replaceAll("'", "''")}'`;

/**
 * K2's consolidated database as an installation on that server leaves it: tables, keys, the licence of its own host. Its
 * rows are numbered from `firstId` on: two installations that had the same numbers would hide rows that stay.
 */
export function k2Database(host: string, masterKey: string, firstId: number): readonly Batch[] {
  const k2 = (sql: string): Batch => ({ database: "K2", sql });
  return [
    { database: "master", sql: "CREATE DATABASE [K2]; ALTER DATABASE [K2] SET RECOVERY FULL;" },
    ...["Server", "HostServer", "ServerLog"].map((schema) => k2(`CREATE SCHEMA [${schema}]`)),
    k2(`CREATE TABLE [Server].[Server] ([ID] int IDENTITY(${String(firstId)},1) NOT NULL CONSTRAINT [PK_Server] PRIMARY KEY, [Name] nvarchar(128) NOT NULL, [LastSeen] datetime NULL);
CREATE TABLE [HostServer].[LicenseKey] ([ID] int IDENTITY(${String(firstId)},1) NOT NULL CONSTRAINT [PK_LicenseKey] PRIMARY KEY, [HostName] nvarchar(128) NOT NULL, [LicenseKey] nvarchar(400) NOT NULL, [Expires] datetime NULL);
CREATE TABLE [HostServer].[Configuration] ([VariableToken] nvarchar(255) NOT NULL CONSTRAINT [PK_Configuration] PRIMARY KEY, [VariableValue] varbinary(8000) NULL, [Encrypted] bit NOT NULL);
CREATE TABLE [ServerLog].[ProcInst] ([ID] int IDENTITY(1,1) NOT NULL CONSTRAINT [PK_ProcInst] PRIMARY KEY, [StartedAt] datetime NOT NULL, [Folio] nvarchar(100) NOT NULL);`),
    k2(`CREATE MASTER KEY ENCRYPTION BY PASSWORD = ${quoted(masterKey)};
CREATE CERTIFICATE [SCHostServerCert] WITH SUBJECT = N'K2 host server';
CREATE SYMMETRIC KEY [SCSSOKey] WITH ALGORITHM = AES_256 ENCRYPTION BY CERTIFICATE [SCHostServerCert];`),
    k2(`OPEN SYMMETRIC KEY [SCSSOKey] DECRYPTION BY CERTIFICATE [SCHostServerCert];
INSERT INTO [HostServer].[Configuration] ([VariableToken], [VariableValue], [Encrypted]) VALUES (N'[SSOPASSWORD]', EncryptByKey(KEY_GUID('SCSSOKey'), N'kept by K2'), 1);
CLOSE SYMMETRIC KEY [SCSSOKey];`),
    k2(`INSERT INTO [Server].[Server] ([Name], [LastSeen]) VALUES (${quoted(host)}, GETDATE());
INSERT INTO [HostServer].[LicenseKey] ([HostName], [LicenseKey], [Expires]) VALUES (${quoted(host)}, N'licence of ${host}', NULL);`),
  ];
}

export const login = (name: string, password: string, role = ""): Batch => ({
  database: "master",
  sql: `CREATE LOGIN [${name}] WITH PASSWORD = ${quoted(password)}, CHECK_POLICY = OFF;${role}`,
});
export const sysadmin = (name: string): string => ` ALTER SERVER ROLE [sysadmin] ADD MEMBER [${name}];`;

/** Production: K2 in use, a second database that its workflows write to, nightly full backups, the people who log on. */
export const production = (secrets: LabSecrets): readonly Batch[] => [
  login("dr_operator", secrets.sqlPrimary, sysadmin("dr_operator")),
  login("k2_service", secrets.k2Service),
  ...k2Database("K2PRD01", secrets.masterKey, 1),
  { database: "master", sql: "CREATE DATABASE [Claims]; ALTER DATABASE [Claims] SET RECOVERY FULL;" },
  {
    database: "Claims",
    sql: "CREATE TABLE [dbo].[Claim] ([ID] int IDENTITY(1,1) NOT NULL CONSTRAINT [PK_Claim] PRIMARY KEY, [FiledAt] datetime NOT NULL, [Amount] int NOT NULL);",
  },
  ...["K2", "Claims"].map((database) => ({
    database,
    sql: "CREATE USER [k2_service] FOR LOGIN [k2_service]; ALTER ROLE [db_owner] ADD MEMBER [k2_service];",
  })),
  { database: "master", sql: "ALTER DATABASE [K2] SET TRUSTWORTHY ON;" },
  ...["K2", "Claims"].map((database) => ({
    database: "master",
    sql: `BACKUP DATABASE [${database}] TO DISK = N'D:\\Nightly\\${database}.bak' WITH INIT, CHECKSUM;`,
  })),
];

/** The standby as K2's installer leaves it: its own empty database with the licence of the standby's host. */
export const standby = (secrets: LabSecrets): readonly Batch[] => [
  login("dr_operator", secrets.sqlDr, sysadmin("dr_operator")),
  ...k2Database("K2DR01", "the standby's own master key password", 11),
];

/** A minute of production: a workflow begins and a claim is filed, in two databases. */
export const minuteOfWork = `INSERT INTO [K2].[ServerLog].[ProcInst] ([StartedAt], [Folio]) VALUES (GETDATE(), N'claim');
INSERT INTO [Claims].[dbo].[Claim] ([FiledAt], [Amount]) VALUES (GETDATE(), 100);`;
