import { expect } from "chai";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure, jobs, state, worked } from "./log-shipping-looks.ts";

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
});
