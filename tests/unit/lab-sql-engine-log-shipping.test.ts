import { expect } from "chai";
import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import { errorsOf, ManualClock, type MemoryDisk, startInstance } from "./lab-sql-engine-support.ts";

const minute = 60_000;
interface Pair {
  readonly primary: SqlInstance;
  readonly dr: SqlInstance;
  readonly clock: ManualClock;
  readonly primaryDisk: MemoryDisk;
  readonly drDisk: MemoryDisk;
}

/** Two instances with log shipping of K2: hourly backups, copies at 5 past, restores at 10 past each quarter, held three hours. */
async function shipping(delay = 180): Promise<Pair> {
  const hosts = new Map<string, MemoryDisk>();
  const clock = new ManualClock();
  const { instance: primary, disk: primaryDisk } = await startInstance({ name: "SQLPRD01", hosts, clock });
  const { instance: dr, disk: drDisk } = await startInstance({ name: "SQLDR01", hosts, clock });
  await drDisk.makeFolder("D:\\shipped");
  const all = [
    await primary.run("CREATE DATABASE K2"),
    await primary.run("CREATE TABLE dbo.T (id int IDENTITY PRIMARY KEY, at datetime)", "K2"),
    await primary.run("BACKUP DATABASE K2 TO DISK = N'S:\\logship\\K2.bak' WITH INIT, CHECKSUM"),
    await dr.run("RESTORE DATABASE K2 FROM DISK = N'\\\\SQLPRD01\\logship\\K2.bak' WITH NORECOVERY"),
    await primary.run(`DECLARE @job uniqueidentifier, @primary uniqueidentifier, @schedule int;
      EXEC master.dbo.sp_add_log_shipping_primary_database @database = N'K2', @backup_directory = N'S:\\logship', @backup_share = N'\\\\SQLPRD01\\logship',
        @backup_job_name = N'LSBackup_K2', @backup_retention_period = 4320, @backup_threshold = 60, @threshold_alert_enabled = 1, @backup_job_id = @job OUTPUT, @primary_id = @primary OUTPUT;
      EXEC msdb.dbo.sp_add_schedule @schedule_name = N'hourly', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 8, @freq_subday_interval = 1, @active_start_time = 0, @schedule_id = @schedule OUTPUT;
      EXEC msdb.dbo.sp_attach_schedule @job_id = @job, @schedule_id = @schedule;
      EXEC msdb.dbo.sp_update_job @job_id = @job, @enabled = 1;
      EXEC master.dbo.sp_add_log_shipping_primary_secondary @primary_database = N'K2', @secondary_server = N'SQLDR01', @secondary_database = N'K2';`),
    await dr.run(`DECLARE @copy uniqueidentifier, @restore uniqueidentifier, @id uniqueidentifier;
      EXEC master.dbo.sp_add_log_shipping_secondary_primary @primary_server = N'SQLPRD01', @primary_database = N'K2', @backup_source_directory = N'\\\\SQLPRD01\\logship',
        @backup_destination_directory = N'D:\\shipped', @copy_job_name = N'LSCopy_K2', @restore_job_name = N'LSRestore_K2', @file_retention_period = 4320,
        @copy_job_id = @copy OUTPUT, @restore_job_id = @restore OUTPUT, @secondary_id = @id OUTPUT;
      EXEC master.dbo.sp_add_log_shipping_secondary_database @secondary_database = N'K2', @primary_server = N'SQLPRD01', @primary_database = N'K2', @restore_delay = ${delay}, @restore_threshold = 300;
      EXEC msdb.dbo.sp_add_jobschedule @job_id = @copy, @name = N'copy', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4, @freq_subday_interval = 15, @active_start_time = 500;
      EXEC msdb.dbo.sp_add_jobschedule @job_id = @restore, @name = N'restore', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 4, @freq_subday_interval = 15, @active_start_time = 1000;
      EXEC msdb.dbo.sp_update_job @job_id = @copy, @enabled = 1;
      EXEC msdb.dbo.sp_update_job @job_id = @restore, @enabled = 1;`),
  ];
  expect(all.flatMap((result) => result.errors)).to.deep.equal([]);
  return { primary, dr, clock, primaryDisk, drDisk };
}
/** Hours of production: a row every quarter of an hour. */
async function work({ primary, clock }: Pair, hours: number): Promise<void> {
  for (let i = 0; i < hours * 4; i++) {
    await primary.run("INSERT dbo.T (at) VALUES (GETDATE())", "K2");
    await clock.advance(15 * minute);
  }
}
const one = async (instance: SqlInstance, sql: string): Promise<unknown> =>
  Object.values((await instance.run(sql)).rows[0] ?? {})[0];
const names = async (disk: MemoryDisk, folder: string): Promise<string[]> =>
  (await disk.list(folder)).map((entry) => entry.name).sort();

describe("the SQL Server stand-in's log shipping", () => {
  it("backs up each hour, copies, and holds what is younger than the restore delay", async () => {
    const pair = await shipping();
    await work(pair, 8);
    const files = (await names(pair.drDisk, "D:\\shipped")).filter((name) => name.endsWith(".trn"));
    expect(files[0]).to.equal("K2_20261121210000.trn");
    expect(files.at(-1)).to.equal("K2_20261122030000.trn");
    expect(
      await one(pair.dr, "SELECT last_restored_file FROM msdb.dbo.log_shipping_secondary_databases"),
    ).to.equal("D:\\shipped\\K2_20261122000000.trn");
    expect(await one(pair.dr, "SELECT COUNT(*) FROM msdb.dbo.sysjobhistory WHERE run_status <> 1")).to.equal(
      0,
    );
    expect(await one(pair.dr, "SELECT state_desc FROM sys.databases WHERE name = N'K2'")).to.equal(
      "RESTORING",
    );
  });

  it("recovers the held logs to one time, and refuses log of the old primary after the fork", async () => {
    const pair = await shipping();
    await work(pair, 8);
    await pair.dr.run("EXEC msdb.dbo.sp_update_job @job_name = N'LSRestore_K2', @enabled = 0");
    const stop = "WITH NORECOVERY, STOPAT = '2026-11-22T02:07:00'";
    const seen: number[][] = [];
    for (const name of ["00", "01", "02", "03"])
      seen.push(
        await errorsOf(
          pair.dr,
          `RESTORE LOG K2 FROM DISK = N'D:\\shipped\\K2_20261122${name}0000.trn' ${stop}`,
        ),
      );
    expect(seen).to.deep.equal([[4326, 3013], [], [], []]);
    expect(await errorsOf(pair.dr, "RESTORE DATABASE K2 WITH RECOVERY")).to.deep.equal([]);
    expect(await one(pair.dr, "SELECT CONVERT(varchar(19), MAX(at), 126) FROM K2.dbo.T")).to.equal(
      "2026-11-22T02:00:00",
    );
    await pair.dr.run("BACKUP DATABASE K2 TO DISK = N'D:\\backup\\after.bak'");
    await pair.dr.run("BACKUP LOG K2 TO DISK = N'D:\\backup\\after.trn' WITH NORECOVERY");
    expect(
      await errorsOf(
        pair.dr,
        "RESTORE LOG K2 FROM DISK = N'\\\\SQLPRD01\\logship\\K2_20261122040000.trn' WITH NORECOVERY",
      ),
    ).to.deep.equal([4330, 3013]);
  });

  it("lets the old primary roll forward from the new one after a tail WITH NORECOVERY", async () => {
    const pair = await shipping(0);
    await work(pair, 2);
    await pair.primary.run(
      "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_K2', @enabled = 0; BACKUP LOG K2 TO DISK = N'S:\\logship\\tail.trn' WITH NORECOVERY, INIT",
    );
    expect(pair.primary.database("K2")?.state).to.equal("RESTORING");
    for (const file of ["K2_20261121220000.trn", "tail.trn"])
      await pair.dr.run(`RESTORE LOG K2 FROM DISK = N'\\\\SQLPRD01\\logship\\${file}' WITH NORECOVERY`);
    await pair.dr.run("RESTORE DATABASE K2 WITH RECOVERY");
    await pair.dr.run("INSERT dbo.T (at) VALUES (GETDATE())", "K2");
    await pair.dr.run("BACKUP LOG K2 TO DISK = N'S:\\logship\\back.trn' WITH INIT");
    expect(
      await errorsOf(
        pair.primary,
        "RESTORE LOG K2 FROM DISK = N'\\\\SQLDR01\\logship\\back.trn' WITH NORECOVERY",
      ),
    ).to.deep.equal([]);
    await pair.primary.run("RESTORE DATABASE K2 WITH RECOVERY");
    expect(await one(pair.primary, "SELECT COUNT(*) FROM K2.dbo.T")).to.equal(9);
  });

  it("fails the copy job with a message while the share is away, and catches up after", async () => {
    const pair = await shipping();
    await work(pair, 1);
    pair.primaryDisk.isReachable = false;
    await work(pair, 2);
    const message = await one(
      pair.dr,
      "SELECT TOP 1 message FROM msdb.dbo.sysjobhistory WHERE step_id = 1 AND run_status = 0 ORDER BY instance_id DESC",
    );
    expect(message).to.match(/53\(The network path was not found\.\).*The step failed\./s);
    expect(
      await one(
        pair.dr,
        "SELECT COUNT(*) FROM msdb.dbo.log_shipping_monitor_error_detail WHERE agent_type = 1",
      ),
    ).to.be.greaterThan(0);
    pair.primaryDisk.isReachable = true;
    await work(pair, 1);
    expect((await names(pair.drDisk, "D:\\shipped")).filter((name) => name.endsWith(".trn")).length).to.equal(
      3,
    );
  });

  it("raises 14420 and 14421 when the thresholds are passed", async () => {
    const pair = await shipping();
    await work(pair, 6);
    await pair.primary.run("EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_K2', @enabled = 0");
    await pair.dr.run("EXEC msdb.dbo.sp_update_job @job_name = N'LSRestore_K2', @enabled = 0");
    await pair.clock.advance(400 * minute);
    expect(await errorsOf(pair.primary, "EXEC sys.sp_check_log_shipping_monitor_alert")).to.deep.equal([
      14420,
    ]);
    expect(await errorsOf(pair.dr, "EXEC sys.sp_check_log_shipping_monitor_alert")).to.deep.equal([14421]);
    expect(await one(pair.dr, "EXEC sys.sp_help_log_shipping_monitor")).to.equal(true);
  });

  it("applies all at once when the delay is taken away", async () => {
    const pair = await shipping();
    await work(pair, 4);
    await pair.dr.run(
      "EXEC master.dbo.sp_change_log_shipping_secondary_database @secondary_database = N'K2', @restore_delay = 0",
    );
    await pair.clock.advance(15 * minute);
    expect(
      await one(pair.dr, "SELECT last_restored_file FROM msdb.dbo.log_shipping_secondary_databases"),
    ).to.equal("D:\\shipped\\K2_20261122000000.trn");
  });

  const refusals: readonly [string, "primary" | "dr", string, number][] = [
    [
      "a primary that is there",
      "primary",
      "EXEC sp_add_log_shipping_primary_database @database = N'K2', @backup_directory = N'S:\\logship', @backup_share = N'x', @backup_job_name = N'y'",
      32009,
    ],
    [
      "a primary that is not there",
      "primary",
      "EXEC sp_change_log_shipping_primary_database @database = N'none', @backup_threshold = 5",
      32010,
    ],
    [
      "removing a primary before its secondaries",
      "primary",
      "EXEC sp_delete_log_shipping_primary_database @database = N'K2'",
      32011,
    ],
    [
      "a database in the SIMPLE model",
      "primary",
      "EXEC sp_add_log_shipping_primary_database @database = N'msdb', @backup_directory = N'S:\\logship', @backup_share = N'x'",
      32015,
    ],
    [
      "a database that is not open",
      "dr",
      "EXEC sp_add_log_shipping_primary_database @database = N'K2', @backup_directory = N'S:\\logship', @backup_share = N'x'",
      32007,
    ],
    [
      "a secondary that is there",
      "dr",
      "EXEC sp_add_log_shipping_secondary_database @secondary_database = N'K2', @primary_server = N'SQLPRD01', @primary_database = N'K2', @restore_threshold = 45",
      32013,
    ],
    [
      "a secondary that is not there",
      "dr",
      "EXEC sp_change_log_shipping_secondary_database @secondary_database = N'none', @restore_delay = 0",
      32014,
    ],
    [
      "a secondary whose primary is unknown",
      "dr",
      "EXEC sp_add_log_shipping_secondary_database @secondary_database = N'z', @primary_server = N'none', @primary_database = N'K2', @restore_threshold = 45",
      32023,
    ],
    [
      "an agent id of the wrong kind",
      "dr",
      "EXEC sp_refresh_log_shipping_monitor @agent_id = '00000000-0000-0000-0000-000000000000', @agent_type = 2, @mode = 1",
      32016,
    ],
    [
      "a job name that another kind of job has",
      "primary",
      "EXEC msdb.dbo.sp_add_job @job_name = N'mine'; ALTER DATABASE model SET RECOVERY FULL; CREATE DATABASE B; EXEC sp_add_log_shipping_primary_database @database = N'B', @backup_directory = N'S:\\logship', @backup_share = N'x', @backup_job_name = N'mine'",
      32022,
    ],
  ];
  for (const [what, side, sql, number] of refusals)
    it(`refuses ${what} with ${number}`, async () => {
      const pair = await shipping();
      expect(await errorsOf(pair[side], sql)).to.deep.equal([number]);
    });
});
