import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import * as run from "../../components/sql/log-shipping/run.ts";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { copyOnlyFull } from "../../components/sql/log-shipping/tsql/changes.ts";
import { lookupOf } from "../../model/recovery.ts";
import type { Draft } from "../../model/verb.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { already, failure, k2State, worked } from "./log-shipping-looks.ts";

const add = (bench: Bench, fact: Fact): void =>
  void bench.entries.push({
    ...fact,
    seq: bench.entries.length,
    prev: "",
    by: "",
    hash: "",
    at: new Date(bench.clock.now()).toISOString(),
  });

/** The journal of a move from primary to dr that has completed. */
function moved(bench: Bench): void {
  add(bench, { kind: "genesis", estate: "bench", active: "primary" });
  add(bench, {
    kind: "activation started",
    epoch: 1,
    from: "primary",
    to: "dr",
    mode: "unplanned",
    as: "op",
    factsHash: "f",
    planHash: "p",
    declaration: 0,
    acceptLossSec: 0,
  });
  add(bench, { kind: "completed", epoch: 1, owed: [], exceptions: [] });
}

const approve = (bench: Bench): void =>
  add(bench, { kind: "re-protect", epoch: 1, site: "primary", as: "op", reason: "power is back" });

const reprotection = (
  bench: Bench,
): { readonly save: readonly Draft[]; readonly follow: readonly Draft[] } => {
  const made = logShipping.reprotect?.(
    "data",
    bench.facts,
    { from: "dr", to: "primary", mode: "planned" },
    lookupOf({ hosts: [...bench.hosts], parts: [] }),
  );
  if (!made) throw new Error("log shipping does not re-protect");
  return made;
};

const save = async (bench: Bench): Promise<string> => {
  const [draft] = reprotection(bench).save;
  const ended = await bench.verb("sql/log-shipping/salvage", draft?.args, { to: "primary" });
  return `${ended.verdict}: ${ended.says}`;
};

/** Production is lost, the standby is opened before its end, and production comes back with its database open. */
async function lostAndBack(): Promise<Bench> {
  const bench = await shippingBench(40);
  await bench.cut("primary");
  await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
  moved(bench);
  await bench.work(8, "dr");
  await bench.mend("primary");
  return bench;
}

/** What the files of a re-protection hold, restored beside production at the site that was active: seconds since 1970. */
async function restored(bench: Bench, full: string, tail: string): Promise<readonly number[]> {
  await bench.run(
    "primary",
    `RESTORE DATABASE [Saved] FROM DISK = N'${full}' WITH NORECOVERY, MOVE N'K2' TO N'S:\\saved.mdf', MOVE N'K2_log' TO N'S:\\saved.ldf'; RESTORE LOG [Saved] FROM DISK = N'${tail}' WITH RECOVERY;`,
  );
  return worked(bench, "primary", "Saved");
}

describe("log shipping: what a site holds that was active is saved before it follows", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("is never overwritten by provisioning, open, offline or closed by its tail, told to reseed or not", async () => {
    bench = await lostAndBack();
    const reseed = "2026-11-23 after the disaster";
    const refusal =
      /this site was active: it may hold the only copy.*"pulumi up" never overwrites it\. Run "parallel-standby reprotect/;
    for (const close of [
      "SELECT 1",
      "ALTER DATABASE K2 SET OFFLINE",
      "ALTER DATABASE K2 SET ONLINE; BACKUP LOG K2 TO DISK = N'D:\\backup\\x.trn' WITH NORECOVERY",
    ]) {
      await bench.run("primary", close);
      for (const change of [{}, { reseed }, { replaces: ["K2"] }])
        expect((await bench.provision("primary", "dr", change)).get("data-seed-K2"), close).to.match(refusal);
    }
  });

  it("is not overwritten either where somebody approved it and it was not saved, or is open again since", async () => {
    bench = await lostAndBack();
    approve(bench);
    const refusal = /"pulumi up" never overwrites it/;
    expect((await bench.provision("primary", "dr")).get("data-seed-K2")).to.match(refusal);
    await save(bench);
    await bench.run("primary", "RESTORE DATABASE K2 WITH RECOVERY; ALTER DATABASE K2 SET MULTI_USER");
    expect((await bench.provision("primary", "dr")).get("data-seed-K2")).to.match(refusal);
  });

  it("saves every row that only the old site has, closes it, and then it follows", async () => {
    bench = await lostAndBack();
    const lost = await worked(bench, "primary");
    expect(lost.length).to.be.greaterThan((await worked(bench, "dr")).length - 8);
    const says = await save(bench);
    const [, full, tail] = /is saved: (\S+\.bak), (\S+\.trn)$/.exec(says) ?? [];
    expect(says).to.match(/^done: K2 on SQLPRD01 is saved: S:\\LogShip-Salvage\\K2_salvage_\d{14}\.bak, /);
    expect(await k2State(bench, "primary")).to.equal("RESTORING");
    expect(await save(bench), "a second time").to.match(/^already/);
    expect(await restored(bench, full ?? "", tail ?? "")).to.deep.equal(lost);
    approve(bench);
    const ends = await bench.provision("primary", "dr");
    expect(ends.get("data-seed-K2")).to.match(/^done: K2 on SQLPRD01 follows SQLDR01/);
    await bench.work(30, "dr");
    const before = await worked(bench, "dr");
    await bench.move({ to: "primary", mode: "planned" });
    expect(await worked(bench, "primary"), "the way back loses nothing").to.deep.equal(before);
    await bench.work(4, "primary");
    await bench.provision("dr", "primary");
    await bench.work(20, "primary");
    const again = await worked(bench, "primary");
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr"), "and so does the next move").to.deep.equal(again);
  });

  it("saves a database that the move itself took offline", async () => {
    bench = await lostAndBack();
    await bench.run("primary", "ALTER DATABASE K2 SET OFFLINE");
    const { io, end } = bench.io("primary");
    const reach = logShipping.reach(bench.facts, await run.observe(bench.facts, io)).get("K2");
    await end();
    expect(reach, "nobody is told to drop lost production").to.deep.equal({
      refused:
        'its state is OFFLINE. Its site was left and is not re-protected, so it may hold what no other copy has: "parallel-standby reprotect" saves it and has it follow; never drop it. Where the site that took over is lost too, it is the newest copy that is left: docs/cutover.md, "When both sites are lost"',
    });
    expect(await save(bench)).to.match(/^done: K2 on SQLPRD01 is saved/);
  });

  it("saves what an unplanned move left in a tail beyond its point", async () => {
    bench = await shippingBench(40);
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0 });
    moved(bench);
    await bench.work(8, "dr");
    expect(await k2State(bench, "primary")).to.equal("RESTORING");
    expect(await save(bench)).to.match(/^done: K2 on SQLPRD01 is saved/);
  });

  it("saves it also a month later, and where the server's history was cleaned: what proves nothing is no proof of a copy", async () => {
    for (const forget of [
      (): Promise<unknown> => bench.clock.advance(31 * 24 * 3_600_000),
      (): Promise<unknown> =>
        bench.run("primary", "DELETE FROM msdb.dbo.restorehistory; DELETE FROM msdb.dbo.backupset"),
    ]) {
      bench = await shippingBench(40);
      await bench.move({ mode: "unplanned", disasterMinutesAgo: 45 });
      moved(bench);
      await bench.work(8, "dr");
      await forget();
      expect(await save(bench)).to.match(/^done: K2 on SQLPRD01 is saved/);
      await bench.close();
    }
    bench = await shippingBench(0);
  });

  it("finds nothing to save where the planned move has brought everything over, or where there is no database", async () => {
    bench = await shippingBench(8);
    await bench.move({ mode: "planned" });
    moved(bench);
    await bench.work(4, "dr");
    expect(await save(bench)).to.match(/^already: .*holds nothing of its own: it can follow SQLDR01/);
    already(await bench.provision("dr", "dr"));
    expect((await bench.provision("primary", "dr")).get("data-seed-K2")).to.match(/^already/);
    await bench.run("primary", "DROP DATABASE K2");
    expect(await save(bench)).to.match(/^already: SQLPRD01 has no database K2: there is nothing to save/);
  });

  it("takes no log that is missed later: its tail is beside the chain", async () => {
    bench = await lostAndBack();
    await save(bench);
    const [row] = await bench.run(
      "primary",
      "SELECT TOP (1) CONVERT(int, is_copy_only) AS c, CONVERT(int, is_force_offline) AS t FROM msdb.dbo.backupset WHERE database_name = N'K2' ORDER BY backup_set_id DESC",
    );
    expect(row).to.deep.include({ c: 1, t: 1 });
  });

  it("goes on where it was killed between the full backup and the tail", async () => {
    bench = await lostAndBack();
    await bench.run("primary", "EXEC master.sys.xp_create_subdir N'S:\\LogShip-Salvage'");
    await bench.run("primary", copyOnlyFull("K2", "S:\\LogShip-Salvage\\K2_salvage_1.bak", false));
    const lost = await worked(bench, "primary");
    const says = await save(bench);
    const [, full, tail] = /is saved: (\S+\.bak), (\S+\.trn)$/.exec(says) ?? [];
    expect(full).not.to.equal("S:\\LogShip-Salvage\\K2_salvage_1.bak");
    expect(await restored(bench, full ?? "", tail ?? "")).to.deep.equal(lost);
  });

  it("does not take for saved what is not in the folder any more", async () => {
    bench = await lostAndBack();
    const [, full] = /is saved: (\S+\.bak)/.exec(await save(bench)) ?? [];
    await bench.disk("primary").remove(full ?? "");
    approve(bench);
    expect((await bench.provision("primary", "dr")).get("data-seed-K2")).to.match(/never overwrites it/);
    expect(await save(bench), "it is saved anew").to.match(/^done/);
  });

  it("does not take for saved what was backed up and restored after its tail", async () => {
    bench = await lostAndBack();
    await save(bench);
    await bench.run("primary", "RESTORE DATABASE K2 WITH RECOVERY; ALTER DATABASE K2 SET MULTI_USER");
    const later = "S:\\LogShip-Salvage\\K2_by_hand.bak";
    await bench.run("primary", copyOnlyFull("K2", later, false));
    await bench.run("primary", `RESTORE DATABASE K2 FROM DISK = N'${later}' WITH NORECOVERY, REPLACE`);
    expect(await k2State(bench, "primary")).to.equal("RESTORING");
    expect(await save(bench)).to.match(/^done/);
  });

  it("says what to do by hand where a database can't be backed up", async () => {
    bench = await lostAndBack();
    await bench.run("primary", "ALTER DATABASE K2 SET EMERGENCY");
    expect(await failure(save(bench))).to.match(
      /K2 on SQLPRD01 is EMERGENCY and can't be backed up\. Stop SQL Server there, copy the files/,
    );
  });
});
