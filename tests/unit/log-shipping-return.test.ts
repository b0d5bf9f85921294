import { expect } from "chai";
import type { Entry } from "../../journal/entries.ts";
import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import { logShippingBench, shippingBench, type Bench } from "./log-shipping-bench.ts";
import { already, failure, k2State, one, worked } from "./log-shipping-looks.ts";

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

  describe("there and back", () => {
    /** A planned move as the journal keeps it. */
    const move = async (epoch: number, to: SiteId): Promise<void> => {
      bench.entries.push({ kind: "activation started", epoch, from: otherSite(to), to } as Entry);
      await bench.move({ to, mode: "planned" });
      const databases = bench.facts.databases.map((database) => ({ database }));
      bench.entries.push({ kind: "point chosen", epoch, ...bench.point(), databases } as unknown as Entry);
    };
    const provision = async (active: SiteId): Promise<void> => {
      for (const at of siteIds)
        for (const [name, end] of await bench.provision(at, active))
          expect(end, name).to.match(/^(already|done)/);
    };

    it("goes back at once, before a single log has been restored at the site that was left", async () => {
      bench = await shippingBench(8);
      await move(1, "dr");
      await provision("dr");
      await bench.work(1, "dr");
      const before = await worked(bench, "dr");
      await move(2, "primary");
      expect(await worked(bench, "primary")).to.deep.equal(before);
    });

    it("cuts over in a disaster within the hour, to the point at which it was left, and is open at it", async () => {
      bench = await shippingBench(8, { databases: ["K2", "Claims"] });
      await move(1, "dr");
      await provision("dr");
      const before = await worked(bench, "dr");
      const [{ atSec: leftAt }, claims] = [bench.point(), await worked(bench, "dr", "Claims")];
      await bench.work(1, "dr");
      await bench.cut("dr");
      const ends = await bench.move({
        to: "primary",
        mode: "unplanned",
        disasterMinutesAgo: 1,
        latest: true,
      });
      expect(bench.point()).to.deep.equal({ atSec: leftAt, to: "time" });
      expect(ends.get("data/choose-point") ?? [...ends.values()].find((e) => /^time /.test(e))).to.match(
        /^time \d+, lost \d+ s$/,
      );
      expect(await worked(bench, "primary")).to.deep.equal(before);
      expect(await worked(bench, "primary", "Claims")).to.deep.equal(claims);
      // Begun again, every step finds what it wants: nothing is taken for opened by somebody else.
      for (const verb of ["sql/log-shipping/standby-ready", "sql/log-shipping/roll-forward"])
        expect(
          (
            await bench.verb(
              verb,
              { part: "data", database: "K2", host: "SQLPRD01" },
              { to: "primary", activation: { epoch: 2, mode: "unplanned" } },
            )
          ).verdict,
        ).to.equal("already");
    });

    it("goes on from the first log that has come, with what was worked since", async () => {
      bench = await shippingBench(8);
      await move(1, "dr");
      await provision("dr");
      await bench.work(8, "dr");
      await bench.cut("dr");
      await bench.move({ to: "primary", mode: "unplanned", disasterMinutesAgo: 0, latest: true });
      const rows = await worked(bench, "primary");
      expect(rows.length).to.be.greaterThan(8);
      expect(rows.filter((sec) => sec > bench.point().atSec)).to.deep.equal([]);
    });

    it("has no moment where no journal shows how it was left: a disaster stops before anything is touched, a planned move does not", async () => {
      bench = await shippingBench(8);
      await bench.move({ mode: "planned" });
      await provision("dr");
      const { copyTo } = bench.facts.way.dr;
      const disk = bench.disk("primary");
      const come = new Map<string, Buffer>();
      for (const { name } of await disk.list(copyTo)) {
        const file = `${copyTo}\\${name}`;
        come.set(file, await disk.read(file));
        await disk.remove(file);
      }
      await bench.cut("dr");
      expect(
        await failure(bench.move({ to: "primary", mode: "unplanned", disasterMinutesAgo: 0, latest: true })),
      ).to.match(/standby-ready.*can't be told: .*Once a log is copied and restored, it can/);
      expect(await k2State(bench, "primary")).to.equal("RESTORING");
      await bench.mend("dr");
      const before = await worked(bench, "dr");
      const ends = await bench.move({
        to: "primary",
        mode: "planned",
        before: async ({ phase }) => {
          if (phase !== "final-sync") return;
          for (const [file, data] of come) if (file.endsWith(".trn")) await disk.write(file, data);
        },
      });
      expect(ends.get("data/standby-ready/K2")).to.match(
        /K2 on SQLPRD01 is RESTORING and can be rolled forward to the tail of its source; what it holds can't be told/,
      );
      expect(await worked(bench, "primary")).to.deep.equal(before);
    });
  });
});
