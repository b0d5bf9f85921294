import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { Refused } from "../../steps/act.ts";
import { abandoned, completed, declared, entriesFor, genesis, moveTo, started } from "./journal-facts.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure, jobs, state } from "./log-shipping-looks.ts";

/** Answers the first questions with yes, and says then what others have done meanwhile. */
function until(late: number): { readonly mayStillAct: () => Promise<void>; readonly asked: () => number } {
  let asked = 0;
  return {
    mayStillAct: () =>
      ++asked < late ? Promise.resolve() : Promise.reject(new Refused("activation 1 was abandoned")),
    asked: () => asked,
  };
}

describe("log shipping: a step that has slept while others ended its move", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  const over: readonly Fact[] = [genesis, declared, moveTo("dr"), started(1), abandoned(1)];
  const tail = (late: number, facts: readonly Fact[]): Promise<string> =>
    failure(
      bench.verb(
        "sql/log-shipping/take-tail",
        { part: "data", database: "K2", host: "SQLPRD01" },
        {
          to: "dr",
          activation: { epoch: 1, mode: "planned" },
          mayStillAct: until(late).mayStillAct,
          journal: { entries: () => Promise.resolve(entriesFor(...facts)) },
        },
      ),
    );

  it("does not close production: it asks before it stops the jobs, and again before the tail", async () => {
    bench = await shippingBench(4);
    const before = await jobs(bench, "primary");
    expect(before).to.include({ LSBackup_K2: 1, "parallel-standby full K2": 1 });
    for (const late of [1, 2]) {
      expect(await tail(late, over)).to.equal("activation 1 was abandoned");
      expect(await state(bench, "primary"), `asked ${String(late)} times`).to.equal("ONLINE MULTI_USER");
      expect(await jobs(bench, "primary"), `asked ${String(late)} times`).to.deep.equal(before);
    }
  });

  it("stops no job where it may not act at all", async () => {
    bench = await shippingBench(4);
    const again = [...over, moveTo("dr"), started(2, "dr", 5)];
    const before = await jobs(bench, "primary");
    expect(await tail(1, again)).to.equal("activation 1 was abandoned");
    expect(await jobs(bench, "primary")).to.deep.equal(before);
  });

  it("leaves the jobs to another move that has begun since", async () => {
    bench = await shippingBench(4);
    const again = [...over, moveTo("dr"), started(2, "dr", 5)];
    expect(await tail(2, again)).to.equal("activation 1 was abandoned");
    expect(await state(bench, "primary")).to.equal("ONLINE MULTI_USER");
    expect((await jobs(bench, "primary"))["LSBackup_K2"]).to.equal(0);
  });

  it("restores no log more, asked before each", async () => {
    bench = await shippingBench(40);
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 0, until: "roll-forward" });
    const said = bench.said.length;
    const asks = until(2);
    const why = await failure(
      bench.verb(
        "sql/log-shipping/roll-forward",
        { part: "data", database: "K2", host: "SQLDR01" },
        { to: "dr", activation: { epoch: 1, mode: "unplanned" }, mayStillAct: asks.mayStillAct },
      ),
    );
    expect(why).to.equal("activation 1 was abandoned");
    expect(asks.asked()).to.equal(2);
    expect(bench.said.slice(said).filter((line) => /^restored \d+ of/.test(line))).to.have.length(1);
  });

  const salvage = (late: number, facts: readonly Fact[]): Promise<string> =>
    failure(
      bench.verb(
        "sql/log-shipping/salvage",
        {
          database: "K2",
          host: "SQLPRD01",
          source: "SQLDR01",
          backupFolder: "S:\\LogShip",
          copyTo: "D:\\LogShip",
          salvageTo: "S:\\Salvage",
        },
        {
          to: "primary",
          mayStillAct: until(late).mayStillAct,
          journal: { entries: () => Promise.resolve(entriesFor(...facts)) },
        },
      ),
    );
  const wentBack: readonly Fact[] = [
    ...[genesis, declared, moveTo("dr"), started(1), completed(1)],
    ...[moveTo("primary"), started(2, "primary", 5)],
  ];

  it("does not close by re-protection what has become production: asked before it opens, backs up, takes the tail", async () => {
    bench = await shippingBench(4);
    const before = await jobs(bench, "primary");
    for (const late of [1, 2, 3]) {
      const asked = `asked ${String(late)} times`;
      expect(await salvage(late, [...wentBack, completed(2)]), asked).to.equal("activation 1 was abandoned");
      expect(await state(bench, "primary"), asked).to.equal("ONLINE MULTI_USER");
      expect(await jobs(bench, "primary"), asked).to.deep.equal(before);
    }
  });

  it("opens nothing for re-protection where it may not act at all", async () => {
    bench = await shippingBench(4);
    await bench.run("primary", "ALTER DATABASE K2 SET OFFLINE");
    expect(await salvage(1, [...wentBack, completed(2)])).to.equal("activation 1 was abandoned");
    expect(await state(bench, "primary")).to.match(/^OFFLINE /);
  });

  it("lets nobody in at a site that is still left, or that a move is on its way to", async () => {
    bench = await shippingBench(4);
    for (const facts of [wentBack.slice(0, 5), wentBack]) {
      expect(await salvage(3, facts)).to.equal("activation 1 was abandoned");
      expect(await state(bench, "primary")).to.equal("ONLINE SINGLE_USER");
      expect((await jobs(bench, "primary"))["LSBackup_K2"]).to.equal(0);
    }
  });

  it("lets nobody in where re-protection fails and is not refused: there is something left to save", async () => {
    bench = await shippingBench(4);
    await bench.disk("primary").write("S:\\Salvage", Buffer.from("a file, no folder"));
    expect(await salvage(99, wentBack.slice(0, 5))).not.to.equal("it went well");
    expect(await state(bench, "primary")).to.equal("ONLINE SINGLE_USER");
    expect((await jobs(bench, "primary"))["LSBackup_K2"]).to.equal(0);
  });

  it("retires no job where it may not act any more", async () => {
    bench = await shippingBench(4);
    const before = await jobs(bench, "primary");
    const retire = bench.verb(
      "sql/log-shipping/retire-jobs",
      { database: "K2", host: "SQLPRD01", role: "source" },
      { to: "primary", mayStillAct: until(1).mayStillAct },
    );
    expect(await failure(retire)).to.equal("activation 1 was abandoned");
    expect(await jobs(bench, "primary")).to.deep.equal(before);
  });
});
