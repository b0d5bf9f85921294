import { expect } from "chai";
import { serveArm, type ArmServer } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import type { Host } from "../../model/host.ts";
import { siteAnswers } from "../../stacks/owed.ts";
import { armEndpointVariable, armTokenVariable, deallocateVm } from "../../steps/transports/arm.ts";
import { addVm, SUBSCRIPTION, VNET } from "./azure-fixture.ts";
import { stepBench } from "./step-io.ts";

describe("whether anything of a site of Azure VMs answers", function () {
  this.timeout(20_000);
  let clock: LabClock;
  let azure: Azure;
  let arm: ArmServer;
  const hosts: readonly Host[] = [
    {
      id: "K2DR01",
      site: "primary",
      address: "127.20.1.99",
      timeZone: "Europe/London",
      whilePassive: "parked",
      azure: { subscriptionId: SUBSCRIPTION, resourceGroup: "rg-dr", vm: "K2DR01" },
    },
  ];
  const before = [armEndpointVariable, armTokenVariable].map((name) => [name, process.env[name]] as const);
  beforeEach(async () => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    azure = new Azure({
      clock,
      subscription: SUBSCRIPTION,
      groups: [{ name: "rg-dr", location: "northeurope" }],
      subnets: [{ id: `${VNET}/subnets/servers`, location: "northeurope", prefix: "127.20.1.0/24" }],
      coresLimit: 10,
      durations: { create: 20, start: 20, stop: 20, deallocate: 20, update: 10, delete: 10 },
      onPower: () => undefined,
    });
    addVm(azure, "K2DR01");
    await clock.advance(1_000);
    arm = await serveArm(azure);
    process.env[armEndpointVariable] = arm.url;
    process.env[armTokenVariable] = "lab";
  });
  afterEach(async () => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    await arm.close();
    azure.close();
    clock.close();
  });

  it("is what Azure says of a VM that runs; one that is deallocated is known, and dark", async () => {
    expect(await siteAnswers(hosts)).to.equal(true);
    const done = deallocateVm("K2DR01", stepBench({ hosts }).io);
    await Promise.all([done, clock.advance(1_000)]);
    expect(await siteAnswers(hosts)).to.equal(false);
    expect(await siteAnswers(hosts, "known")).to.equal(true);
  });

  it("is nothing where Azure does not answer either: a region that is down is a dark site", async () => {
    process.env[armEndpointVariable] = "http://127.0.0.1:1";
    expect(await siteAnswers(hosts, "known")).to.equal(false);
  });
});
