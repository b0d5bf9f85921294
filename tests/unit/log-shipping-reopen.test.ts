import { expect } from "chai";
import { Refused } from "../../steps/act.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";
import { failure, jobs, state, worked } from "./log-shipping-looks.ts";

const reopened = async (bench: Bench): Promise<string> => {
  const { verdict, says } = await bench.verb(
    "sql/log-shipping/reopen",
    { database: "K2", host: "SQLPRD01" },
    { to: "primary" },
  );
  bench.entries.push({
    kind: "step",
    epoch: 1,
    step: "data/reopen/K2",
    phase: "reopen",
    verdict: "started",
    critical: true,
    says: "",
    seq: 0,
    prev: "",
    by: "",
    hash: "",
    at: new Date(bench.clock.now()).toISOString(),
  });
  return `${verdict}: ${says}`;
};

describe("log shipping: a move that is abandoned", function () {
  this.timeout(60_000);
  let bench: Bench;
  afterEach(() => bench.close());

  it("opens the source again with all that was written, ships on, and the next planned move loses nothing", async () => {
    bench = await shippingBench(8);
    await bench.run("primary", "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", "K2");
    await bench.move({ mode: "planned", until: "open" });
    const before = (await worked(bench, "dr").catch(() => [])).length;
    expect(before, "the standby is closed").to.equal(0);
    await bench.clock.advance(60_000);
    expect(await reopened(bench)).to.match(
      /^done: K2 on SQLPRD01 is ONLINE MULTI_USER, "LSBackup_K2" is enabled, "parallel-standby full K2" is enabled/,
    );
    expect(await reopened(bench)).to.match(/^already/);
    await bench.verb("sql/log-shipping/release", { database: "K2", host: "SQLDR01" });
    await bench.work(20);
    const done = await worked(bench, "primary");
    expect(done).to.have.length(29);
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.deep.equal(done);
  });

  it("takes the tail anew where the move is declared again before the estate is at rest", async () => {
    bench = await shippingBench(4);
    await bench.move({ mode: "planned", until: "open" });
    await bench.clock.advance(60_000);
    await reopened(bench);
    await bench.run("primary", "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", "K2");
    await bench.clock.advance(60_000);
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.have.length(5);
  });

  it("goes back past no return: the target closed and its jobs off, the source open with all that it had, and shipping", async () => {
    bench = await shippingBench(8);
    await bench.move({ mode: "planned" });
    const moved = await worked(bench, "dr");
    await bench.run("dr", "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", "K2");
    const at = { to: "primary" } as const;
    const old = { database: "K2", host: "SQLPRD01" };
    const target = { database: "K2", host: "SQLDR01" };
    const look = (): Promise<unknown> => bench.verb("sql/log-shipping/returnable", old, at);
    expect(await look()).to.include({ says: "K2 on SQLPRD01 is closed by its own tail" });
    await bench.verb("sql/log-shipping/retire-jobs", { ...target, role: "source" }, at);
    await bench.verb("sql/log-shipping/close-old", target, at);
    expect(await state(bench, "dr")).to.match(/^OFFLINE/);
    await bench.clock.advance(60_000);
    expect(await reopened(bench)).to.match(/^done: K2 on SQLPRD01 is ONLINE MULTI_USER/);
    expect(await look(), "gone on with after a crash").to.include({ says: "K2 on SQLPRD01 is ONLINE" });
    expect(await worked(bench, "primary")).to.deep.equal(moved);
    expect((await jobs(bench, "dr"))["LSBackup_K2"], "no log backup of what is offline").to.equal(0);
    expect((await jobs(bench, "primary"))["LSBackup_K2"]).to.equal(1);
  });

  it("does not go back to a source that no tail of its own has closed: what that would lose is not known", async () => {
    bench = await shippingBench(30);
    await bench.cut("primary");
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 5 });
    await bench.mend("primary");
    await bench.verb("sql/log-shipping/close-old", { database: "K2", host: "SQLPRD01" }, { to: "dr" });
    expect(
      await failure(
        bench.verb("sql/log-shipping/returnable", { database: "K2", host: "SQLPRD01" }, { to: "primary" }),
      ),
    ).to.match(/K2 on SQLPRD01 is OFFLINE: what opening it would lose is not known. Finish the move instead/);
  });

  it("ships on to a standby that was rolled forward to a point in the middle of a log", async () => {
    bench = await shippingBench(30);
    await bench.clock.advance(7 * 60_000);
    await bench.move({ mode: "unplanned", disasterMinutesAgo: 5, until: "open" });
    await bench.clock.advance(60_000);
    expect(await reopened(bench)).to.match(/^done: K2 on SQLPRD01 is ONLINE MULTI_USER/);
    await bench.verb("sql/log-shipping/release", { database: "K2", host: "SQLDR01" });
    await bench.work(20);
    const done = await worked(bench, "primary");
    await bench.move({ mode: "planned" });
    expect(await worked(bench, "dr")).to.deep.equal(done);
  });

  it("opens nothing, lets nobody in and sets no job going once others have ended what it belongs to, asked before each", async () => {
    bench = await shippingBench(4);
    await bench.move({ mode: "planned", until: "open" });
    await bench.clock.advance(60_000);
    const looks = async (): Promise<unknown> => [
      await state(bench, "primary"),
      await jobs(bench, "primary"),
      await state(bench, "dr"),
      await jobs(bench, "dr"),
    ];
    const old = { database: "K2", host: "SQLPRD01" };
    const target = { database: "K2", host: "SQLDR01" };
    for (const [verb, of, to, late] of [
      ["open", { part: "data", ...target }, "dr", 1],
      ["reopen", old, "primary", 1],
      // It is open by then; and here it is closed to all but one.
      ["reopen", old, "primary", 2],
      ["reopen", old, "primary", 1],
      ["release", target, "dr", 1],
    ] as const) {
      if (late === 1 && String(await state(bench, "primary")).startsWith("ONLINE"))
        await bench.run("primary", "ALTER DATABASE [K2] SET SINGLE_USER WITH ROLLBACK IMMEDIATE");
      let count = 0;
      let before: unknown;
      const mayStillAct = async (): Promise<void> => {
        if (++count < late) return;
        before = await looks();
        throw new Refused("activation 2 has begun since");
      };
      expect(
        await failure(bench.verb(`sql/log-shipping/${verb}`, of, { to, mayStillAct })),
        `${verb}, asked ${String(late)} times`,
      ).to.match(/activation 2 has begun since/);
      expect(await looks(), `${verb}, asked ${String(late)} times`).to.deep.equal(before);
    }
    expect((await jobs(bench, "primary"))["LSBackup_K2"]).to.equal(0);
    expect(await state(bench, "dr"), "what was refused stays closed").not.to.match(/^ONLINE/);
  });

  it("does not open a database that is being restored for another reason", async () => {
    bench = await shippingBench(2);
    const says = await bench
      .verb("sql/log-shipping/reopen", { database: "K2", host: "SQLDR01" }, { to: "dr" })
      .then(
        () => "it went well",
        (e: unknown) => String(e),
      );
    expect(says).to.match(/K2 on SQLDR01 is RESTORING, and its last backup is no tail/);
  });
});
