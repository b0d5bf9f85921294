import { expect } from "chai";
import * as logShippingRun from "../../components/sql/log-shipping/run.ts";
import type { LogShippingArgs } from "../../components/sql/log-shipping/index.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure, one, state, worked } from "./log-shipping-looks.ts";
import { drillOn } from "./log-shipping-drill-bench.ts";

const two: Partial<LogShippingArgs> = { databases: ["K2", "Claims"] };
const copies = (bench: Bench): Promise<unknown> =>
  one(bench, "dr", "SELECT COUNT(*) AS n FROM sys.databases WHERE name LIKE N'%drill%'");
const marked = async (bench: Bench): Promise<readonly string[]> =>
  (await bench.disk("dr").list(bench.at("dr").folders.data.replace(/\\$/, "")))
    .map((f) => f.name)
    .filter((name) => name.includes("__drill"));

describe("log shipping: a drill", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("copies every database at one moment, under another name, and leaves the standby's own and its jobs as they are", async () => {
    bench = await shippingBench(40, two);
    const own = {
      K2: await one(
        bench,
        "dr",
        "SELECT CONVERT(varchar(25), MAX(redo_start_lsn)) FROM sys.master_files WHERE database_id = DB_ID(N'K2')",
      ),
      history: await one(
        bench,
        "dr",
        "SELECT COUNT(*) FROM msdb.dbo.restorehistory WHERE destination_database_name IN (N'K2', N'Claims')",
      ),
    };
    const tried = await drillOn(bench);
    const ends = await tried.run("preflight", "restore", "verify");
    const { atSec } = tried.point();
    expect(atSec).to.equal(bench.clock.now() / 1000 - 7200);
    for (const database of ["K2", "Claims"] as const) {
      const there = await worked(bench, "dr", `${database}__drill1`);
      expect(there).to.deep.equal((await worked(bench, "primary", database)).filter((sec) => sec <= atSec));
      expect(there.length).to.be.greaterThan(20);
      expect(await state(bench, "dr", `${database}__drill1`)).to.equal("ONLINE RESTRICTED_USER");
      expect(await state(bench, "dr", database)).to.equal("RESTORING MULTI_USER");
      expect(ends.get(`data/drill-verify/${database}`)).to.match(
        new RegExp(
          `^done: ${database}__drill1 on SQLDR01 as of .* DBCC CHECKDB found no error; ${String(there.length)} rows in 1 tables; newest time .* in dbo.Work.doneAt, 0:00:00 before the point; READ_ONLY, RESTRICTED_USER, Service Broker and TRUSTWORTHY off$`,
        ),
      );
      expect(ends.get(`data/drill-shipping/${database}`)).to.match(
        /^already: .* lags \d:\d\d:\d\d behind its source/,
      );
    }
    expect(
      await one(
        bench,
        "dr",
        "SELECT CONVERT(varchar(25), MAX(redo_start_lsn)) FROM sys.master_files WHERE database_id = DB_ID(N'K2')",
      ),
    ).to.equal(own.K2);
    expect(
      await one(
        bench,
        "dr",
        "SELECT COUNT(*) FROM msdb.dbo.restorehistory WHERE destination_database_name IN (N'K2', N'Claims')",
      ),
    ).to.equal(own.history);
    expect(
      await one(
        bench,
        "dr",
        "SELECT COUNT(*) FROM sys.databases WHERE is_broker_enabled = 1 AND name LIKE N'%drill%'",
      ),
    ).to.equal(0);
    await bench.work(8);
    expect(
      Number(
        await one(
          bench,
          "dr",
          "SELECT COUNT(*) FROM msdb.dbo.restorehistory WHERE destination_database_name IN (N'K2', N'Claims')",
        ),
      ),
      "logs go on being restored beside the copies",
    ).to.be.greaterThan(Number(own.history));
  });

  it("finds everything done when it is run again, and leaves nothing when it is swept", async () => {
    bench = await shippingBench(40, two);
    const tried = await drillOn(bench);
    await tried.run("preflight", "restore", "verify");
    expect(await marked(bench)).to.have.length(4);
    for (const [id, end] of await tried.run("restore", "verify")) expect(end, id).to.match(/^already/);
    expect((await tried.run("sweep")).get("data/drill-sweep/SQLDR01")).to.equal(
      "done: nothing of drill 1 is on SQLDR01",
    );
    expect(await copies(bench)).to.equal(0);
    expect(await marked(bench)).to.deep.equal([]);
    expect((await tried.run("sweep")).get("data/drill-sweep/SQLDR01")).to.match(/^already/);
    expect(await state(bench, "dr")).to.equal("RESTORING MULTI_USER");
  });

  it("leaves alone what another estate's drill of that number has made on the same server", async () => {
    bench = await shippingBench(20);
    await bench.run(
      "dr",
      "CREATE DATABASE [Ledger__drill1] ON (NAME = N'a', FILENAME = N'D:\\Ledger__drill1_1.mdf') LOG ON (NAME = N'b', FILENAME = N'D:\\Ledger__drill1_2.ldf')",
    );
    const tried = await drillOn(bench, 60);
    await tried.run("restore", "sweep");
    expect(await copies(bench)).to.equal(1);
  });

  it("sweeps what half failed: a copy that is being restored, and one that nobody has checked", async () => {
    bench = await shippingBench(40, two);
    const tried = await drillOn(bench);
    const [k2, claims] = tried.drafts.restore ?? [];
    if (!k2 || !claims) throw new Error("no copies");
    await tried.step(k2);
    bench.at("dr").faults.failNext({
      statement: /RESTORE LOG \[Claims__drill1\]/,
      number: 3201,
      text: "Cannot open backup device.",
    });
    expect(await failure(tried.step(claims))).to.match(/Cannot open backup device/);
    expect(await state(bench, "dr", "Claims__drill1")).to.equal("RESTORING MULTI_USER");
    await tried.run("sweep");
    expect(await copies(bench)).to.equal(0);
    expect(await marked(bench)).to.deep.equal([]);
  });

  it("makes a copy anew that is not whole", async () => {
    bench = await shippingBench(40);
    const tried = await drillOn(bench);
    const [k2] = tried.drafts.restore ?? [];
    if (!k2) throw new Error("no copy");
    bench.at("dr").faults.failNext({
      statement: /RESTORE DATABASE \[K2__drill1\] WITH RECOVERY/,
      number: 3456,
      text: "no",
    });
    expect(await failure(tried.step(k2))).to.match(/no/);
    expect(await tried.step(k2)).to.match(/^done/);
    expect(bench.said.join("\n")).to.contain("dropping K2__drill1");
    expect(await worked(bench, "dr", "K2__drill1")).to.have.length.greaterThan(20);
  });

  it("is seen by its number on the server of the site that is looked at, and nothing that only looks like its copies", async () => {
    bench = await shippingBench(40, two);
    const looked = async (site: "primary" | "dr"): Promise<readonly number[]> => {
      const looking = bench.io(site);
      const numbers = await logShippingRun.drillsAt(bench.facts, looking.io);
      await looking.end();
      return numbers;
    };
    expect(await looked("dr")).to.deep.equal([]);
    await bench.run("dr", "CREATE DATABASE [K2__drill9]");
    await bench.run(
      "dr",
      "CREATE DATABASE [Ledger__drill8] ON (NAME = N'a', FILENAME = N'D:\\Ledger__drill8_1.mdf') LOG ON (NAME = N'b', FILENAME = N'D:\\Ledger__drill8_2.ldf')",
    );
    await (await drillOn(bench, 60, "full", 7)).run("restore");
    expect(await looked("dr")).to.deep.equal([7, 7]);
    expect(await looked("primary")).to.deep.equal([]);
  });

  it("never touches a database of somebody else that has the name of a copy: neither by restoring over it nor by sweeping", async () => {
    bench = await shippingBench(20);
    await bench.run("dr", "CREATE DATABASE [K2__drill1]");
    const tried = await drillOn(bench, 60);
    expect(await failure(tried.run("preflight"))).to.match(
      /SQLDR01 has a database K2__drill1 whose files do not bear that name: no drill has made it, and it is not touched/,
    );
    expect(await failure(tried.run("restore"))).to.match(/it is not touched/);
    expect((await tried.run("sweep")).get("data/drill-sweep/SQLDR01")).to.match(
      /^already: nothing of drill 1 is on SQLDR01 \(K2__drill1 has other files and is not touched\)/,
    );
    expect(await state(bench, "dr", "K2__drill1")).to.equal("ONLINE MULTI_USER");
  });

  it("is refused before anything is made where the disk would not hold the copies", async () => {
    bench = await shippingBench(20, two);
    bench.disk("dr").freeBytes = 20 * 2 ** 20;
    const tried = await drillOn(bench, 60);
    expect(await failure(tried.run("preflight"))).to.match(
      /SQLDR01 has no room for the copies: C:\\ has 20 MiB free, and the copies need 36 MiB there/,
    );
    expect(await copies(bench)).to.equal(0);
  });

  it("keeps a copy writable that does not pass its check, so that it never passes for a good one", async () => {
    bench = await shippingBench(20);
    const tried = await drillOn(bench, 60);
    await tried.run("restore");
    bench.at("dr").faults.failNext({
      statement: /DBCC CHECKDB/,
      number: 8928,
      text: "Object ID 1, page (1:153) could not be processed.",
    });
    expect(await failure(tried.run("verify"))).to.match(/page \(1:153\) could not be processed/);
    expect(
      await one(bench, "dr", "SELECT is_read_only FROM sys.databases WHERE name = N'K2__drill1'"),
    ).to.equal(false);
  });

  it("calls a copy unfit whose Service Broker somebody has enabled", async () => {
    bench = await shippingBench(20);
    const tried = await drillOn(bench, 60);
    await tried.run("restore");
    await bench.run("dr", "ALTER DATABASE [K2__drill1] SET ENABLE_BROKER WITH ROLLBACK IMMEDIATE");
    expect(await failure(tried.run("verify"))).to.match(
      /Service Broker of K2__drill1 on SQLDR01 is on, and a restore leaves it off/,
    );
  });

  it("stops between two logs once a move is declared", async () => {
    bench = await shippingBench(40);
    const tried = await drillOn(bench);
    const [k2] = tried.drafts.restore ?? [];
    if (!k2) throw new Error("no copy");
    let asked = 0;
    const why = await failure(
      tried.step(k2, {
        mayStillAct: () =>
          ++asked < 3 ? Promise.resolve() : Promise.reject(new Error("a move is declared")),
      }),
    );
    expect(why).to.equal("a move is declared");
    expect(await state(bench, "dr", "K2__drill1")).to.equal("RESTORING MULTI_USER");
  });

  it("says where a job was stopped beside it: then logs are not brought over", async () => {
    bench = await shippingBench(20);
    const tried = await drillOn(bench, 60);
    await bench.run("dr", "EXEC msdb.dbo.sp_update_job @job_name = N'LSRestore_SQLPRD01_K2', @enabled = 0");
    const [shipping] = (tried.drafts.verify ?? []).filter((d) => d.verb.endsWith("drill-shipping"));
    if (!shipping) throw new Error("no look at shipping");
    expect(await failure(tried.step(shipping))).to.match(
      /"LSRestore_SQLPRD01_K2" is disabled on SQLDR01: logs of K2 are not brought over/,
    );
  });

  it("says where replication has fallen behind by more than before and more than its schedule", async () => {
    bench = await shippingBench(40);
    const tried = await drillOn(bench);
    await bench.run("primary", "EXEC msdb.dbo.sp_update_job @job_name = N'LSBackup_K2', @enabled = 0");
    await bench.work(40);
    const [shipping] = (tried.drafts.verify ?? []).filter((d) => d.verb.endsWith("drill-shipping"));
    if (!shipping) throw new Error("no look at shipping");
    expect(await failure(tried.step(shipping))).to.match(/Replication has fallen behind beside the drill/);
  });
});
