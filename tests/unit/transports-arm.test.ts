import { expect } from "chai";
import { serveArm, type ArmServer } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import * as windows from "../../components/windows/run.ts";
import type { Host } from "../../model/host.ts";
import {
  armEndpointVariable,
  armTokenVariable,
  deallocateVm,
  labEndpoint,
  startVm,
  vmPower,
} from "../../steps/transports/arm.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";

const subscription = "00000000-0000-0000-0000-00000000000a";
const group = "rg-dr";
const subnet = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
const nic = { subscription, group, type: "Microsoft.Network/networkInterfaces", name: "K2DR01-nic" };

const host = (vm = "K2DR01"): Host => ({
  id: "K2DR01",
  site: "dr",
  address: "127.20.1.4",
  timeZone: "Europe/London",
  azure: { subscriptionId: subscription, resourceGroup: group, vm },
  whilePassive: "parked",
});

describe("The Azure VM of a host", () => {
  let clock: LabClock;
  let azure: Azure;
  let arm: ArmServer;
  let step: StepBench;

  beforeEach(async () => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    azure = new Azure({
      clock,
      subscription,
      groups: [{ name: group, location: "northeurope" }],
      subnets: [{ id: subnet, location: "northeurope", prefix: "127.20.1.0/24" }],
      coresLimit: 10,
      durations: { create: 20, start: 20, stop: 20, deallocate: 20, update: 10, delete: 10 },
      onPower: () => undefined,
    });
    azure.put(nic, {
      location: "northeurope",
      properties: { ipConfigurations: [{ name: "main", properties: { subnet: { id: subnet } } }] },
    });
    azure.put(
      { ...nic, type: "Microsoft.Compute/virtualMachines", name: "K2DR01" },
      {
        location: "northeurope",
        properties: {
          hardwareProfile: { vmSize: "Standard_D4s_v5" },
          osProfile: { computerName: "K2DR01", adminUsername: "ops", adminPassword: "x" },
          networkProfile: {
            networkInterfaces: [
              {
                id: `/subscriptions/${subscription}/resourceGroups/${group}/providers/${nic.type}/${nic.name}`,
              },
            ],
          },
          storageProfile: { osDisk: { createOption: "FromImage", osType: "Windows" } },
        },
      },
    );
    await clock.advance(1000);
    arm = await serveArm(azure);
    process.env[armEndpointVariable] = arm.url;
    process.env[armTokenVariable] = "lab";
    step = stepBench({ hosts: [host()] });
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, armEndpointVariable);
    Reflect.deleteProperty(process.env, armTokenVariable);
    await arm.close();
    clock.close();
  });

  it("is deallocated and started, and its power is read from Azure", async () => {
    expect(await vmPower("K2DR01", step.io)).to.equal("running");
    await deallocateVm("K2DR01", step.io);
    expect(await vmPower("K2DR01", step.io)).to.equal("deallocated");
    await startVm("K2DR01", step.io);
    expect(await vmPower("K2DR01", step.io)).to.equal("running");
  });

  it("is missing where Azure has none of that name, and the message says where to look", async () => {
    const other = stepBench({ hosts: [host("NONE")] });
    expect(await vmPower("K2DR01", other.io)).to.equal("missing");
    expect((await failure(deallocateVm("K2DR01", other.io))).message)
      .to.contain("VM NONE")
      .and.contain("subscriptionId");
  });

  it("may be forbidden to the runner, and the message names the role that is missing", async () => {
    azure.faults.deny("Microsoft.Compute/virtualMachines/deallocate/action");
    expect((await failure(deallocateVm("K2DR01", step.io))).message).to.contain(
      "Virtual Machine Contributor",
    );
  });

  it("cannot start in a full region, and the message says what may help", async () => {
    await deallocateVm("K2DR01", step.io);
    azure.faults.setFull("northeurope", true);
    expect((await failure(startVm("K2DR01", step.io))).message).to.contain("capacity");
  });

  it("is parked, fenced and started by steps, and found so without acting", async () => {
    for (const verb of ["windows/deallocate", "windows/park"]) {
      const found = await run(bound(windows, verb, { host: "K2DR01" }), step.io);
      expect(found, verb).to.include({ there: true, acted: verb === "windows/deallocate" });
    }
    const started = await run(bound(windows, "windows/start-host", { host: "K2DR01" }), step.io);
    expect(started).to.include({ there: true, acted: true });
    expect(await vmPower("K2DR01", step.io)).to.equal("running");
  });

  it("needs azure in the estate", async () => {
    const { azure: _, ...rest } = host();
    const error = await failure(vmPower("K2DR01", stepBench({ hosts: [rest] }).io));
    expect(error.message).to.contain("Write azure:");
  });
});

describe("The endpoint of the lab", () => {
  it("may only be this machine, so that no token ever travels in clear", () => {
    expect(labEndpoint(undefined)).to.equal(undefined);
    expect(labEndpoint("http://127.0.0.1:4711")).to.equal("http://127.0.0.1:4711");
    for (const bad of [
      "https://management.azure.com",
      "http://10.0.0.1",
      "http://127.0.0.1.example",
      "nonsense",
    ])
      expect(() => labEndpoint(bad), bad).to.throw(armEndpointVariable);
  });
});
