import { expect } from "chai";
import { stepProcesses } from "../../cli/run/step-process.ts";
import { toyRecovery } from "./toy.ts";
import { situation } from "../../journal/situation.ts";
import type { ActivationEnvelope } from "../../steps/envelope.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { started, tempProject, write } from "./cli-fixture.ts";

/** A step of the machinery, which needs no technology, in the activation of a rig. */
const gateOf = (epoch: number): ActivationEnvelope => ({
  journal: { folder: "journal" },
  epoch,
  step: {
    id: "web0/before-open",
    verb: "machinery/gate",
    args: {},
    phase: "open",
    needs: [],
    critical: true,
    timeoutSec: 30,
  },
});

describe("a step's own process", function () {
  this.timeout(20_000);

  let project: Awaited<ReturnType<typeof tempProject>>;
  before(async () => {
    project = await tempProject();
    const recovery: Recovery = { ...toyRecovery(), hosts: [], parts: [] };
    await write(project, [
      { kind: "genesis", estate: "toys", active: "primary" },
      { kind: "declared", factsHash: hashOf(recovery), recovery },
      { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 },
      started(2, { mode: "planned", factsHash: hashOf(recovery) }),
    ]);
  });
  after(() => project.leave());

  it("runs the step, and gives its sentence", async () => {
    const end = await stepProcesses(project.root)(gateOf(1), () => undefined);
    expect(end).to.deep.equal({ isWell: true, says: "already: all before it have ended" });
    expect(situation(await project.journal.entries()).verdicts.get("web0/before-open")?.verdict).to.equal(
      "already",
    );
  });

  it("gives the reason of a failure as the step has written it", async () => {
    const end = await stepProcesses(project.root)(gateOf(7), () => undefined);
    expect(end.isWell).to.equal(false);
    expect(end.says).to.match(/^web0\/before-open: activation 7 is not in the journal/);
  });

  it("says so where it cannot run at all", async () => {
    const end = await stepProcesses("/nowhere/at/all")(gateOf(1), () => undefined);
    expect(end.isWell).to.equal(false);
    expect(end.says).to.match(/its process does not run: spawn .*ENOENT/);
  });
});
