/** Statements over the tables of a journal in a database. Its name holds neither quotes nor brackets (model/journal-ref.ts). */
export interface JournalStatements {
  /** One row: the state of the database, whether this login may use it, and whether the tables are there. No row: no database. */
  readonly look: string;
  readonly createDatabase: string;
  readonly createTables: string;
  /** Parameters: `chain`, `from`. Lines of the newest chain from that one on, or all of them where `chain` is not the newest. */
  readonly read: string;
  /** Parameters: `chain`, `lines`, `text`. Adds a line where that chain is the newest and has as many lines; else nothing. */
  readonly add: string;
  /** Parameters: `chain`, `lines`, `draft`. Makes a draft the newest chain, where that chain still is and has as many lines. */
  readonly publish: string;
  /** Parameter `draft`, and for each line `n0`, `t0`, `n1`, `t1` … Lines of a chain that nobody reads yet. */
  draft(lines: number): string;
  /** Drafts of whoever did not come to an end. */
  readonly dropDrafts: string;
  /** Parameter: `hash`. */
  readonly lease: string;
  readonly leases: string;
  /** Parameters: `hash`, `name`, `who`, `host`, `pid`, `token`, `ttl`, `beat`, `endedToken`, `endedBeats`. */
  readonly takeLease: string;
  /** Parameters: `hash`, `token`, `ttl`. */
  readonly renewLease: string;
  /** Parameters: `hash`, `token`. */
  readonly removeLease: string;
  /** Parameters: `hash`, `token`, `beats`. */
  readonly clearLease: string;
}

/** How long others who write may be waited for. Milliseconds; shorter than a statement's own limit. */
const lockTimeoutMs = 10_000;

/** One line says `Line` and `Chain`: breaking glass begins a new chain and keeps the old one. */
export function statementsIn(database: string): JournalStatements {
  const lines = `[${database}].[dbo].[JournalLines]`;
  const leases = `[${database}].[dbo].[JournalLeases]`;
  /**
   * Work that nobody else does at the same time, whole or not at all. The lock goes with the transaction, so that it ends
   * with a connection that breaks, and lies in database master, where every connection of this package is.
   */
  const alone = (what: string, work: string, answer: string): string => `SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @lock int, @done int;
SET @done = 0;
BEGIN TRANSACTION;
EXEC @lock = sys.sp_getapplock @Resource = N'parallel-standby ${what} of ${database}', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = ${String(lockTimeoutMs)};
IF @lock >= 0
BEGIN
${work}
END;
COMMIT TRANSACTION;
SELECT @lock AS [lock], ${answer};`;
  const unchanged = `  IF @chain = (SELECT ISNULL(MAX([Chain]), 1) FROM ${lines} WHERE [Chain] > 0)
    AND @lines = (SELECT ISNULL(MAX([Line]) + 1, 0) FROM ${lines} WHERE [Chain] = @chain)`;
  const heldLease = `SELECT [Name] AS [name], [Who] AS [who], [Host] AS [host], [Pid] AS [pid], [Token] AS [token], [Beats] AS [beats],
  [BeatMs] AS [beatMs], CONVERT(varchar(23), [Since], 126) + 'Z' AS [since],
  CASE WHEN [Until] <= SYSUTCDATETIME() THEN 1 ELSE 0 END AS [isOver]
FROM ${leases}`;
  const seesTables = `(OBJECT_ID(N'${lines}', N'U') IS NOT NULL AND OBJECT_ID(N'${leases}', N'U') IS NOT NULL)`;
  const until = "DATEADD(millisecond, @ttl, SYSUTCDATETIME())";
  return {
    // OBJECT_ID is NULL too for whoever has no right on the table: only one who may read all there may say that it is missing.
    look: `SELECT d.state_desc AS [state],
  CASE WHEN HAS_DBACCESS(d.name) = 1 AND (${seesTables} OR HAS_PERMS_BY_NAME(QUOTENAME(d.name), N'DATABASE', N'SELECT') = 1)
    THEN 1 ELSE 0 END AS [mayUse],
  CASE WHEN ${seesTables} THEN 1 ELSE 0 END AS [hasTables]
FROM sys.databases AS d WHERE d.name = N'${database}';`,
    createDatabase: `IF DB_ID(N'${database}') IS NULL CREATE DATABASE [${database}];`,
    createTables: alone(
      "journal",
      `  IF OBJECT_ID(N'${lines}', N'U') IS NULL
    CREATE TABLE ${lines} (
      [Chain] int NOT NULL, [Line] int NOT NULL, [Text] nvarchar(max) NOT NULL, [WrittenAt] datetime2(3) NOT NULL,
      PRIMARY KEY ([Chain], [Line])
    );
  IF OBJECT_ID(N'${leases}', N'U') IS NULL
    CREATE TABLE ${leases} (
      [NameHash] char(64) NOT NULL PRIMARY KEY, [Name] nvarchar(max) NOT NULL, [Who] nvarchar(400) NOT NULL,
      [Host] nvarchar(256) NOT NULL, [Pid] int NOT NULL, [Token] char(36) NOT NULL, [Beats] int NOT NULL,
      [BeatMs] int NOT NULL, [Since] datetime2(3) NOT NULL, [Until] datetime2(3) NOT NULL
    );`,
      "@done AS [done]",
    ),
    read: `SELECT l.[Chain] AS [chain], l.[Line] AS [line], l.[Text] AS [text]
FROM ${lines} AS l
WHERE l.[Chain] = (SELECT MAX([Chain]) FROM ${lines} WHERE [Chain] > 0)
  AND l.[Line] >= CASE WHEN l.[Chain] = @chain THEN @from ELSE 0 END
ORDER BY l.[Line];`,
    add: alone(
      "journal",
      `${unchanged}
  BEGIN
    INSERT INTO ${lines} ([Chain], [Line], [Text], [WrittenAt]) VALUES (@chain, @lines, @text, SYSUTCDATETIME());
    SET @done = 1;
  END;`,
      "@done AS [done]",
    ),
    publish: alone(
      "journal",
      `${unchanged}
  BEGIN
    UPDATE ${lines} SET [Chain] = CASE WHEN @lines = 0 THEN @chain ELSE @chain + 1 END WHERE [Chain] = @draft;
    SET @done = 1;
  END;`,
      "@done AS [done]",
    ),
    draft: (count) => `INSERT INTO ${lines} ([Chain], [Line], [Text], [WrittenAt]) VALUES
${Array.from({ length: count }, (_, i) => `(@draft, @n${String(i)}, @t${String(i)}, SYSUTCDATETIME())`).join(",\n")};`,
    dropDrafts: `DELETE FROM ${lines} WHERE [Chain] < 0 AND [WrittenAt] < DATEADD(hour, -1, SYSUTCDATETIME());`,
    lease: `${heldLease} WHERE [NameHash] = @hash;`,
    leases: `${heldLease} ORDER BY [Name];`,
    takeLease: alone(
      "leases",
      `  DELETE FROM ${leases} WHERE [NameHash] = @hash AND [Token] = @endedToken AND [Beats] = @endedBeats;
  IF NOT EXISTS (SELECT 1 FROM ${leases} WHERE [NameHash] = @hash)
    INSERT INTO ${leases} ([NameHash], [Name], [Who], [Host], [Pid], [Token], [Beats], [BeatMs], [Since], [Until])
    VALUES (@hash, @name, @who, @host, @pid, @token, 0, @beat, SYSUTCDATETIME(), ${until});
  SET @done = (SELECT COUNT(*) FROM ${leases} WHERE [NameHash] = @hash AND [Token] = @token);`,
      "@done AS [done]",
    ),
    renewLease: `SET NOCOUNT ON;
UPDATE ${leases} SET [Until] = ${until}, [Beats] = [Beats] + 1 WHERE [NameHash] = @hash AND [Token] = @token;
SELECT @@ROWCOUNT AS [done];`,
    removeLease: `DELETE FROM ${leases} WHERE [NameHash] = @hash AND [Token] = @token;`,
    clearLease: `DELETE FROM ${leases} WHERE [NameHash] = @hash AND [Token] = @token AND [Beats] = @beats;`,
  };
}
