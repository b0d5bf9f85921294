import { expect } from "chai";
import { guardFile } from "../../components/windows/guard/place.ts";
import type { Fact } from "../../journal/entries.ts";
import { asleepAt } from "../../lab/simulator/lab/asleep.ts";
import { hashOf } from "../../model/recovery.ts";
import { failureOf, started } from "./cli-fixture.ts";
import { guarded, guardedBench, tasks, type GuardedBench } from "./guarded-bench.ts";
import { until } from "./until.ts";

describe("guard remove, where it may not be", function () {
  this.timeout(60_000);
  let bench: GuardedBench;
  beforeEach(async () => {
    bench = await guardedBench();
  });
  afterEach(() => bench.close());

  it("changes nothing where it is refused, and says what to do", async () => {
    const text = await bench.project.journal.store.read();
    const declared = (): Fact => {
      const before = bench.recovery(true);
      return { kind: "declared", factsHash: hashOf(before), recovery: before };
    };
    const lost: Fact = {
      kind: "move declared",
      to: "dr",
      mode: "unplanned",
      as: "bob",
      disasterAt: "2026-11-22T03:10:00Z",
      acceptLossSec: 14_400,
    };
    const owed: readonly Fact[] = [
      started(0),
      {
        kind: "step",
        epoch: 1,
        step: "k2/stop/K2PRD01/K2 Server",
        phase: "fence-apps",
        verdict: "failed",
        critical: false,
        says: "no answer",
      },
      { kind: "no return", epoch: 1, step: "x" },
      { kind: "completed", epoch: 1, owed: ["k2/stop/K2PRD01/K2 Server"], exceptions: [] },
    ];
    const abandoning: Fact = { kind: "abandoning", epoch: 1, as: "bob", reason: "x" };
    const cases: readonly (readonly [string, readonly Fact[], readonly string[], RegExp, boolean?])[] = [
      ["estate.ts has a guard", [], [], /estate\.ts still has a guard.*Take guard out/, true],
      [
        "the facts have one",
        [declared()],
        [],
        /the facts in the journal still have a guard.*pulumi up -s standby/,
      ],
      ["a move goes on", [started(0)], [], /activation 1 toward dr is unfinished.*pulumi up -s dr-active/],
      ["it is abandoned", [started(0), abandoning], [], /is being abandoned.*parallel-standby abandon/],
      ["a disaster is declared", [lost], [], /bob has declared an unplanned move to dr/],
      [
        "the old site is not fenced",
        owed,
        [],
        /primary is not fenced yet .*K2PRD01 keep old databases.*probe/,
      ],
      [
        "no server of the estate",
        [],
        ["K2PRD1"],
        /K2PRD1 is no server of this estate\. Did you mean K2PRD01\?/,
      ],
    ];
    for (const [what, facts, names, says, hasGuard = false] of cases) {
      await bench.project.journal.store.restart(() => text);
      for (const fact of facts) await bench.project.journal.append(fact);
      expect(await failureOf(bench.remove(names, {}, bench.estateOf(hasGuard))), what).to.match(says);
      expect(await bench.removals(), what).to.deep.equal([]);
      await bench.expectUntouched();
    }
    await bench.project.journal.store.restart(() => text);
    for (const fact of owed) await bench.project.journal.append(fact);
    await bench.remove(["K2DR01"]);
    expect(bench.startTypes("K2DR01"), "disabled by somebody: it stays so at the active site").to.deep.equal([
      "auto",
      "auto",
      "disabled",
    ]);
  });

  it("changes nothing any more where it stood still, and a move has begun by then", async () => {
    const text = await bench.project.journal.store.read();
    for (const where of ["append", "lease step 0 guard/remove/K2PRD01"]) {
      await bench.project.journal.store.restart(() => text);
      const sleeper = asleepAt(bench.project.journal, (call) => call === where);
      const late = failureOf(bench.remove([], { journal: sleeper.journal }));
      await until("it stands still", () => sleeper.sleeps());
      await bench.project.journal.append(started(0));
      sleeper.wake();
      await late;
      expect(bench.startTypes("K2PRD01"), where).to.deep.equal(guarded.K2PRD01);
      expect(await bench.left("K2PRD01"), where).to.include.members([guardFile, ...tasks]);
    }
  });
});
