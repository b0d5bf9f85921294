import { expect } from "chai";
import { alive as logShippingAlive } from "../../components/sql/log-shipping/run.ts";
import { shippingBench, worked, type Bench } from "./log-shipping-bench.ts";

const state = async (bench: Bench, at: "primary" | "dr", database = "K2"): Promise<unknown> =>
  (
    await bench.run(
      at,
      `SELECT state_desc + N' ' + user_access_desc AS s FROM sys.databases WHERE name = N'${database.replaceAll("'", "''")}'`,
    )
  )[0]?.["s"];

const jobs = async (bench: Bench, at: "primary" | "dr"): Promise<Readonly<Record<string, unknown>>> =>
  Object.fromEntries(
    (await bench.run(at, "SELECT name, enabled FROM msdb.dbo.sysjobs ORDER BY name")).map((r) => [
      String(r["name"]),
      r["enabled"],
    ]),
  );

/** What a step threw, as a sentence. */
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it went well",
    (e: unknown) => (e instanceof Error ? e.message : String(e)),
  );

describe("log shipping: a move", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("loses nothing when it is planned: the tail comes over, the source is closed, and both job sides change roles", async () => {
    bench = await shippingBench(30);
    const before = await worked(bench, "primary");
    await bench.run("primary", "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", "K2");
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.have.length(before.length + 1);
    expect(await state(bench, "primary")).to.equal("RESTORING SINGLE_USER");
    expect(await state(bench, "dr")).to.equal("ONLINE MULTI_USER");
    expect(bench.point()).to.include({ to: "end" });
    expect(await jobs(bench, "primary")).to.include({ LSBackup_K2: 0, "parallel-standby full K2": 0 });
    expect(await jobs(bench, "dr")).to.include({
      LSBackup_K2: 1,
      LSCopy_SQLPRD01_K2: 0,
      LSRestore_SQLPRD01_K2: 0,
      "parallel-standby full K2": 1,
      "parallel-standby copy fulls K2": 0,
    });
  });

  it("finds everything done when a planned move is run again", async () => {
    bench = await shippingBench(8);
    await bench.move({ mode: "planned" });
    const again = await bench.move({ mode: "planned", until: "choose-point" });
    for (const [id, end] of again) if (!id.startsWith("data/hold")) expect(end, id).to.match(/^already/);
  });

  it("goes two hours back in a disaster, every database to that same moment, with nothing later and nothing missing", async () => {
    bench = await shippingBench(40, { databases: ["K2", "Claims"] });
    const done = { K2: await worked(bench, "primary"), Claims: await worked(bench, "primary", "Claims") };
    await bench.clock.advance(7 * 60_000);
    await bench.cut("primary");
    const ends = await bench.move({ mode: "unplanned", disasterMinutesAgo: 5 });
    const point = bench.point();
    expect(point.atSec).to.equal(bench.clock.now() / 1000 - 125 * 60);
    for (const database of ["K2", "Claims"] as const) {
      expect(await worked(bench, "dr", database)).to.deep.equal(
        done[database].filter((s) => s <= point.atSec),
      );
      expect(ends.get(`data/tail/${database}`)).to.match(/SQLPRD01 .*refuses connections/);
    }
    expect(await worked(bench, "dr")).to.have.length.below(done.K2.length);
  });

  it("brings over what lies on the share when SQL Server at the source is dead and its machine is not", async () => {
    bench = await shippingBench(40, { copyEveryMin: 60, point: "latest", holdMin: 240 });
    // The next log is written, and not copied before the disaster.
    await bench.run("dr", "EXEC msdb.dbo.sp_update_job @job_name = N'LSCopy_SQLPRD01_K2', @enabled = 0");
    await bench.work(5);
    await bench.cut("primary");
    const ends = await bench.move({ mode: "unplanned", disasterMinutesAgo: 0, until: "choose-point" });
    expect(ends.get("data/copy/K2")).to.match(/^done: all logs of K2 that there are have arrived/);
  });

  it("is rebuilt from the archived full backup when the logs beyond the point are restored already", async () => {
    bench = await shippingBench(40);
    const done = await worked(bench, "primary");
    await bench.cut("primary");
    // Nobody decided: the restore job went on for five hours more.
    await bench.clock.advance(5 * 3_600_000);
    const ends = await bench.move({ mode: "unplanned", disasterMinutesAgo: 5 * 60 });
    expect(bench.said.join("\n")).to.match(/K2 needs full backup K2_full_\d\.bak and \d+ log/);
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
    expect(ends.get("data/open/K2")).to.match(/^done/);
  });

  it("leaves production's backups at the standby as they are after the move: another point can still be rebuilt from them", async () => {
    bench = await shippingBench(30);
    await bench.cut("primary");
    const copied = bench.facts.way.primary.copyTo;
    const before = await bench.disk("dr").list(copied);
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 5 });
    await bench.work(96 * 5, "dr");
    const now = await bench.disk("dr").list(copied);
    const names = (files: typeof now): readonly string[] => files.map((f) => f.name).sort();
    expect(names(before).some((n) => /^K2_full_\d.bak$/.test(n))).to.equal(true);
    expect(names(now).filter((n) => /\.(bak|trn)$/.test(n))).to.deep.equal(
      names(before).filter((n) => /\.(bak|trn)$/.test(n)),
    );
    const own = await bench.disk("dr").list(bench.facts.way.dr.backupFolder);
    expect(names(own).some((n) => n.endsWith(".bak")) && names(own).some((n) => n.endsWith(".trn"))).to.equal(
      true,
    );
  });

  it("keeps the copy that it has when the full backup for the rebuild turns out to be damaged", async () => {
    bench = await shippingBench(40);
    await bench.cut("primary");
    await bench.clock.advance(5 * 3_600_000);
    const said = bench.said.length;
    bench.at("dr").faults.failNext({
      statement: /RESTORE VERIFYONLY/,
      number: 3189,
      text: "Damage to the backup set was detected.",
    });
    const why = await failure(bench.move({ mode: "unplanned", disasterMinutesAgo: 5 * 60 }));
    expect(why).to.match(/roll-forward\/K2: .*Damage to the backup set/);
    expect(await state(bench, "dr")).to.equal("RESTORING MULTI_USER");
    expect(bench.said.slice(said).join("\n"))
      .to.contain("reading D:\\LogShip")
      .and.not.contain("restoring K2 from");
  });

  it("goes on where it was broken off in the middle of the restores", async () => {
    bench = await shippingBench(40);
    const done = await worked(bench, "primary");
    await bench.cut("primary");
    const wish = { mode: "unplanned", disasterMinutesAgo: 0 } as const;
    let restored = 0;
    bench.at("dr").faults.failNext({
      statement: /NORECOVERY, STOPAT/,
      number: 3201,
      text: "Cannot open backup device.",
      times: 1,
    });
    expect(await failure(bench.move(wish))).to.match(/data\/roll-forward\/K2: .*Cannot open backup device/);
    const said = bench.said.length;
    await bench.move(wish);
    restored = bench.said.slice(said).filter((l) => /^restored \d+ of/.test(l)).length;
    expect(restored).to.be.greaterThan(0);
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
  });

  it("stops inside a log and goes no further, so that no log after the point is asked for", async () => {
    bench = await shippingBench(40);
    await bench.cut("primary");
    await bench.clock.advance(13 * 60_000);
    const wish = { mode: "unplanned", disasterMinutesAgo: 12 } as const;
    await bench.move({ ...wish, until: "open" });
    const again = await bench.move({ ...wish, until: "open" });
    expect(again.get("data/roll-forward/K2")).to.match(/^already: K2 on SQLDR01 stands at/);
  });

  it("tells SQL Server the point in the source's own clock", async () => {
    bench = await shippingBench(40, {}, { timeZone: "America/New_York" });
    const done = await worked(bench, "primary");
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
    expect(await worked(bench, "dr")).to.have.length(done.filter((s) => s <= bench.point().atSec).length).and
      .not.empty;
  });

  for (const version of ["2012", "2016", "2022"] as const)
    it(`reads the headers that SQL Server ${version} writes`, async () => {
      bench = await shippingBench(9, {}, { version });
      const before = await worked(bench, "primary");
      await bench.move({ mode: "planned" });
      expect(await worked(bench, "dr")).to.deep.equal(before);
    });

  it("moves a database whose name ends names and texts of T-SQL", async () => {
    const name = "O'Neil] & Søn";
    bench = await shippingBench(9, { databases: [name] });
    const before = await worked(bench, "primary", name);
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr", name)).to.deep.equal(before);
  });

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
        return await logShippingAlive(bench.facts, "primary", io);
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

  it("rebuilds a database that is missing at the standby from what lies in the folder", async () => {
    bench = await shippingBench(40);
    const done = await worked(bench, "primary");
    await bench.run("dr", "DROP DATABASE K2");
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    expect(await worked(bench, "dr")).to.deep.equal(done.filter((s) => s <= bench.point().atSec));
  });
});
