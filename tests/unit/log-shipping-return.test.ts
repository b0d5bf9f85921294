import { expect } from "chai";
import { logShippingBench, shippingBench, type Bench } from "./log-shipping-bench.ts";
import { already, k2State, one, worked } from "./log-shipping-looks.ts";

describe("log shipping: what provisioning refuses, and how databases come back", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

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
});
