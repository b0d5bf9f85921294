import { expect } from "chai";
import type { Child } from "../../lab/play/machine.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declarePlanned,
  engineMs,
  entriesOn,
  failed,
  k2IsWell,
  ok,
  provisioned,
  situationOf,
  start,
  unchanged,
  until,
  up,
} from "./stage.ts";

describe("a move that Pulumi and `run` drive in turns", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 3, speed: { restoreMs: 400 } });
    ok(await declarePlanned(made));
  });
  after(() => made.close());

  const whileRuns = async (step: string, then: () => void): Promise<void> => {
    await until(`${step} runs`, async () =>
      [...(await situationOf(made)).begun].some((s) => s.startsWith(step)),
    );
    then();
  };
  const kill = (child: Child, signal: NodeJS.Signals): void => {
    process.kill(child.pid ?? 0, signal);
  };

  it("prints the plan with --preview, and changes nothing", async () => {
    const before = (await made.entries()).length;
    expect(ok(await made.cli(["run", "--preview"])).stdout).to.match(
      /^planned move from primary .*activation 1/,
    );
    expect(await made.entries()).to.have.length(before);
  });

  it("is taken over by `run` from an engine that was killed, whose step is waited for", async () => {
    const engine = start(made, "dr-active");
    await whileRuns("k2-data/copy/", () => kill(engine, "SIGKILL"));
    await engine.done;
    const run = made.startCli(["run", "--to", "dr"]);
    await whileRuns("k2-data/roll-forward/", () => kill(run, "SIGINT"));
    const ran = failed(await run.done, /stopped: activation 1 toward dr is not completed/);
    expect(ran.all).to.match(/stopping: nothing new begins; waiting for k2-data\/roll-forward\//);
    expect(ran.all).to.match(/^step \d+ of \d+ · \d+ ended · k2-data\/roll-forward\//m);
    expect([...(await situationOf(made)).begun], "what ran has ended").to.deep.equal([]);
  });

  it("is refused while the other drives", async () => {
    const run = made.startCli(["run"]);
    await until("it runs", () => run.said().includes("step "));
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    kill(run, "SIGSTOP");
    failed(await up(made, "dr-active"), /another run is under way: .* since /);
    kill(run, "SIGKILL");
    await run.done;
  });

  it("is gone on with by `up` from a `run` that was killed", async () => {
    const engine = start(made, "dr-active");
    await whileRuns("k2-data/repair-identity/", () => kill(engine, "SIGKILL"));
    await engine.done;
  });

  it("is completed by `run` with the sentence of the stack, and seen from outside all is well", async () => {
    const ran = ok(await made.cli(["run"]));
    expect(ran.stdout).to.match(
      /activation 1 is completed: dr is active; owed: nothing\nnext: give dr a standby again, [^\n]*\n?$/,
    );
    expect((await situationOf(made)).active).to.equal("dr");
    await k2IsWell(made);
    for (const step of ["k2-data/tail/K2", "k2-data/open/K2", "k2.corp.example/flip", "complete"])
      expect(
        (await entriesOn(made, step)).filter((e) => e.verdict === "done"),
        step,
      ).to.have.length(1);
  });

  it("has nothing left for `up`, which takes the newer journal: every step answers that it is past, none acts", async () => {
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    const before = await made.entries();
    const ran = ok(await up(made, "dr-active"));
    expect(ran.all).to.contain("activation 1 is completed: dr is active");
    expect(await made.entries()).to.deep.equal(before);
    unchanged(await up(made, "dr-active"));
    ok(await made.cli(["run", "--to", "dr"]));
    expect(await made.entries()).to.deep.equal(before);
  });
});
