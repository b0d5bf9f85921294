import { expect } from "chai";
import { failureOf } from "./cli-fixture.ts";
import { at, declareBench, lost, reach } from "./declare-bench.ts";

describe("declare", () => {
  const bench = declareBench();
  const { run, kinds, said } = bench;

  it("says first whether the old site is alive, and then the planned form before the next command", async () => {
    bench.world.life = "port 5555 of K2PRD01 answers";
    await run(lost);
    const [declared, life, held] = bench.terminal.lines;
    expect(declared).to.match(/^declared by R\. Okafor/);
    expect(life).to.equal("ALIVE: primary (London) works: data: port 5555 of K2PRD01 answers");
    expect(held).to.match(/^held: data/);
    expect(said()).to.match(
      /primary \(London\) answers\. .*nothing:\n {2}parallel-standby declare --to dr --mode planned --incident INC-77 --as "R\. Okafor"\nnext:/,
    );
    expect(said(), "the cutover fences what answers").to.not.contain("NOT FENCED");
  });

  it("says that the move will stop before it opens where nothing answers and nobody waived, and how to waive", async () => {
    await run(lost);
    expect(said()).to.match(/NO ANSWER from primary \(London\).*only the line to it is\. Ask somebody/);
    expect(said()).to.contain(
      '  parallel-standby declare --to dr --mode unplanned --disaster-at 2026-11-22T03:10:00Z --accept-loss 4h --incident INC-77 --as "R. Okafor" --waive-fence "how you know"',
    );
    expect(said().indexOf("NOT FENCED")).to.be.lessThan(said().indexOf("next:"));
  });

  it("asks for no waiver where one was given", async () => {
    await run({ ...lost, waiveFence: "power is cut" });
    expect(said()).to.contain("NO ANSWER from primary (London)");
    expect(said()).to.not.contain("NOT FENCED");
    expect(said()).to.contain("next:");
  });

  it("takes a log that was taken after the disaster for a sign of life, and prints the planned form", async () => {
    bench.world.reach = { db: reach(at("03:15:00")) };
    await run(lost);
    expect(said()).to.match(/STILL ALIVE after the declared time of the disaster: db: its newest log/);
    expect(said()).to.contain("--mode planned");
  });

  it("refuses a waiver while the old site answers, and declares nothing", async () => {
    bench.world.life = "port 5555 of K2PRD01 answers";
    const { message } = await failureOf(run({ ...lost, waiveFence: "power is cut" }));
    expect(message).to.contain("the fence cannot be waived: primary (London) is not dead");
    expect(message).to.contain("port 5555 of K2PRD01 answers");
    expect(await kinds()).to.deep.equal(["genesis", "declared"]);
    expect(bench.world.restoring.has("data"), "nothing is held").to.equal(true);
  });

  it("refuses a waiver where a log was taken after the disaster", async () => {
    bench.world.reach = { db: reach(at("03:15:00")) };
    const { message } = await failureOf(run({ ...lost, waiveFence: "power is cut" }));
    expect(message).to.contain(
      "db: its newest log (db_0040.trn) reaches 2026-11-22 03:15:00 UTC, later than the disaster",
    );
    expect(message).to.contain("Correct --disaster-at");
  });

  it("takes the tail of a log for no sign of life: whoever took it fenced the database", async () => {
    bench.world.reach = { db: reach(at("03:15:00"), true) };
    await run({ ...lost, waiveFence: "power is cut" });
    expect(said()).to.contain("THE FENCE IS WAIVED: power is cut");
  });
});
