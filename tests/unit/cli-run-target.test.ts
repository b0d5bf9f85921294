import { expect } from "chai";
import { targetOf } from "../../cli/run/target.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { hashOf } from "../../model/recovery.ts";
import { failureOf } from "./cli-fixture.ts";
import { begun, move, recovery, runBench as rig } from "./run-bench.ts";

describe("where a run goes when nobody says it", () => {
  const started: Fact = {
    kind: "activation started",
    epoch: 1,
    from: "primary",
    to: "dr",
    mode: "planned",
    as: "ann",
    factsHash: hashOf(recovery),
    planHash: "p",
    declaration: 2,
    acceptLossSec: 0,
  };
  const ended: Fact = { kind: "completed", epoch: 1, owed: [], exceptions: [] };
  const owed: Fact = {
    kind: "step",
    epoch: 1,
    step: "b",
    phase: "protect",
    verdict: "failed",
    critical: false,
    says: "no room",
  };
  const back: Fact = { ...move, to: "primary" };
  for (const [what, facts, to] of [
    ["to the passive site before anything", begun, "dr"],
    ["as declared", [...begun, move], "dr"],
    ["on with what is unfinished", [...begun, move, started], "dr"],
    ["to what the active site owes", [...begun, move, started, owed, ended], "dr"],
    ["back as declared, whatever is owed", [...begun, move, started, owed, ended, back], "primary"],
    ["to the passive site after a move that owes nothing", [...begun, move, started, ended], "primary"],
  ] as const)
    it(what, async () => {
      const r = await rig(facts);
      expect(targetOf(situation(await r.entries()))).to.equal(to);
    });

  it("is asked for where what is declared and what is unfinished differ", async () => {
    const r = await rig([...begun, move, started, back]);
    expect((await failureOf(r.run())).message).to.match(/Say which is meant: --to dr goes on with the first/);
  });
});
