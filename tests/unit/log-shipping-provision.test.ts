import { expect } from "chai";
import { logShippingBench, shippingBench, worked, type Bench } from "./log-shipping-bench.ts";
import { registered } from "./recorder.ts";

const one = async (bench: Bench, at: "primary" | "dr", sql: string): Promise<unknown> =>
  Object.values((await bench.run(at, sql))[0] ?? {})[0];
const k2State = (bench: Bench, at: "primary" | "dr"): Promise<unknown> =>
  one(bench, at, "SELECT state_desc FROM sys.databases WHERE name = N'K2'");
const already = (ends: ReadonlyMap<string, string>): void => {
  for (const [name, end] of ends) expect(end, name).to.match(/^already/);
};

describe("log shipping: provisioning", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("sets both sides up, ships, holds for three hours, and changes nothing when it is run again", async () => {
    bench = await shippingBench(20);
    already(await bench.provision("primary", "primary"));
    already(await bench.provision("dr", "primary"));
    const restored = String(
      await one(bench, "dr", "SELECT last_restored_file FROM msdb.dbo.log_shipping_secondary_databases"),
    );
    const copied = String(
      await one(bench, "dr", "SELECT last_copied_file FROM msdb.dbo.log_shipping_secondary"),
    );
    expect(restored < copied).to.equal(true);
    expect(
      await one(bench, "dr", "SELECT restore_delay FROM msdb.dbo.log_shipping_secondary_databases"),
    ).to.equal(180);
    expect(
      await one(bench, "dr", "SELECT restore_threshold FROM msdb.dbo.log_shipping_monitor_secondary"),
    ).to.equal(390);
    expect(
      await one(bench, "dr", "SELECT file_retention_period FROM msdb.dbo.log_shipping_secondary"),
    ).to.equal(20160);
    expect(
      await one(bench, "primary", "SELECT COUNT(*) FROM msdb.dbo.sysjobhistory WHERE run_status <> 1"),
    ).to.equal(0);
  });

  it("takes the weekly full backup beside the chain, in turns, so that no log is taken out of it", async () => {
    bench = await shippingBench(6);
    const jobs = "EXEC msdb.dbo.sp_start_job @job_name = N'parallel-standby full K2'";
    const others = [
      ["primary", "LSBackup_K2"],
      ["dr", "LSCopy_SQLPRD01_K2"],
      ["dr", "LSRestore_SQLPRD01_K2"],
    ] as const;
    for (const [at, job] of others)
      await bench.run(at, `EXEC msdb.dbo.sp_update_job @job_name = N'${job}', @enabled = 0`);
    for (let week = 0; week < 4; week++) {
      await bench.run("primary", jobs);
      await bench
        .at("primary")
        .agent.whenIdle(
          String(
            await one(
              bench,
              "primary",
              "SELECT CONVERT(varchar(36), job_id) FROM msdb.dbo.sysjobs WHERE name = N'parallel-standby full K2'",
            ),
          ),
        );
      await bench.clock.advance(7 * 24 * 3_600_000);
    }
    const files = (await bench.disk("primary").list("S:\\LogShip"))
      .map((f) => f.name)
      .filter((f) => f.endsWith(".bak"));
    expect(files.sort()).to.deep.equal(["K2_full_0.bak", "K2_full_1.bak", "K2_full_2.bak"]);
    expect(
      await one(
        bench,
        "primary",
        "SELECT COUNT(*) FROM msdb.dbo.backupset WHERE type = 'D' AND is_copy_only = 0",
      ),
    ).to.equal(1);
  });

  it("sets right what somebody has changed: hold, schedule, retention, a disabled job, a second schedule's absence", async () => {
    bench = await shippingBench(6);
    await bench.run(
      "dr",
      `EXEC master.dbo.sp_change_log_shipping_secondary_database @secondary_database = N'K2', @restore_delay = 0;
      EXEC msdb.dbo.sp_update_job @job_name = N'LSCopy_SQLPRD01_K2', @enabled = 0;
      UPDATE msdb.dbo.sysschedules SET freq_subday_interval = 7 WHERE name = N'parallel-standby LSCopy_SQLPRD01_K2';`,
    );
    await bench.run(
      "primary",
      "EXEC msdb.dbo.sp_update_job @job_name = N'parallel-standby full K2', @enabled = 0;",
    );
    const standby = await bench.provision("dr", "primary");
    expect(standby.get("data-standby-jobs-K2")).to.match(/^done/);
    expect(
      await one(bench, "dr", "SELECT restore_delay FROM msdb.dbo.log_shipping_secondary_databases"),
    ).to.equal(180);
    expect((await bench.provision("primary", "primary")).get("data-source-jobs-K2")).to.match(/^done/);
    already(await bench.provision("dr", "primary"));
    already(await bench.provision("primary", "primary"));
  });

  it("says what differs before it acts", async () => {
    bench = await shippingBench(1);
    await bench.run(
      "dr",
      "EXEC msdb.dbo.sp_add_jobschedule @job_name = N'LSRestore_SQLPRD01_K2', @name = N'lunch', @freq_type = 4, @freq_interval = 1, @freq_subday_type = 1, @active_start_time = 120000;",
    );
    const ends = await bench.provision("dr", "primary");
    expect(ends.get("data-standby-jobs-K2")).to.contain(
      'job "LSRestore_SQLPRD01_K2" runs by the schedule "lunch", too',
    );
  });

  it("leaves the restores held that a declared move holds", async () => {
    bench = await shippingBench(1);
    await bench.verb("sql/log-shipping/hold", { database: "K2", host: "SQLDR01" });
    const entry = { seq: 1, prev: "", at: "", by: "", hash: "", part: "data", says: "" };
    bench.entries.push({ ...entry, kind: "held" });
    const ends = await bench.provision("dr", "primary");
    expect(ends.get("data-standby-jobs-K2")).to.match(/^already: .* held, since a move is declared/);
    bench.entries.push({ ...entry, kind: "released" });
    expect((await bench.provision("dr", "primary")).get("data-standby-jobs-K2")).to.match(/^done/);
    expect(
      await one(bench, "dr", "SELECT enabled FROM msdb.dbo.sysjobs WHERE name = N'LSRestore_SQLPRD01_K2'"),
    ).to.equal(1);
  });

  it("writes nothing where somebody else backs up the log, until the estate says that it was switched off", async () => {
    bench = await logShippingBench();
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\nightly.trn'");
    const ends = await bench.provision("primary", "primary");
    expect(ends.get("data-source-fit-K2")).to.match(
      /1 log backup\(s\) of K2 on SQLPRD01 in the last 14 days went elsewhere than S:\\LogShip, .* to D:\\backup\\nightly\.trn by sa.*adoptChain/,
    );
    expect(
      await one(bench, "primary", "SELECT COUNT(*) FROM msdb.dbo.log_shipping_primary_databases"),
    ).to.equal(0);
    for (const adoptChain of [true, "D:\\backup"])
      expect(
        (await bench.provision("primary", "primary", { adoptChain })).get("data-source-fit-K2"),
      ).to.match(/^already/);
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\copy.trn' WITH COPY_ONLY");
    expect(
      (await bench.provision("primary", "primary", { adoptChain: "D:\\other" })).get("data-source-fit-K2"),
    ).to.match(/1 log backup/);
  });

  it("refuses a database in recovery model SIMPLE, and does not switch it", async () => {
    bench = await logShippingBench();
    await bench.run("primary", "ALTER DATABASE K2 SET RECOVERY SIMPLE");
    expect((await bench.provision("primary", "primary")).get("data-source-fit-K2")).to.match(
      /recovery model SIMPLE; .*never switches it/,
    );
    expect(
      await one(bench, "primary", "SELECT recovery_model_desc FROM sys.databases WHERE name = N'K2'"),
    ).to.equal("SIMPLE");
  });

  it("never restores over a database that is open", async () => {
    bench = await logShippingBench();
    await bench.provision("primary", "primary");
    await bench.run("dr", "CREATE DATABASE K2");
    const ends = await bench.provision("dr", "primary", { reseed: "really" });
    expect(ends.get("data-seed-K2")).to.match(/K2 on SQLDR01 is ONLINE and is never overwritten/);
    expect(await k2State(bench, "dr")).to.equal("ONLINE");
  });

  it("restores anew after a broken chain only when it is told to, once for each telling", async () => {
    bench = await shippingBench(4);
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\stolen.trn'");
    await bench.disk("primary").remove("D:\\backup\\stolen.trn");
    await bench.work(24);
    const silent = await bench.provision("dr", "primary", { adoptChain: true });
    expect(silent.get("data-seed-K2")).to.match(
      /went to D:\\backup\\stolen\.trn and is in neither folder\)\. It is not restored anew by itself/,
    );
    const reseed = "2026-11-22 stolen log";
    const told = await bench.provision("dr", "primary", { reseed, adoptChain: true });
    expect(told.get("data-seed-K2")).to.match(/^done/);
    expect(
      (await bench.provision("dr", "primary", { reseed, adoptChain: true })).get("data-seed-K2"),
    ).to.match(/^already/);
    await bench.work(8);
    const before = await worked(bench, "primary");
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.deep.equal(before);
  });

  it("carries logins by SID and password, and gives a moved database its owner, users and settings back", async () => {
    bench = await logShippingBench();
    await bench.run(
      "primary",
      `CREATE LOGIN [k2_service] WITH PASSWORD = N'battery staple', CHECK_POLICY = OFF;
      CREATE LOGIN [k2_owner] WITH PASSWORD = N'x', CHECK_POLICY = OFF; CREATE LOGIN [renamed_login] WITH PASSWORD = N'x', CHECK_POLICY = OFF;
      ALTER AUTHORIZATION ON DATABASE::K2 TO [k2_owner]; ALTER DATABASE K2 SET TRUSTWORTHY ON;`,
    );
    await bench.run(
      "primary",
      "CREATE USER [k2_service] FOR LOGIN [k2_service]; CREATE USER [app] FOR LOGIN [renamed_login];",
      "K2",
    );
    // The same name, another SID: its user has to be linked by name.
    await bench.run(
      "dr",
      "CREATE LOGIN [renamed_login] WITH PASSWORD = N'y', CHECK_POLICY = OFF; CREATE LOGIN [k2_owner] WITH PASSWORD = N'y', CHECK_POLICY = OFF;",
    );
    await bench.provision("primary", "primary");
    const standby = await bench.provision("dr", "primary");
    expect(standby.get("data-logins-K2")).to.match(
      /^done: SQLDR01 has the logins of K2 \(with another SID: renamed_login/,
    );
    await bench.work(8);
    const ends = await bench.move({ mode: "planned" });
    expect(ends.get("data/repair-identity/K2")).to.match(
      /^done: K2 on SQLDR01 is as recorded at its source$/,
    );
    const found = await bench.run(
      "dr",
      "SELECT SUSER_SNAME(owner_sid) AS o, CONVERT(int, is_trustworthy_on) AS t, CONVERT(int, is_broker_enabled) AS b FROM sys.databases WHERE name = N'K2'",
    );
    expect(found[0]).to.deep.include({ o: "k2_owner", t: 1, b: 1 });
    const login = bench.at("dr").login({
      user: "k2_service",
      password: "battery staple",
      database: "K2",
      hostName: "K2DR01",
      appName: "K2",
    });
    expect("refused" in login, "the password works at the standby").to.equal(false);
    expect(
      await one(
        bench,
        "dr",
        "SELECT COUNT(*) FROM K2.sys.database_principals u JOIN sys.server_principals p ON p.sid = u.sid WHERE u.name IN (N'k2_service', N'app')",
      ),
    ).to.equal(2);
  });

  it("comes back: the old source follows the new one without a new copy, and a planned move loses nothing either way", async () => {
    bench = await shippingBench(8);
    await bench.move({ mode: "planned" });
    await bench.work(4, "dr");
    already(await bench.provision("dr", "dr"));
    const primary = await bench.provision("primary", "dr");
    expect(primary.get("data-seed-K2"), "the tail's end is where the new chain begins").to.match(/^already/);
    await bench.work(30, "dr");
    const before = await worked(bench, "dr");
    await bench.move({ to: "primary", mode: "planned" });
    expect(await worked(bench, "primary")).to.deep.equal(before);
    expect(await k2State(bench, "dr")).to.equal("RESTORING");
    // And once more, over what all these moves have left behind.
    await bench.work(4, "primary");
    await bench.provision("dr", "primary");
    await bench.work(20, "primary");
    const again = await worked(bench, "primary");
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.deep.equal(again);
  });

  it("does not overwrite a source that comes back from a disaster: open it is refused, closed it needs to be told", async () => {
    bench = await shippingBench(40);
    const head = { seq: 0, prev: "", by: "", hash: "", at: "2026-11-22T00:00:00Z" };
    bench.entries.push({ kind: "genesis", estate: "bench", active: "primary", ...head });
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    await bench.work(8, "dr");
    await bench.mend("primary");
    const open = await bench.provision("primary", "dr");
    expect(open.get("data-seed-K2")).to.match(
      /is ONLINE, and this site was active: .*only copy of what was lost.*Save it first/,
    );
    await bench.run("primary", "ALTER DATABASE K2 SET OFFLINE");
    expect((await bench.provision("primary", "dr")).get("data-seed-K2")).to.match(
      /is OFFLINE, and this site was active: .*SET ONLINE, BACKUP DATABASE/,
    );
    await bench.run("primary", "ALTER DATABASE K2 SET ONLINE");
    // Saved and closed: it still holds what the new source has not.
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\saved.trn' WITH NORECOVERY");
    const closed = await bench.provision("primary", "dr");
    expect(closed.get("data-seed-K2")).to.match(
      /the logs of SQLDR01 don't lead on from there .* write reseed/,
    );
    const told = await bench.provision("primary", "dr", { reseed: "2026-11-23 after the disaster" });
    expect(told.get("data-seed-K2")).to.match(/^done: K2 on SQLPRD01 follows SQLDR01/);
  });

  it("adopts: looks at log shipping that exists, names what differs, and writes nothing", async () => {
    bench = await shippingBench(6);
    const adopt = { manage: "adopt" } as const;
    const jobs = "SELECT COUNT(*) FROM msdb.dbo.sysjobs";
    const before = [await one(bench, "primary", jobs), await one(bench, "dr", jobs)];
    already(await bench.provision("primary", "primary", adopt));
    already(await bench.provision("dr", "primary", adopt));
    const other = { ...adopt, everyMin: 30, holdMin: 240 };
    expect((await bench.provision("primary", "primary", other)).get("data-source-adopted-K2")).to.match(
      /runs every 60 minutes, not every 30/,
    );
    expect((await bench.provision("dr", "primary", other)).get("data-standby-adopted-K2")).to.match(
      /the hold is "180", not "240"/,
    );
    expect([await one(bench, "primary", jobs), await one(bench, "dr", jobs)]).to.deep.equal(before);
  });

  it("names its resources by the part and the database, and acts in the same order in a preview", async () => {
    bench = await logShippingBench({ databases: ["K2", "Claims"] });
    const { LogShipping } = await import("../../components/sql/log-shipping/provision.ts");
    const at = {
      journal: { folder: "j" },
      site: "dr",
      active: "primary",
      epoch: 0,
      recovery: {
        format: 1,
        estate: "e",
        sites: { primary: { place: "p", timeZone: "UTC" }, dr: { place: "d", timeZone: "UTC" } },
        hosts: [...bench.hosts],
        targets: { rtoMin: 1, rpoMin: 1 },
        parts: [],
      },
    } as const;
    const names = async (preview: boolean): Promise<readonly string[]> =>
      (
        await registered(
          () => {
            new LogShipping("data", {
              facts: bench.facts,
              at: { ...at, recovery: { ...at.recovery, hosts: [...bench.hosts], parts: [] } },
            });
          },
          { preview },
        )
      ).map((r) => r.name);
    const known = await names(false);
    expect(known).to.have.members(await names(true));
    const perDatabase = (db: string): string[] =>
      [
        "source-fit",
        "record-identity",
        "logins",
        "retire-source-jobs",
        "copy-fulls",
        "seed",
        "standby-jobs",
        "working",
      ].map((s) => `data-${s}-${db}`);
    expect(known).to.have.members([
      "data",
      "data-instance-SQLDR01",
      "data-instance-SQLPRD01",
      "data-facts-database-SQLPRD01",
      "data-facts-database-SQLDR01",
      ...perDatabase("K2"),
      ...perDatabase("Claims"),
    ]);
  });
});
