import { expect } from "chai";
import { declare } from "../../cli/declare/run.ts";
import { shortfall } from "../../cli/declare/shortfall.ts";
import { situation } from "../../journal/situation.ts";
import { failureOf, holdingParts, holdingRuns, started, write } from "./cli-fixture.ts";
import { at, declareBench, lost, planned, reach } from "./declare-bench.ts";

describe("declare", () => {
  const bench = declareBench();
  const { run, kinds, said } = bench;

  it("writes a planned move, touches nothing and prints the next command", async () => {
    await run(planned);
    expect(await kinds()).to.deep.equal(["genesis", "declared", "move declared"]);
    expect(bench.world.restoring.has("data")).to.equal(true);
    expect(said()).to.contain("planned move from primary (London) to dr (Leeds)");
    expect(said()).to.contain("PULUMI_CONTINUE_ON_ERROR=true PULUMI_PARALLEL=64 pulumi up -s dr-active");
  });

  it("refuses a planned move to a site that follows nothing since the last move, and writes nothing", async () => {
    await write(bench.project, [lost, started(2), { kind: "completed", epoch: 1, owed: [], exceptions: [] }]);
    const before = await kinds();
    const { message } = await failureOf(run({ ...planned, to: "primary", overrideCoolDown: "a test" }));
    expect(message).to.match(
      /^there is no standby to move to: none since .* Nothing was declared\. First give dr/,
    );
    expect(message).to.contain("parallel-standby reprotect");
    expect(await kinds()).to.deep.equal(before);
  });

  it("asks for a look, and not for another re-protection, where a site that follows had no point when it was looked at", async () => {
    await write(bench.project, [
      lost,
      started(2),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
      { kind: "re-protected", epoch: 1, site: "primary", as: "op", saved: [] },
      {
        kind: "readiness",
        to: "primary",
        verdict: "not ready",
        findings: [{ id: "no-point:data", severity: "stops", at: "data", says: "there is no point" }],
        noted: {},
      },
    ]);
    const { message } = await failureOf(run({ ...planned, to: "primary", overrideCoolDown: "a test" }));
    expect(message).to.match(
      /Nothing was declared\. First look whether the standby has a point by now: parallel-standby readiness$/,
    );
  });

  it("lets a planned move go back to a site that was adopted, where provisioning writes nothing, once reprotect has ended", async () => {
    await write(bench.project, [
      lost,
      started(2),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
      { kind: "re-protected", epoch: 1, site: "primary", as: "op", saved: [] },
    ]);
    await run({ ...planned, to: "primary", overrideCoolDown: "a test" });
    expect((await kinds()).at(-1)).to.equal("move declared");
  });

  it("says with a planned move what the last look at readiness came to", async () => {
    await run(planned);
    expect(said()).to.contain(
      'readiness: not looked at since the last move. Run "parallel-standby readiness"',
    );
    await write(bench.project, [
      {
        kind: "readiness",
        to: "dr",
        verdict: "not ready",
        findings: [{ id: "a", severity: "stops", at: "data", says: "no logs" }],
        predictedSec: 9,
        noted: {},
      },
    ]);
    await run(planned);
    expect(said()).to.match(
      /readiness: NOT READY for dr, 1 finding, at 20.*\. Look with "parallel-standby readiness"/,
    );
  });

  it("says that a drill which is open is ended before the move begins", async () => {
    await write(bench.project, [
      { kind: "drill declared", drill: 4, site: "dr", epoch: 0, as: "ann", check: "full", limitHours: 24 },
      {
        kind: "drill started",
        drill: 4,
        factsHash: "f",
        planHash: "p",
        scope: "data only",
        groups: ["data"],
      },
    ]);
    await run(planned);
    expect(said()).to.contain(
      "drill 4 is open: none of its steps acts any more, and what it has made is removed before the move begins",
    );
  });

  it("prints the next command as PowerShell takes it on Windows", async () => {
    await declare(
      planned,
      bench.project,
      { parts: holdingParts, runs: holdingRuns(bench.world) },
      { ...bench.terminal, platform: "win32" },
    );
    expect(said()).to.contain('$env:PULUMI_PARALLEL="64"; pulumi up -s dr-active');
  });

  it("holds at once when the site is lost, and says what would be lost and what proves it", async () => {
    await run(lost);
    expect(bench.world.restoring.has("data")).to.equal(false);
    expect(await kinds()).to.deep.equal(["genesis", "declared", "move declared", "held"]);
    expect([...situation(await bench.project.journal.entries()).held]).to.deep.equal(["data"]);
    expect(said()).to.contain("held: data: restore jobs of data are stopped");
    expect(said()).to.contain(
      "2:30:00 of data would be lost to the declared time of the disaster (4:00:00 accepted, target 4:00:00)",
    );
    expect(said()).to.contain("db: db_0040.trn");
    expect(said()).to.contain("restoring stands still");
  });

  it("declares even where holding fails, says so, and ends with code 3 and the next thing to do", async () => {
    bench.world.fails.set("data", "SQLDR01 refuses the login");
    const failure = await failureOf(run(lost));
    expect(failure.exitCode).to.equal(3);
    expect(failure.message).to.match(/declared, but 1 part is not held \(data\).*declare/);
    expect(said()).to.contain("NOT HELD: data: data/hold: SQLDR01 refuses the login");
    expect(said()).to.contain("data/hold-again: not tried: it needs data/hold first");
    expect(said()).to.contain("Do not wait");
    const s = situation(await bench.project.journal.entries());
    expect(s.declaration?.as).to.equal("R. Okafor");
    expect(s.held.size).to.equal(0);
    expect(s.verdicts.size, "a failed hold is no step of an activation").to.equal(0);
  });

  it("holds again when it is declared again", async () => {
    bench.world.fails.set("data", "not now");
    await failureOf(run(lost));
    bench.world.fails.clear();
    await run(lost);
    expect(situation(await bench.project.journal.entries()).held.has("data")).to.equal(true);
  });

  it("ends with code 4 and no next command where more would be lost than was accepted, and names what holds it back", async () => {
    const failure = await failureOf(run({ ...lost, acceptLossSec: 3600 }));
    expect(failure.exitCode).to.equal(4);
    expect(failure.message).to.match(
      /^declared, but there is no point for data as things stand: "pulumi up -s dr-active" would stop/,
    );
    expect(said()).to.match(
      /data: NO POINT as things stand: 2:30:00 of data would be lost .*db reaches only 2026-11-22 00:40:00 UTC \(its newest log is db_0040\.trn\).*--accept-loss 2h30m/,
    );
    expect(said()).to.not.contain("next:");
    expect(said()).to.not.contain("PULUMI_PARALLEL");
    expect(
      situation(await bench.project.journal.entries()).held.has("data"),
      "it holds all the same",
    ).to.equal(true);
  });

  it("names both where something is not held and there is no point", async () => {
    bench.world.fails.set("data", "SQLDR01 refuses the login");
    bench.world.reach = { db: { refused: "a log is missing" } };
    const failure = await failureOf(run(lost));
    expect(failure.exitCode).to.equal(4);
    expect(failure.message).to.match(/1 part is not held \(data\)[^]*no point for data/);
    expect(failure.message).to.not.contain("go on at once");
  });

  it("says that the other groups would move without the one that has no point", () => {
    const chosen = { atSec: 0, to: "time", lossSec: 0, databases: [] } as const;
    const seen = [
      { group: "k2", point: chosen },
      { group: "claims", point: { refused: "a log is missing" } },
    ];
    expect(shortfall("dr", [], seen)?.says).to.match(
      /no point for claims .* would stop before it opens a database of it, and move the rest \(1 group\) without\./,
    );
    expect(shortfall("dr", [], seen.slice(0, 1))).to.equal(undefined);
  });

  it("says what the latest point would lose beside the one that was asked for", async () => {
    bench.world.reach = { db: reach(at("03:03:00")) };
    await run({ ...lost, point: { minutesBefore: 120 } });
    expect(said()).to.contain("2:00:00 of data would be lost to the declared time of the disaster");
    expect(said()).to.contain("at the latest point: 0:07:00, with --point latest");
  });

  it("says nothing of a latest point where nothing is gained by it", async () => {
    await run({ ...lost, point: { minutesBefore: 120 } });
    expect(said()).to.contain("2:30:00 of data would be lost");
    expect(said()).to.not.contain("--point latest");
  });

  it("says that a loss which was accepted is more than the target", async () => {
    bench.world.reach = { db: { ...reach(at("00:00:00") - 7200), fromSec: at("00:00:00") - 9000 } };
    await run({ ...lost, acceptLossSec: 6 * 3600 });
    expect(said()).to.contain("(6:00:00 accepted, target 4:00:00: MORE THAN THE TARGET)");
  });

  it("refuses what could begin nothing: the target is active already", async () => {
    const { message } = await failureOf(run({ ...planned, to: "primary" }));
    expect(message).to.equal("primary is active already: there is nothing to declare");
    expect(await kinds()).to.deep.equal(["genesis", "declared"]);
  });

  it("refuses a move that is past no return, and one toward the other site before it", async () => {
    await write(bench.project, [planned, started(2)]);
    expect((await failureOf(run({ ...planned, to: "primary" }))).message).to.contain(
      "activation 1 toward dr is unfinished",
    );
    await write(bench.project, [{ kind: "no return", epoch: 1, step: "open" }]);
    expect((await failureOf(run(lost))).message).to.contain(
      'past the point of no return: it needs no declaration. Finish it with "pulumi up -s dr-active"',
    );
  });

  it("takes a new declaration toward the same site before no return: the primary died in a planned move", async () => {
    await write(bench.project, [planned, started(2, { mode: "planned" })]);
    await run(lost);
    expect(situation(await bench.project.journal.entries()).declaration?.mode).to.equal("unplanned");
  });

  it("refuses the journal of another estate", async () => {
    const other = { ...bench.project, estate: { ...bench.project.estate, name: "contoso" } };
    const failure = await failureOf(
      declare(planned, other, { parts: holdingParts, runs: holdingRuns(bench.world) }, bench.terminal),
    );
    expect(failure.message).to.contain('belongs to the estate "toys", not to "contoso"');
  });
});
