import { expect } from "chai";
import { standbyRunnables } from "../../components/sql/log-shipping/run/standby-jobs.ts";
import { working } from "../../components/sql/log-shipping/verbs.ts";
import { failureOf } from "./cli-fixture.ts";
import { logShippingBench, shippingBench, type Bench } from "./log-shipping-bench.ts";
import { already, one } from "./log-shipping-looks.ts";
import { registered } from "./recorder.ts";

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

  it("overwrites nothing at the standby before the source's jobs are there, and names the stack that makes them", async () => {
    bench = await logShippingBench();
    await bench.run("dr", "CREATE DATABASE K2");
    const backups = () => one(bench, "primary", "SELECT COUNT(*) FROM msdb.dbo.backupset");
    const before = await backups();
    const early = await bench.provision("dr", "primary", { replaces: ["K2"] });
    expect(early.get("data-seed-K2")).to.match(
      /no log of K2 is shipped from SQLPRD01 yet, so nothing on SQLDR01 is overwritten\. Run "pulumi up -s primary" first/,
    );
    expect(await one(bench, "dr", "SELECT state_desc FROM sys.databases WHERE name = N'K2'")).to.equal(
      "ONLINE",
    );
    expect(await backups()).to.equal(before);
    await bench.provision("primary", "primary");
    expect((await bench.provision("dr", "primary", { replaces: ["K2"] })).get("data-seed-K2")).to.match(
      /^done/,
    );
  });

  it("names the command that makes the backup job of the source again where none is there to bring a first log", async () => {
    bench = await shippingBench(6);
    await bench.run("primary", "EXEC msdb.dbo.sp_delete_job @job_name = N'LSBackup_K2'");
    const { backupFolder, copyTo } = bench.facts.way.primary;
    for (const [site, folder] of [
      ["primary", backupFolder],
      ["dr", copyTo],
    ] as const)
      for (const { name } of await bench.disk(site).list(folder))
        await bench.disk(site).remove(`${folder}\\${name}`);
    const { io, end } = bench.io("dr");
    const args = { database: "K2", host: "SQLDR01", source: "SQLPRD01", copyTo, start: true };
    const runnable = standbyRunnables.find((r) => r.name === working.name);
    expect((await failureOf(runnable?.bind(args).act?.(io) ?? Promise.resolve())).message).to.equal(
      'SQLPRD01 has no job "LSBackup_K2", so no log of K2 can come. Have it made there: pulumi up -s primary --replace "**command:local:Command::**". Then run this again',
    );
    await end();
  });

  it("points to the history of the copy job where no log arrives, and to no command that would change nothing", async () => {
    bench = await shippingBench(1);
    const { io, end } = bench.io("dr");
    const args = { database: "K2", host: "SQLDR01", source: "SQLPRD01", copyTo: "D:\\LogShip", start: true };
    const found = await standbyRunnables
      .find((r) => r.name === working.name)
      ?.bind(args)
      .check(io);
    await end();
    expect(found?.expected).to.equal(
      "a log of K2 from SQLPRD01; look at the history of the copy job on SQLDR01",
    );
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
        "set-aside",
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
