import { expect } from "chai";
import { alive as logShippingAlive } from "../../components/sql/log-shipping/run.ts";
import type { Host } from "../../model/host.ts";
import { lookupOf } from "../../model/recovery.ts";
import { droppingPort } from "./dropping-port.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure, jobs, state, worked } from "./log-shipping-looks.ts";

describe("log shipping: what stops a move, and what is seen before it", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("refuses to take a database for its own that somebody else has opened", async () => {
    bench = await shippingBench(40);
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0, until: "open" });
    await bench.run("dr", "DROP DATABASE K2; CREATE DATABASE K2;");
    const why = await failure(
      bench.verb("sql/log-shipping/open", { part: "data", database: "K2", host: "SQLDR01" }),
    );
    expect(why).to.match(/is ONLINE, but nothing shows that it was recovered at/);
  });

  it("waits for a restore that runs, and lets none begin; a withdrawn move lets them go on", async () => {
    bench = await shippingBench(4);
    const dr = bench.at("dr");
    dr.speed.jobStepMs = 400;
    await bench.run("dr", "EXEC msdb.dbo.sp_start_job @job_name = N'LSRestore_SQLPRD01_K2'");
    const args = { database: "K2", host: "SQLDR01" };
    const held = await bench.verb("sql/log-shipping/hold", args);
    expect(held.says).to.equal('"LSRestore_SQLPRD01_K2" is disabled on SQLDR01');
    expect(bench.said).to.include('waiting for "LSRestore_SQLPRD01_K2" to end');
    expect((await jobs(bench, "dr"))["LSCopy_SQLPRD01_K2"], "copying goes on").to.equal(1);
    await bench.verb("sql/log-shipping/release", args);
    expect((await jobs(bench, "dr"))["LSRestore_SQLPRD01_K2"]).to.equal(1);
  });

  it("gives production back as it was when the tail can't be taken", async () => {
    bench = await shippingBench(4);
    bench.at("primary").faults.failNext({
      statement: /BACKUP LOG .*NORECOVERY/s,
      number: 3202,
      text: "Write on the device failed: 112(There is not enough space on the disk.)",
    });
    expect(await failure(bench.move({ mode: "planned" }))).to.match(/data\/tail\/K2: .*not enough space/);
    expect(await state(bench, "primary")).to.equal("ONLINE MULTI_USER");
    expect(await jobs(bench, "primary")).to.include({ LSBackup_K2: 1, "parallel-standby full K2": 1 });
  });

  it("takes the tail although people are in the database", async () => {
    bench = await shippingBench(4);
    const user = bench
      .at("primary")
      .login({ user: "runner", password: "one horse", database: "K2", hostName: "K2PRD01", appName: "K2" });
    expect("refused" in user).to.equal(false);
    await bench.move({ mode: "planned" });
    expect(await state(bench, "dr")).to.equal("ONLINE MULTI_USER");
  });

  it("stops a planned move where somebody else has taken a log backup, and says who and where", async () => {
    bench = await shippingBench(8);
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\stolen.trn'");
    await bench.work(4);
    const why = await failure(bench.move({ mode: "planned" }));
    expect(why).to.match(
      /data\/source-ready\/K2: 1 log backup\(s\) of K2 were written elsewhere .*D:\\backup\\stolen\.trn by sa/,
    );
    expect(await state(bench, "primary")).to.equal("ONLINE MULTI_USER");
  });

  it("closes no database of a planned move before the logs of all have been copied", async () => {
    bench = await shippingBench(4, { databases: ["Claims", "K2"] });
    await bench
      .move({
        mode: "planned",
        until: "choose-point",
        before: async ({ id }) => {
          if (id === "data/copy/K2")
            await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\stolen.trn'");
        },
      })
      .then(
        () => expect.fail("it went on"),
        (e: unknown) =>
          expect(String(e)).to.match(/data\/copy\/K2: 1 log backup\(s\) of K2 were written elsewhere/),
      );
    for (const database of ["Claims", "K2"])
      expect(await state(bench, "primary", database), database).to.equal("ONLINE MULTI_USER");
  });

  it("computes the loss up to the hole when a log is missing in a disaster, and names the log after it", async () => {
    bench = await shippingBench(30, { point: "latest", holdMin: 600 });
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'D:\\backup\\stolen.trn'");
    const holeSec = bench.clock.now() / 1000;
    await bench.work(8);
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    expect(bench.point().atSec).to.be.at.most(holeSec);
    const last = (await worked(bench, "dr")).at(-1) ?? 0;
    expect(last).to.be.at.most(holeSec);
  });

  it("takes a source offline that comes back after the new site was opened, and leaves its data as they are", async () => {
    bench = await shippingBench(30);
    const done = await worked(bench, "primary");
    await bench.cut("primary");
    const ends = await bench.move({ mode: "unplanned", disasterMinutesAgo: 5 });
    expect(ends.get("data/close-old/K2")).to.match(/SQLPRD01 .*refuses connections/);
    await bench.mend("primary");
    expect(await state(bench, "primary")).to.equal("ONLINE MULTI_USER");
    const close = () => bench.verb("sql/log-shipping/close-old", { database: "K2", host: "SQLPRD01" });
    expect(await close()).to.deep.equal({ verdict: "done", says: "K2 on SQLPRD01 is OFFLINE" });
    expect((await close()).verdict).to.equal("already");
    await bench.run("primary", "ALTER DATABASE K2 SET ONLINE");
    expect(await worked(bench, "primary")).to.deep.equal(done);
  });

  it("shows that a source is alive while a database there is open, and not once all are closed", async () => {
    bench = await shippingBench(6, { databases: ["K2", "Claims"] });
    const alive = async (disasterSec?: number): Promise<string | undefined> => {
      const { io, end } = bench.io("dr", {
        activation: { epoch: 1, mode: "unplanned", ...(disasterSec === undefined ? {} : { disasterSec }) },
      });
      try {
        const sign = await logShippingAlive(bench.facts, "primary", io);
        return typeof sign === "object" ? `elsewhere: ${sign.says}` : sign;
      } finally {
        await end();
      }
    };
    expect(await alive()).to.equal("K2 on SQLPRD01 is ONLINE");
    await bench.move({ mode: "planned", until: "choose-point" });
    expect(await alive()).to.equal(undefined);
    const anHourAgo = bench.clock.now() / 1000 - 3600;
    expect(await alive(anHourAgo), "what it shipped before it was closed is no life").to.equal(undefined);
    await bench.cut("primary");
    expect(await alive()).to.equal(undefined);
    // A dead link, not a dead site: it went on shipping after what was taken for a disaster.
    expect(await alive(anHourAgo)).to.match(
      /_\d{14}\.trn was backed up at .*, after the disaster .* move that file out of D:\\LogShip on SQLDR01$/,
    );
  });

  it("looks at what has arrived also while a source that is silent keeps it waiting until the limit", async () => {
    bench = await shippingBench(6);
    const dropping = await droppingPort();
    const { io, end } = bench.io("dr", {
      activation: { epoch: 1, mode: "unplanned", disasterSec: bench.clock.now() / 1000 - 3600 },
    });
    const host = (id: string): Host => {
      const known = io.host(id);
      return id === "SQLPRD01" && known.sql
        ? { ...known, sql: { ...known.sql, port: dropping.port } }
        : known;
    };
    try {
      expect(await logShippingAlive(bench.facts, "primary", { ...io, host }, 3))
        .to.have.property("says")
        .that.matches(/_\d{14}\.trn was backed up at .*, after the disaster/);
    } finally {
      await end();
      await dropping.close();
    }
  });

  it("counts a SQL Server that lets nobody in as alive: what it does can't be seen", async () => {
    bench = await shippingBench(1);
    await bench.run("primary", "ALTER LOGIN [runner] WITH PASSWORD = N'changed'");
    const { io, end } = bench.io("dr");
    expect(await logShippingAlive(bench.facts, "primary", io)).to.match(
      /^SQL Server on SQLPRD01 answers, but its databases can't be seen: SQLPRD01 .* refused the login/,
    );
    await end();
  });

  it("says before a planned move begins what would stop it: the source's recovery model, the standby's missing backups", async () => {
    bench = await shippingBench(6);
    const standby = { part: "data", database: "K2", host: "SQLDR01" };
    const source = { part: "data", database: "K2", host: "SQLPRD01" };
    expect((await bench.verb("sql/log-shipping/standby-ready", standby)).says).to.match(
      /^K2 on SQLDR01 is RESTORING and reaches from .* to .* \(K2_\d{14}\.trn\)$/,
    );
    await bench.run("primary", "ALTER DATABASE K2 SET RECOVERY SIMPLE");
    expect(await failure(bench.verb("sql/log-shipping/source-ready", source))).to.match(
      /recovery model SIMPLE/,
    );
    await bench.run("dr", "DROP DATABASE K2");
    for (const file of await bench.disk("dr").list("D:\\LogShip"))
      await bench.disk("dr").remove(`D:\\LogShip\\${file.name}`);
    expect(await failure(bench.verb("sql/log-shipping/standby-ready", standby))).to.match(
      /neither a database that is being restored nor a full backup/,
    );
  });

  const noJobs = async (): Promise<void> => {
    await bench.run(
      "dr",
      "EXEC master.dbo.sp_delete_log_shipping_secondary_database @secondary_database = N'K2'",
    );
  };

  it("names the command that makes the jobs of a standby again, and what stands in its way; adopted ones are made by hand", async () => {
    bench = await shippingBench(6);
    await noJobs();
    const facts = { ...bench.facts, manage: "adopt" };
    const adopted = lookupOf({
      hosts: [...bench.hosts],
      parts: [{ id: "data", kind: "sql/log-shipping", version: 1, facts }],
    });
    const ready = (more: Parameters<Bench["verb"]>[2]): Promise<string> =>
      failure(
        bench.verb("sql/log-shipping/standby-ready", { part: "data", database: "K2", host: "SQLDR01" }, more),
      );
    const lacks = "SQLDR01 has no log shipping jobs for K2.";
    const again = `${lacks} Have them made again: pulumi up -s standby --replace "**command:local:Command::**"`;
    const activation = { epoch: 1, mode: "planned" } as const;
    expect(await ready({})).to.equal(again);
    expect(await ready({ activation })).to.equal(
      `${again}. That is refused until this move is given up with "parallel-standby abandon"`,
    );
    expect(await ready({ lookup: adopted, activation })).to.equal(
      `${lacks} Make them again by hand: log shipping that is adopted is only looked at`,
    );
  });

  it("takes a standby without jobs where its source is lost: nobody could make them again, and what lies there is enough", async () => {
    bench = await shippingBench(40);
    const done = await worked(bench, "primary");
    await noJobs();
    await bench.cut("primary");
    const activation = { epoch: 1, mode: "unplanned" } as const;
    expect(
      (
        await bench.verb(
          "sql/log-shipping/standby-ready",
          { part: "data", database: "K2", host: "SQLDR01" },
          { activation },
        )
      ).says,
    ).to.match(/; it has no log shipping jobs there, and goes on without$/);
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
  });

  it("has logs copied by hand where the copy job is gone in a move, and takes them then", async () => {
    bench = await shippingBench(6);
    await noJobs();
    await bench.work(4);
    const copy = () =>
      bench.verb("sql/log-shipping/copy-logs", {
        part: "data",
        database: "K2",
        from: "SQLPRD01",
        to: "SQLDR01",
        tail: false,
      });
    expect(await failure(copy())).to.equal(
      'SQLDR01 has no copy job of log shipping for K2 into D:\\LogShip. Copy the logs of K2 from \\\\SQLPRD01\\LogShip to D:\\LogShip on SQLDR01 by hand, then run "pulumi up -s dr-active" again',
    );
    const dr = bench.disk("dr");
    for (const { name } of await dr.list("\\\\SQLPRD01\\LogShip"))
      if (name.endsWith(".trn"))
        await dr.write(`D:\\LogShip\\${name}`, await dr.read(`\\\\SQLPRD01\\LogShip\\${name}`));
    expect(await copy()).to.include({
      verdict: "already",
      says: "all logs of K2 that there are have arrived on SQLDR01",
    });
  });

  it("rebuilds a database that is missing at the standby from what lies in the folder", async () => {
    bench = await shippingBench(40);
    const done = await worked(bench, "primary");
    await bench.run("dr", "DROP DATABASE K2");
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
  });
});
