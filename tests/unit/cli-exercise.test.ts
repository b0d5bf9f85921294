import { expect } from "chai";
import { situation } from "../../journal/situation.ts";
import * as windows from "../../components/windows/run.ts";
import { stops } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { notParked } from "../../journal/not-parked.ts";
import { exerciseFindings } from "../../readiness/exercise-findings.ts";
import { Refused } from "../../steps/act.ts";
import { vmId } from "./azure-fixture.ts";
import { failureOf, started, write } from "./cli-fixture.ts";
import { exerciseBench, type ExerciseBench } from "./exercise-bench.ts";
import { begunActivation, completed } from "./report-fixture.ts";
import { bound, failure as stepFailure, run as stepRun, stepBench } from "./step-io.ts";

describe("exercise", function () {
  this.timeout(60_000);
  let at: ExerciseBench;
  beforeEach(async () => {
    at = await exerciseBench();
  });
  afterEach(() => at.close());

  it("starts a parked server, looks at it, parks it again, and keeps the result", async () => {
    await at.run();
    expect(at.power()).to.equal("deallocated");
    expect(at.terminal.lines[0]).to.equal("K2DR01: it could be used: nothing found");
    expect((await at.kept()).map((e) => [e.host, e.as, e.ok])).to.deep.equal([["K2DR01", "R. Okafor", true]]);
    expect(await at.project.journal.store.leases()).to.deep.equal([]);
  });

  it("leaves a VM that it was to deallocate, where others have gone on while another start or stop went on", async () => {
    at.azure.start(at.azure.get(vmId("K2DR01")));
    await at.powerIs("running");
    const step = stepBench({ hosts: [at.host()] });
    const overtaken = {
      ...step.io,
      mayStillAct: () => Promise.reject(new Refused("activation 2 has begun since")),
    };
    for (const verb of ["windows/deallocate", "windows/park"])
      expect(
        (await stepFailure(stepRun(bound(windows, verb, { host: "K2DR01" }), overtaken))).message,
        verb,
      ).to.equal("activation 2 has begun since");
    expect(at.power()).to.equal("running");
    await stepRun(bound(windows, "windows/deallocate", { host: "K2DR01" }), step.io);
    expect(at.power()).to.equal("deallocated");
    await step.end();
  });

  it("parks it again whatever was found, ends with 1, and readiness tells it until it is mended", async () => {
    at.bench.server.domain.channelStatus = 1786;
    const failure = await failureOf(at.run());
    expect(failure.exitCode).to.equal(1);
    expect(at.power()).to.equal("deallocated");
    const entries = await at.project.journal.entries();
    const found = exerciseFindings(entries, at.recovery().hosts, "dr", new Date());
    expect(found.map((f) => `${f.severity} ${f.id}`)).to.deep.equal(["stops trust:K2DR01"]);
    expect(found[0]?.says).to.match(
      /^when it was last exercised: the domain corp\.example does not trust it/,
    );
  });

  it("parks it again though nobody could log on to it", async () => {
    process.env["SSH_WRONG"] = "another password";
    const ssh = { ...at.host().ssh, password: { env: "SSH_WRONG" } };
    const other = { ...at.recovery(), hosts: [{ ...at.host(), ssh }] } as Recovery;
    await write(at.project, [{ kind: "declared", factsHash: "other", recovery: other }]);
    const failure = await failureOf(at.run());
    expect(failure.message).to.equal("1 server of dr could not be used in a move as it is");
    expect(at.terminal.lines.join("\n")).to.contain("refused the login of CORP\\svc-dr");
    expect(at.power()).to.equal("deallocated");
  });

  it("parks a server that an interrupted exercise has left running, and readiness tells of it before", async () => {
    await write(at.project, [{ kind: "exercise begun", host: "K2DR01", as: "scheduler" }]);
    at.azure.start(at.azure.get(vmId("K2DR01")));
    const told = async (minutes: number) =>
      exerciseFindings(
        await at.project.journal.entries(),
        at.recovery().hosts,
        "dr",
        new Date(Date.now() + minutes * 60_000),
      )
        .filter((f) => f.id === "exercise-open:K2DR01")
        .map((f) => f.says);
    expect(await told(5), "it may still go on").to.deep.equal([]);
    expect((await told(60)).join()).to.match(/the exercise that scheduler began at .* was interrupted/);
    await at.run();
    expect(at.power()).to.equal("deallocated");
    expect((await at.kept()).map((e) => e.ok)).to.deep.equal([true]);
    expect(await told(60)).to.deep.equal([]);
  });

  it("looks at a server that was not parked and leaves it as it was", async () => {
    at.azure.start(at.azure.get(vmId("K2DR01")));
    await at.powerIs("running");
    await at.run();
    expect(at.power()).to.equal("running");
  });

  it("parks a server that the exercise before could not park", async () => {
    const deallocating = "Microsoft.Compute/virtualMachines/deallocate/action";
    at.azure.faults.deny(deallocating);
    await failureOf(at.run());
    expect(at.power()).to.equal("running");
    expect((await at.kept()).at(-1)?.findings.map((f) => f.id)).to.deep.equal(["exercise-park:K2DR01"]);
    at.azure.faults.allow(deallocating);
    await at.run();
    expect(at.power()).to.equal("deallocated");
    expect((await at.kept()).at(-1)?.ok).to.equal(true);
  });

  it("takes a server for left running until an exercise has parked it, or a move has it work", () => {
    const s = begunActivation().add({ kind: "exercise begun", host: "K2DR01", as: "scheduler" });
    const ended = (...ids: readonly string[]): readonly string[] => {
      const findings = ids.map((id) => stops("K2DR01", "it is not well", "mend that", id));
      s.add({ kind: "exercised", host: "K2DR01", as: "scheduler", ok: ids.length === 0, findings });
      return [...notParked(s.entries).keys()];
    };
    expect([...notParked(s.entries).keys()], "interrupted").to.deep.equal(["K2DR01"]);
    expect(ended("exercise-power:K2DR01"), "Azure was not reached").to.deep.equal(["K2DR01"]);
    expect(ended("trust:K2DR01")).to.deep.equal([]);
    expect(ended("exercise-park:K2DR01")).to.deep.equal(["K2DR01"]);
    expect([...notParked(s.add(completed).entries).keys()]).to.deep.equal([]);
  });

  it("is not called interrupted any more where a move came between and was completed, also after the way back", () => {
    const s = begunActivation().add({ kind: "exercise begun", host: "K2DR01", as: "scheduler" });
    const told = (): readonly string[] =>
      exerciseFindings(s.entries, at.recovery().hosts, "dr", new Date("2026-12-01T00:00:00Z"))
        .filter((f) => f.id === "exercise-open:K2DR01")
        .map((f) => f.says);
    expect(told().join()).to.match(
      /^the exercise that scheduler began at 2026-11-22 \d\d:\d\d:\d\d UTC was interrupted/,
    );
    const ended = (id: string): void => {
      const findings = [stops("K2DR01", "it is not well", "mend that", id)];
      s.add({ kind: "exercised", host: "K2DR01", as: "scheduler", ok: false, findings });
    };
    ended("exercise-power:K2DR01");
    expect(told(), "whether it is off could not be seen").to.have.length(1);
    ended("exercise-park:K2DR01");
    expect(told(), "that says it already").to.deep.equal([]);
    ended("exercise-power:K2DR01");
    expect(told()).to.have.length(1);
    s.add(completed);
    expect(told()).to.deep.equal([]);
  });

  it("takes a server for its own leftover no more once somebody has recorded another active site", () => {
    const s = begunActivation().add({ kind: "exercise begun", host: "K2DR01", as: "scheduler" });
    const { epoch } = situation(s.entries);
    s.add({ kind: "adopted", active: "dr", epoch: epoch + 1, as: "ann", reason: "by hand", seen: [] });
    expect([...notParked(s.entries).keys()]).to.deep.equal([]);
  });

  it("says when Azure has no such VM", async () => {
    const other = {
      ...at.recovery(),
      hosts: [{ ...at.host(), azure: { ...at.host().azure, vm: "K2DR9" } }],
    } as Recovery;
    await write(at.project, [{ kind: "declared", factsHash: "other", recovery: other }]);
    await failureOf(at.run());
    expect((await at.kept()).at(-1)?.findings[0]?.says).to.equal("Azure knows no VM of K2DR01");
  });

  it("is refused while the estate moves, without a name, and for servers that are not parked", async () => {
    expect((await failureOf(at.run({ as: " " }))).exitCode).to.equal(2);
    expect((await failureOf(at.run({ host: ["K2DRO1"] }))).message).to.contain("Did you mean K2DR01?");
    await write(at.project, [
      { kind: "move declared", to: "dr", mode: "unplanned", as: "op", acceptLossSec: 1 },
      started(2),
    ]);
    expect((await failureOf(at.run())).message).to.match(/no server is exercised while the estate moves/);
    expect(at.power()).to.equal("deallocated");
  });

  it("is a finding when it never was, and when it is a week ago", async () => {
    const ids = async (days: number) =>
      exerciseFindings(
        await at.project.journal.entries(),
        at.recovery().hosts,
        "dr",
        new Date(Date.now() + days * 86_400_000),
      ).map((f) => f.says);
    expect(await ids(0)).to.deep.equal([
      "it is parked, and was never exercised: nobody knows whether it would work",
    ]);
    await at.run();
    expect(await ids(7)).to.deep.equal([]);
    expect(await ids(8)).to.deep.equal(["it is parked, and was last exercised 8 days ago"]);
    expect(exerciseFindings([], at.recovery().hosts, "primary", new Date()), "the other site").to.deep.equal(
      [],
    );
  });

  it("has Azure asked on every look whether the VM is there, has its size, and whether a quota is used up", async () => {
    const look = async (change: Partial<NonNullable<Host["azure"]>>): Promise<readonly string[]> => {
      const h = { ...at.host(), azure: { ...at.host().azure, ...change } } as Host;
      const step = stepBench({ hosts: [h] });
      const found = [];
      for (const one of windows.hostLooks(
        h,
        { from: "primary", to: "dr", mode: "planned" },
        lookupOf({ hosts: [h], parts: [] }),
      ))
        found.push(...(await one.run(step.io, { before: () => [], note: () => undefined })));
      await step.end();
      return found.map((f) => `${f.severity} ${f.id}: ${f.says}`);
    };
    expect(await look({})).to.deep.equal([]);
    expect(await look({ vm: "K2DR9" })).to.deep.equal(["stops vm:K2DR01: Azure knows no VM K2DR9 in rg-dr"]);
    const provision = {
      location: "northeurope",
      size: "Standard_D8s_v5",
      subnetId: "s",
      imageId: "i",
      adminUser: "a",
      adminPassword: { env: "X" },
      dataDisksGb: [],
      tags: {},
    };
    expect(await look({ provision })).to.deep.equal([
      "risk vm-size:K2DR01: its VM has the size Standard_D4s_v5, not Standard_D8s_v5 as the estate says",
    ]);
    Object.assign(at.azure, { coresLimit: 3 });
    expect(await look({})).to.deep.equal([
      "stops vm-quota:northeurope/Total Regional vCPUs: Azure counts 4 Total Regional vCPUs in northeurope and allows 3: no VM there can be started or made larger",
    ]);
  });
});
