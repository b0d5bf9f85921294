import { expect } from "chai";
import { setTimeout as pause } from "node:timers/promises";
import { exercise, type ExerciseOptions } from "../../cli/exercise/run.ts";
import * as windows from "../../components/windows/run.ts";
import { serveArm, type ArmServer } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { EntryOf } from "../../journal/entries.ts";
import type { Host } from "../../model/host.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { exerciseFindings } from "../../readiness/exercise-findings.ts";
import { isLease } from "../../journal/store.ts";
import type { Runs } from "../../steps/act.ts";
import { lockOfProvisioning } from "../../steps/lock.ts";
import { armEndpointVariable, armTokenVariable } from "../../steps/transports/arm.ts";
import { addVm, SUBSCRIPTION, VNET, vmId } from "./azure-fixture.ts";
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
} from "./cli-fixture.ts";
import { stepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

describe("exercise", function () {
  this.timeout(60_000);
  let bench: WindowsBench;
  let clock: LabClock;
  let azure: Azure;
  let arm: ArmServer;
  let project: Awaited<ReturnType<typeof tempProject>>;
  const terminal = writtenTerminal();
  const before = { ...process.env };

  const host = (): Host => ({
    ...bench.host(),
    azure: { subscriptionId: SUBSCRIPTION, resourceGroup: "rg-dr", vm: "K2DR01" },
  });
  const recovery = (): Recovery => ({ ...holdingRecovery(), hosts: [host()] });
  /** The parts of the fixture, with a service on K2DR01 that must run at one site at a time. */
  const runs = (): Runs =>
    Object.fromEntries(
      Object.entries(holdingRuns(holdWorld())).map(([kind, load]) => [
        kind,
        async () => ({
          ...(await load()),
          exclusiveServices: () => [{ host: "K2DR01", service: "K2 Server" }],
          exercise: windows.exercise,
        }),
      ]),
    );
  /** Has a move begin when the exercise takes the lock of what a move must not meet half done: 1 before its look, 2 before it parks. */
  const moveBeginsAt = (turn: number): void => {
    const { store } = project.journal;
    let turns = 0;
    const lease = store.lease.bind(store);
    store.lease = async (name, ttlMs) => {
      if (name === lockOfProvisioning("exercise K2DR01") && ++turns === turn)
        await write(project, [
          { kind: "move declared", to: "dr", mode: "unplanned", as: "op", acceptLossSec: 1 },
          started(2),
        ]);
      return lease(name, ttlMs);
    };
  };
  const run = (options: Partial<ExerciseOptions> = {}): Promise<void> => {
    terminal.lines.length = 0;
    return exercise(
      { as: "R. Okafor", ...options },
      project,
      { parts: holdingParts, runs: runs() },
      terminal,
    );
  };
  const kept = async (): Promise<EntryOf<"exercised">[]> =>
    (await project.journal.entries()).filter((e) => e.kind === "exercised");
  const power = (): string | undefined => azure.vmPower("K2DR01");

  beforeEach(async () => {
    bench = await windowsBench([
      { name: "K2 Server", account: "CORP\\svc-k2", startType: "disabled", initially: "stopped" },
    ]);
    bench.server.clockErrorMs = Date.now() - bench.server.clock.now();
    clock = labClock({ startMs: Date.now() });
    azure = new Azure({
      clock,
      subscription: SUBSCRIPTION,
      groups: [{ name: "rg-dr", location: "northeurope" }],
      subnets: [{ id: `${VNET}/subnets/servers`, location: "northeurope", prefix: "127.20.1.0/24" }],
      coresLimit: 10,
      durations: { create: 10, start: 10, stop: 10, deallocate: 10, update: 10, delete: 10 },
      onPower: async (_vm, to) => {
        if (to === "running") {
          await bench.network.hostUp("K2DR01");
          await bench.server.clock.advance(10_000);
        } else await bench.network.hostDown("K2DR01");
      },
    });
    addVm(azure, "K2DR01");
    arm = await serveArm(azure);
    process.env[armEndpointVariable] = arm.url;
    process.env[armTokenVariable] = "token";
    process.env["SSH"] = sshPassword;
    project = await tempProject();
    await write(project, begun(recovery()));
    while (power() !== "running") await pause(10);
    azure.deallocate(azure.get(vmId("K2DR01")));
    while (power() !== "deallocated") await pause(10);
  });
  afterEach(async () => {
    await project.leave();
    await arm.close();
    azure.close();
    clock.close();
    await bench.close();
    for (const name of [armEndpointVariable, armTokenVariable, "SSH", "SSH_WRONG"])
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
  });

  it("starts a parked server, looks at it, parks it again, and keeps the result", async () => {
    await run();
    expect(power()).to.equal("deallocated");
    expect(terminal.lines[0]).to.equal("K2DR01: it could be used: nothing found");
    expect((await kept()).map((e) => [e.host, e.as, e.ok])).to.deep.equal([["K2DR01", "R. Okafor", true]]);
    expect(await project.journal.store.leases()).to.deep.equal([]);
  });

  it("parks it again whatever was found, ends with 1, and readiness tells it until it is mended", async () => {
    bench.server.domain.channelStatus = 1786;
    const failure = await failureOf(run());
    expect(failure.exitCode).to.equal(1);
    expect(power()).to.equal("deallocated");
    const entries = await project.journal.entries();
    const found = exerciseFindings(entries, recovery().hosts, "dr", new Date());
    expect(found.map((f) => `${f.severity} ${f.id}`)).to.deep.equal(["stops trust:K2DR01"]);
    expect(found[0]?.says).to.match(
      /^when it was last exercised: the domain corp\.example does not trust it/,
    );
  });

  it("parks it again though nobody could log on to it", async () => {
    process.env["SSH_WRONG"] = "another password";
    const ssh = { ...host().ssh, password: { env: "SSH_WRONG" } };
    const other = { ...recovery(), hosts: [{ ...host(), ssh }] } as Recovery;
    await write(project, [{ kind: "declared", factsHash: "other", recovery: other }]);
    const failure = await failureOf(run());
    expect(failure.message).to.equal("1 server of dr could not be used in a move as it is");
    expect(terminal.lines.join("\n")).to.contain("refused the login of CORP\\svc-dr");
    expect(power()).to.equal("deallocated");
  });

  it("leaves a server to a move that begins while it starts, with its services untouched, and judges nothing", async () => {
    const service = bench.server.services.find("K2 Server");
    if (!service) throw new Error("no service");
    service.startType = "auto";
    moveBeginsAt(1);
    expect((await failureOf(run())).message).to.match(
      /a move began while K2DR01 was exercised: it is left to the move as it is/,
    );
    expect([power(), service.startType]).to.deep.equal(["running", "auto"]);
    expect(await kept()).to.deep.equal([]);
    expect(await project.journal.store.leases()).to.deep.equal([]);
  });

  it("leaves it running for a move that begins while it is looked at, and says so", async () => {
    moveBeginsAt(2);
    await run();
    expect(power()).to.equal("running");
    expect((await kept()).map((e) => [e.ok, e.findings.map((f) => f.says)])).to.deep.equal([
      [true, ["a move began while it was exercised: it was left running"]],
    ]);
  });

  it("is not waited for by a move but in the moments in which it changes something", async () => {
    const { store } = project.journal;
    const lease = store.lease.bind(store);
    const changing: [string, string | undefined][] = [];
    store.lease = async (name, ttlMs) => {
      const given = await lease(name, ttlMs);
      if (!isLease(given)) return given;
      changing.push([name, power()]);
      return {
        ...given,
        release: async () => {
          changing.push([`${name} ends`, power()]);
          await given.release();
        },
      };
    };
    await run();
    const own = "provision exercise K2DR01";
    expect(changing.map(([name, p]) => [name, p === "deallocating" ? "deallocated" : p])).to.deep.equal([
      ["exercise K2DR01", "deallocated"],
      [own, "running"],
      [`${own} ends`, "running"],
      [own, "running"],
      [`${own} ends`, "deallocated"],
      ["exercise K2DR01 ends", "deallocated"],
    ]);
  });

  it("parks a server that an interrupted exercise has left running, and readiness tells of it before", async () => {
    await write(project, [{ kind: "exercise begun", host: "K2DR01", as: "scheduler" }]);
    azure.start(azure.get(vmId("K2DR01")));
    const told = async (minutes: number) =>
      exerciseFindings(
        await project.journal.entries(),
        recovery().hosts,
        "dr",
        new Date(Date.now() + minutes * 60_000),
      )
        .filter((f) => f.id === "exercise-open:K2DR01")
        .map((f) => f.says);
    expect(await told(5), "it may still go on").to.deep.equal([]);
    expect((await told(60)).join()).to.match(/the exercise that scheduler began at .* was interrupted/);
    await run();
    expect(power()).to.equal("deallocated");
    expect((await kept()).map((e) => e.ok)).to.deep.equal([true]);
    expect(await told(60)).to.deep.equal([]);
  });

  it("is refused while another one looks at the same server, and says who", async () => {
    const other = await project.journal.store.lease("exercise K2DR01", 30_000);
    expect((await failureOf(run())).message).to.match(/K2DR01 is being exercised by .* since .*Wait until/);
    expect(power()).to.equal("deallocated");
    if (isLease(other)) await other.release();
  });

  it("looks at a server that was not parked and leaves it as it was", async () => {
    azure.start(azure.get(vmId("K2DR01")));
    while (power() !== "running") await pause(10);
    await run();
    expect(power()).to.equal("running");
  });

  it("says when Azure has no such VM", async () => {
    const other = {
      ...recovery(),
      hosts: [{ ...host(), azure: { ...host().azure, vm: "K2DR9" } }],
    } as Recovery;
    await write(project, [{ kind: "declared", factsHash: "other", recovery: other }]);
    await failureOf(run());
    expect((await kept()).at(-1)?.findings[0]?.says).to.equal("Azure knows no VM of K2DR01");
  });

  it("is refused while the estate moves, without a name, and for servers that are not parked", async () => {
    expect((await failureOf(run({ as: " " }))).exitCode).to.equal(2);
    expect((await failureOf(run({ host: ["K2DRO1"] }))).message).to.contain("Did you mean K2DR01?");
    await write(project, [
      { kind: "move declared", to: "dr", mode: "unplanned", as: "op", acceptLossSec: 1 },
      started(2),
    ]);
    expect((await failureOf(run())).message).to.match(/no server is exercised while the estate moves/);
    expect(power()).to.equal("deallocated");
  });

  it("is a finding when it never was, and when it is a week ago", async () => {
    const ids = async (days: number) =>
      exerciseFindings(
        await project.journal.entries(),
        recovery().hosts,
        "dr",
        new Date(Date.now() + days * 86_400_000),
      ).map((f) => f.says);
    expect(await ids(0)).to.deep.equal([
      "it is parked, and was never exercised: nobody knows whether it would work",
    ]);
    await run();
    expect(await ids(7)).to.deep.equal([]);
    expect(await ids(8)).to.deep.equal(["it is parked, and was last exercised 8 days ago"]);
    expect(exerciseFindings([], recovery().hosts, "primary", new Date()), "the other site").to.deep.equal([]);
  });

  it("has Azure asked on every look whether the VM is there, has its size, and whether a quota is used up", async () => {
    const look = async (change: Partial<NonNullable<Host["azure"]>>): Promise<readonly string[]> => {
      const h = { ...host(), azure: { ...host().azure, ...change } } as Host;
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
    Object.assign(azure, { coresLimit: 3 });
    expect(await look({})).to.deep.equal([
      "stops vm-quota:northeurope/Total Regional vCPUs: Azure counts 4 Total Regional vCPUs in northeurope and allows 3: no VM there can be started or made larger",
    ]);
  });
});
