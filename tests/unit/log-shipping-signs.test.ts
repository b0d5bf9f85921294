import { expect } from "chai";
import { signs } from "../../components/sql/log-shipping/run.ts";
import type { Entry } from "../../journal/entries.ts";
import { logShippingBench, shippingBench, type Bench } from "./log-shipping-bench.ts";
import { entriesFor, genesis } from "./journal-facts.ts";

describe("log shipping: which site its databases show to be active", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());
  const seen = async (...entries: readonly Entry[]): Promise<Readonly<Record<string, string>>> => {
    const { io, end } = bench.io("dr", {
      journal: { entries: () => Promise.resolve([...entriesFor(genesis), ...entries]) },
    });
    try {
      const found = await signs(bench.facts, "primary", io);
      return Object.fromEntries(found.map((s) => [s.host ?? "", `${s.shows}: ${s.says}`]));
    } finally {
      await end();
    }
  };

  it("is the one where they are open, while the copies are being restored", async () => {
    bench = await shippingBench(2);
    expect(await seen()).to.deep.equal({
      SQLPRD01: "active: K2 on SQLPRD01 is ONLINE",
      SQLDR01: "passive: K2 on SQLDR01 is RESTORING",
    });
  });

  it("is the standby, too, where somebody has opened a copy by hand, and the old site not, once its tail was taken", async () => {
    bench = await shippingBench(2);
    await bench.run("primary", "BACKUP LOG K2 TO DISK = N'S:\\LogShip\\tail.trn' WITH NORECOVERY");
    await bench.run("dr", "RESTORE DATABASE K2 WITH RECOVERY");
    expect(await seen()).to.deep.equal({
      SQLPRD01: "passive: K2 on SQLPRD01 is RESTORING",
      SQLDR01: "active: K2 on SQLDR01 is ONLINE",
    });
    await bench.run("dr", "ALTER DATABASE K2 SET OFFLINE");
    expect((await seen())["SQLDR01"]).to.equal("passive: K2 on SQLDR01 is OFFLINE");
  });

  it("is not the standby where an installation has left a database open to which nothing was ever restored", async () => {
    bench = await logShippingBench();
    expect((await seen())["SQLDR01"]).to.equal("neither: K2 on SQLDR01 is missing");
    await bench.run("dr", "CREATE DATABASE K2");
    expect((await seen())["SQLDR01"]).to.match(/^neither: K2 on SQLDR01 is ONLINE, and no backup was ever/);
    const adopted = entriesFor(genesis, {
      kind: "adopted",
      active: "dr",
      epoch: 1,
      as: "ann",
      reason: "x",
      seen: [],
    });
    expect((await seen(...adopted.slice(1)))["SQLDR01"], "people have worked there").to.match(/^active/);
  });

  it("is shown by nothing where SQL Server does not answer", async () => {
    bench = await shippingBench(1);
    await bench.cut("dr");
    const found = await seen();
    expect(found["SQLPRD01"]).to.match(/^active/);
    expect(found["SQLDR01"]).to.match(/^neither: SQL Server on SQLDR01 cannot be looked into: /);
    await bench.mend("dr");
  });
});
