import { expect } from "chai";
import type { Login, Message } from "../../lab/servers/sql/contract.ts";
import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import { errorsOf, ManualClock, type MemoryDisk, startInstance } from "./lab-sql-engine-support.ts";

const minute = 60_000;
const login = (user: string, password: string, database = "master"): Login => ({
  user,
  password,
  database,
  hostName: "h",
  appName: "a",
});
function refusal(instance: SqlInstance, given: Login): number[] {
  const session = instance.login(given);
  if ("refused" in session) return session.refused.map((message: Message) => message.number);
  session.close();
  return [];
}
const rows = async (instance: SqlInstance, sql: string, database = "master"): Promise<unknown[][]> =>
  ((await instance.run(sql, database)).results[0]?.rows ?? []).map((row) => [...row]);

describe("the SQL Server stand-in's T-SQL", () => {
  const values: readonly [string, unknown][] = [
    ["CONVERT(varchar(25), CAST(39000000172000001 AS numeric(25,0)))", "39000000172000001"],
    ["CONVERT(varchar(30), CAST('2026-11-21T22:59:00' AS datetime), 126)", "2026-11-21T22:59:00"],
    ["CONVERT(varchar(30), GETDATE(), 121)", "2026-11-21 20:00:00.000"],
    ["CONVERT(varchar(10), 0x0AFF, 1)", "0x0AFF"],
    ["DATEDIFF(MINUTE, '2026-11-21T19:00:00', GETDATE())", 60],
    ["CONVERT(varchar(19), DATEADD(month, 1, '2026-01-31'), 120)", "2026-02-28 00:00:00"],
    ["ISNULL(NULL, N'x') + QUOTENAME(N'a]b')", "x[a]]b]"],
    ["TRY_CONVERT(int, 'x')", null],
    ["7 / 2", 3],
    ["CASE WHEN NULL = NULL THEN 1 WHEN 'A ' = 'a' THEN 2 END", 2],
    ["STUFF(N'abc', 2, 1, N'--')", "a--c"],
    ["@@SERVERNAME", "SQLPRD01"],
    ["SERVERPROPERTY('ProductMajorVersion')", "15"],
    ["DB_NAME()", "master"],
    ["IIF(EXISTS (SELECT 1 FROM sys.databases WHERE name = N'msdb'), 'yes', 'no')", "yes"],
  ];
  for (const [expression, value] of values)
    it(`gives ${String(value)} for ${expression}`, async () => {
      const { instance } = await startInstance();
      expect(await rows(instance, `SELECT ${expression}`)).to.deep.equal([[value]]);
    });

  const errors: readonly [string, readonly number[]][] = [
    ["SELECT 1 FROM WHERE", [156]],
    ["SELECT (1", [102]],
    ["SELECT 'open", [105]],
    ["no_such_procedure 1", [2812]],
    ["SELECT * FROM nothing", [208]],
    ["SELECT nope FROM sys.databases", [207]],
    ["SELECT nope()", [195]],
    ["SELECT @x", [137]],
    ["SELECT CAST('x' AS int)", [245]],
    ["SELECT CAST('x' AS datetime)", [241]],
    ["SELECT 1/0", [8134]],
    ["USE nowhere", [911]],
    ["EXEC msdb.dbo.sp_add_job", [201]],
    ["EXEC msdb.dbo.sp_add_job @nope = 1", [8145]],
    ["THROW 50001, 'own', 1", [50001]],
    ["SELECT 1/0; THROW 50001, 'goes on', 1", [8134, 50001]],
    ["SET XACT_ABORT ON; SELECT 1/0; THROW 50001, 'not reached', 1", [8134]],
    ["MERGE INTO x USING y ON 1 = 1", [156]],
    ["CREATE AVAILABILITY GROUP a", [102]],
  ];
  for (const [sql, numbers] of errors)
    it(`fails ${sql} with ${numbers.join(", ")}`, async () => {
      const { instance } = await startInstance();
      expect(await errorsOf(instance, sql)).to.deep.equal(numbers);
    });

  it("takes back a whole transaction on ROLLBACK and a failed statement alone otherwise", async () => {
    const { instance } = await startInstance();
    await instance.run("CREATE DATABASE D");
    await instance.run("CREATE TABLE T (a int PRIMARY KEY); BEGIN TRAN; INSERT T VALUES (1); ROLLBACK", "D");
    expect(
      await errorsOf(instance, "INSERT T VALUES (2); INSERT T VALUES (3), (2); INSERT T VALUES (4)", "D"),
    ).to.deep.equal([2627]);
    expect(await rows(instance, "SELECT a FROM T ORDER BY a", "D")).to.deep.equal([[2], [4]]);
  });

  it("keeps identities, defaults, computed columns and foreign keys", async () => {
    const { instance } = await startInstance();
    await instance.run("CREATE DATABASE D");
    await instance.run(
      "CREATE TABLE P (id int IDENTITY(10,5) PRIMARY KEY, n nvarchar(3) NOT NULL DEFAULT N'x', twice AS id * 2); CREATE TABLE C (p int REFERENCES P(id))",
      "D",
    );
    const found = await rows(
      instance,
      "INSERT P DEFAULT VALUES; INSERT P (n) VALUES (N'y'); SET IDENTITY_INSERT P ON; INSERT P (id, n) VALUES (99, N'z'); SET IDENTITY_INSERT P OFF; SELECT * FROM P ORDER BY id",
      "D",
    );
    expect(found).to.deep.equal([
      [10, "x", 20],
      [15, "y", 30],
      [99, "z", 198],
    ]);
    expect(await errorsOf(instance, "INSERT C VALUES (1)", "D")).to.deep.equal([547]);
    expect(await errorsOf(instance, "INSERT P (id) VALUES (1)", "D")).to.deep.equal([544]);
    expect(await errorsOf(instance, "INSERT P (n) VALUES (N'long')", "D")).to.deep.equal([2628]);
  });

  it("takes a procedure's result into a temporary table, and a parameter out of sp_executesql", async () => {
    const { instance } = await startInstance();
    const sql =
      "CREATE TABLE #d (n sysname, id int); INSERT #d EXEC('SELECT name, database_id FROM sys.databases'); DECLARE @n int; EXEC sp_executesql N'SELECT @c = COUNT(*) FROM #d', N'@c int OUTPUT', @c = @n OUTPUT; SELECT @n";
    expect(await rows(instance, sql)).to.deep.equal([[4]]);
  });
});

describe("the SQL Server stand-in's logins, users and keys", () => {
  async function moved(): Promise<{ primary: SqlInstance; dr: SqlInstance }> {
    const hosts = new Map<string, MemoryDisk>();
    const clock = new ManualClock();
    const { instance: primary } = await startInstance({ name: "SQLPRD01", hosts, clock });
    const { instance: dr } = await startInstance({ name: "SQLDR01", hosts, clock });
    await primary.run(
      "CREATE DATABASE K2; ALTER DATABASE K2 SET TRUSTWORTHY ON; CREATE LOGIN k2app WITH PASSWORD = 'P@ss1', CHECK_POLICY = OFF",
    );
    await primary.run(
      `CREATE USER k2app FOR LOGIN k2app; CREATE MASTER KEY ENCRYPTION BY PASSWORD = 'dmk'; CREATE CERTIFICATE SCHostServerCert WITH SUBJECT = 'K2';
       CREATE SYMMETRIC KEY SCSSOKey WITH ALGORITHM = AES_256 ENCRYPTION BY CERTIFICATE SCHostServerCert; OPEN SYMMETRIC KEY SCSSOKey DECRYPTION BY CERTIFICATE SCHostServerCert;
       CREATE TABLE dbo.Secret (v varbinary(8000)); INSERT dbo.Secret VALUES (EncryptByKey(KEY_GUID('SCSSOKey'), N'word'))`,
      "K2",
    );
    await primary.run("BACKUP DATABASE K2 TO DISK = N'S:\\logship\\K2.bak'");
    await dr.run("RESTORE DATABASE K2 FROM DISK = N'\\\\SQLPRD01\\logship\\K2.bak'");
    return { primary, dr };
  }

  it("cannot open the master key of another instance's database (15581) until it is added to the service master key", async () => {
    const { dr } = await moved();
    const open = "OPEN SYMMETRIC KEY SCSSOKey DECRYPTION BY CERTIFICATE SCHostServerCert";
    expect(await errorsOf(dr, open, "K2")).to.deep.equal([15581]);
    expect(await errorsOf(dr, "OPEN MASTER KEY DECRYPTION BY PASSWORD = N'wrong'", "K2")).to.deep.equal([
      15313,
    ]);
    expect(
      await errorsOf(
        dr,
        "OPEN MASTER KEY DECRYPTION BY PASSWORD = N'dmk'; ALTER MASTER KEY ADD ENCRYPTION BY SERVICE MASTER KEY; CLOSE MASTER KEY",
        "K2",
      ),
    ).to.deep.equal([]);
    expect(await rows(dr, "SELECT DecryptByKey(v) FROM dbo.Secret", "K2")).to.deep.equal([[null]]);
    expect(
      await rows(dr, `${open}; SELECT CONVERT(nvarchar(10), DecryptByKey(v)) FROM dbo.Secret`, "K2"),
    ).to.deep.equal([["word"]]);
  });

  it("restores with TRUSTWORTHY and broker off, and refuses a second broker of the same id with 9772", async () => {
    const { dr } = await moved();
    expect(
      await rows(dr, "SELECT is_trustworthy_on, is_broker_enabled FROM sys.databases WHERE name = 'K2'"),
    ).to.deep.equal([[false, false]]);
    await dr.run("ALTER DATABASE K2 SET ENABLE_BROKER WITH ROLLBACK IMMEDIATE");
    await dr.run(
      "RESTORE DATABASE Twin FROM DISK = N'\\\\SQLPRD01\\logship\\K2.bak' WITH MOVE 'K2' TO 'D:\\t.mdf', MOVE 'K2_log' TO 'D:\\t.ldf'",
    );
    expect(await errorsOf(dr, "ALTER DATABASE Twin SET ENABLE_BROKER")).to.deep.equal([9772, 5069]);
    expect(await errorsOf(dr, "ALTER DATABASE Twin SET NEW_BROKER")).to.deep.equal([]);
  });

  it("moves a login by hash and sid so that its user is no orphan", async () => {
    const { primary, dr } = await moved();
    const orphans =
      "SELECT dp.name FROM sys.database_principals dp LEFT JOIN sys.server_principals sp ON dp.sid = sp.sid WHERE dp.type = 'S' AND dp.authentication_type_desc = 'INSTANCE' AND sp.sid IS NULL AND dp.principal_id > 4";
    expect(await rows(dr, orphans, "K2")).to.deep.equal([["k2app"]]);
    const [[hash, sid] = []] = await rows(
      primary,
      "SELECT CONVERT(varchar(300), LOGINPROPERTY(name, 'PasswordHash'), 1), CONVERT(varchar(90), sid, 1) FROM sys.sql_logins WHERE name = 'k2app'",
    );
    expect(
      await errorsOf(dr, `CREATE LOGIN k2app WITH PASSWORD = ${String(hash)} HASHED, SID = ${String(sid)}`),
    ).to.deep.equal([]);
    expect(await rows(dr, orphans, "K2")).to.deep.equal([]);
    expect(refusal(dr, login("k2app", "P@ss1", "K2"))).to.deep.equal([]);
    expect(await errorsOf(dr, `ALTER LOGIN k2app WITH PASSWORD = ${String(hash)} HASHED`)).to.deep.equal([
      33020,
    ]);
    expect(await errorsOf(dr, "CREATE LOGIN k2app WITH PASSWORD = 'x'")).to.deep.equal([15025]);
    expect(await errorsOf(dr, `CREATE LOGIN other WITH PASSWORD = 'x', SID = ${String(sid)}`)).to.deep.equal([
      15433,
    ]);
  });

  it("refuses logins: 18456 for a password, 18470 when disabled, 4060 before 18456 for a database", async () => {
    const { primary } = await moved();
    expect(refusal(primary, login("k2app", "wrong"))).to.deep.equal([18456]);
    expect(refusal(primary, login("nobody", "x"))).to.deep.equal([18456]);
    expect(refusal(primary, login("sa", "Sa-Passw0rd", "nowhere"))).to.deep.equal([4060, 18456]);
    await primary.run("ALTER LOGIN k2app DISABLE");
    expect(refusal(primary, login("k2app", "P@ss1"))).to.deep.equal([18470]);
  });

  it("puts other sessions out WITH ROLLBACK IMMEDIATE and lets one in alone in SINGLE_USER", async () => {
    const { primary } = await moved();
    const other = primary.login(login("sa", "Sa-Passw0rd", "K2"));
    if ("refused" in other) throw new Error("sa may log in");
    expect(await errorsOf(primary, "ALTER DATABASE K2 SET OFFLINE WITH NO_WAIT")).to.deep.equal([5070, 5069]);
    expect(
      await errorsOf(primary, "ALTER DATABASE K2 SET SINGLE_USER WITH ROLLBACK IMMEDIATE"),
    ).to.deep.equal([]);
    expect(primary.sessions.has(other.spid)).to.equal(false);
    expect(
      await errorsOf(primary, "ALTER DATABASE K2 SET OFFLINE; SELECT 1 FROM K2.dbo.Secret"),
    ).to.deep.equal([942]);
  });
});

describe("the SQL Server stand-in's Agent", () => {
  const job = (command: string): string =>
    `EXEC msdb.dbo.sp_add_job @job_name = N'J'; EXEC msdb.dbo.sp_add_jobstep @job_name = N'J', @step_name = N's', @subsystem = N'TSQL', @command = N'${command}'; EXEC msdb.dbo.sp_add_jobserver @job_name = N'J'`;

  it("runs a job at the times of its schedule, and not when it is disabled", async () => {
    const { instance, clock } = await startInstance();
    await instance.run(
      `${job("SELECT 1")}; EXEC msdb.dbo.sp_add_jobschedule @job_name = N'J', @name = N'daily', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4, @freq_subday_interval = 30`,
    );
    await clock.advance(100 * minute);
    expect(
      await rows(instance, "SELECT run_time, run_status FROM msdb.dbo.sysjobhistory WHERE step_id = 0"),
    ).to.deep.equal([
      [203000, 1],
      [210000, 1],
      [213000, 1],
    ]);
    await instance.run("EXEC msdb.dbo.sp_update_job @job_name = N'J', @enabled = 0");
    await clock.advance(100 * minute);
    expect(
      await rows(instance, "SELECT COUNT(*) FROM msdb.dbo.sysjobhistory WHERE step_id = 0"),
    ).to.deep.equal([[3]]);
  });

  it("refuses to start what runs and to stop what does not, with 22022", async () => {
    const { instance } = await startInstance();
    instance.speed.jobStepMs = 5000;
    await instance.run(job("SELECT 1"));
    const stopped = await instance.run("EXEC msdb.dbo.sp_stop_job @job_name = N'J'");
    expect(stopped.errors[0]).to.include({
      number: 22022,
      text: "SQLServerAgent Error: Request to stop job J (from User sa) refused because the job is not currently running.",
    });
    await instance.run("EXEC msdb.dbo.sp_start_job @job_name = N'J'");
    const again = await instance.run("EXEC msdb.dbo.sp_start_job @job_name = N'J'");
    expect(again.errors[0]?.text).to.equal(
      "SQLServerAgent Error: Request to run job J (from User sa) refused because the job is already running from a request by User sa.",
    );
    const [[id] = []] = await rows(
      instance,
      "SELECT CONVERT(varchar(36), job_id) FROM msdb.dbo.sysjobactivity WHERE start_execution_date IS NOT NULL AND stop_execution_date IS NULL",
    );
    await instance.run("EXEC msdb.dbo.sp_stop_job @job_name = N'J'");
    await instance.agent.whenIdle(String(id));
    expect(
      await rows(instance, "SELECT run_status FROM msdb.dbo.sysjobhistory WHERE step_id = 0"),
    ).to.deep.equal([[3]]);
  });

  it("keeps the error of a failed step in the history", async () => {
    const { instance } = await startInstance();
    await instance.run(job("RAISERROR(''bad %d'', 16, 1, 5)"));
    const [[id] = []] = await rows(instance, "SELECT CONVERT(varchar(36), job_id) FROM msdb.dbo.sysjobs");
    await instance.agent.launch(String(id), "sa");
    expect(
      await rows(instance, "SELECT run_status, sql_message_id FROM msdb.dbo.sysjobhistory WHERE step_id = 1"),
    ).to.deep.equal([[0, 50000]]);
  });

  it("goes on after the service was stopped and started, with its data and its schedules", async () => {
    const { instance, clock } = await startInstance();
    await instance.run(
      `${job("SELECT 1")}; EXEC msdb.dbo.sp_add_jobschedule @job_name = N'J', @name = N'daily', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 8, @freq_subday_interval = 1`,
    );
    await instance.stop();
    expect("refused" in instance.login(login("sa", "Sa-Passw0rd"))).to.equal(true);
    await clock.advance(120 * minute);
    await instance.start();
    await clock.advance(60 * minute);
    expect(
      await rows(instance, "SELECT run_time FROM msdb.dbo.sysjobhistory WHERE step_id = 0"),
    ).to.deep.equal([[230000]]);
  });
});
