import { expect } from "chai";
import { withdraw } from "../../cli/withdraw/run.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import type { Recovery } from "../../model/recovery.ts";
import {
  begun,
  failureOf,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  started,
  tempProject,
  write,
  writtenTerminal,
  type HoldWorld,
  type Written,
} from "./cli-fixture.ts";

const declared: Fact = {
  kind: "move declared",
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10:00Z",
  acceptLossSec: 14_400,
};
const held = (part: string): Fact => ({ kind: "held", part, says: "restore jobs are stopped" });
const step: Fact = {
  kind: "step",
  epoch: 1,
  step: "data/hold",
  phase: "hold",
  verdict: "started",
  critical: true,
  says: "",
};

describe("withdraw", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let world: HoldWorld;
  let terminal: Written;
  const run = (): Promise<void> =>
    withdraw(
      { as: "op", reason: "the line is back" },
      project,
      { parts: holdingParts, runs: holdingRuns(world) },
      terminal,
    );
  const begin = (facts: readonly Fact[], recovery: Recovery = holdingRecovery()): Promise<void> =>
    write(project, [...begun(recovery), ...facts]);
  const now = async (): Promise<ReturnType<typeof situation>> => situation(await project.journal.entries());

  beforeEach(async () => {
    project = await tempProject();
    world = holdWorld();
    world.restoring.clear();
    terminal = writtenTerminal();
  });
  afterEach(() => project.leave());

  it("takes the declaration back and lets restoring go on", async () => {
    await begin([declared, held("data")]);
    await run();
    expect(world.restoring.has("data")).to.equal(true);
    const s = await now();
    expect(s.declaration).to.equal(undefined);
    expect(s.held.size).to.equal(0);
    expect((await project.journal.entries()).slice(-2).map((e) => e.kind)).to.deep.equal([
      "withdrawn",
      "released",
    ]);
    expect(terminal.lines.join("\n")).to.contain("released: data: restore jobs of data run");
  });

  it("keeps what could not be released as held, and releases it when run again", async () => {
    await begin([declared, held("data")]);
    world.fails.set("data", "SQLDR01 refuses the login");
    const { message } = await failureOf(run());
    expect(message).to.contain("data/release: SQLDR01 refuses the login");
    expect((await now()).declaration, "it is withdrawn all the same").to.equal(undefined);
    expect([...(await now()).held]).to.deep.equal(["data"]);
    world.fails.clear();
    await run();
    expect((await now()).held.size).to.equal(0);
    expect((await project.journal.entries()).filter((e) => e.kind === "withdrawn")).to.have.lengthOf(1);
  });

  it("says how a part is set going again that knows no release", async () => {
    await begin([declared, held("stiff")], holdingRecovery("stiff"));
    expect((await failureOf(run())).message).to.contain(
      'stiff: it can\'t be released by itself; "pulumi up -s standby"',
    );
    expect([...(await now()).held]).to.deep.equal(["stiff"]);
  });

  it("abandons an activation of which no step has begun", async () => {
    await begin([declared, held("data"), started(2)]);
    await run();
    const s = await now();
    expect(s.ended.get(1)).to.equal("abandoned");
    expect(s.active).to.equal("primary");
    expect(world.restoring.has("data")).to.equal(true);
  });

  it("refuses where a step has begun", async () => {
    await begin([declared, held("data"), started(2), step]);
    expect((await failureOf(run())).message).to.contain(
      "activation 1 toward dr has begun: 1 of its steps ran",
    );
    expect((await now()).ended.size).to.equal(0);
    expect(world.restoring.has("data")).to.equal(false);
  });

  it("refuses while a run is under way, even before its first step", async () => {
    await begin([declared, started(2)]);
    const lease = await project.journal.store.lease("run", 5000);
    expect((await failureOf(run())).message).to.match(/activation 1 is under way: "run" of .* Stop it/);
    expect((await now()).ended.size).to.equal(0);
    if (isLease(lease)) await lease.release();
  });

  it("takes back a second declaration and leaves the hold to the activation that runs", async () => {
    await begin([declared, held("data"), started(2), step, declared]);
    await run();
    expect((await now()).declaration).to.equal(undefined);
    expect((await now()).held.has("data")).to.equal(true);
    expect(world.restoring.has("data")).to.equal(false);
  });

  it("says so where there is nothing to withdraw", async () => {
    await begin([]);
    expect((await failureOf(run())).message).to.contain("there is nothing to withdraw");
  });
});
