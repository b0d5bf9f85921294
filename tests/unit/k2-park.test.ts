import { expect } from "chai";
import * as k2 from "../../components/k2/run.ts";
import { serveArm, type ArmServer } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { armEndpointVariable, armTokenVariable, deallocateVm } from "../../steps/transports/arm.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

const subscription = "00000000-0000-0000-0000-00000000000a";
const group = "rg-dr";
const network = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network`;
const subnet = `${network}/virtualNetworks/v/subnets/s`;

/** A running VM in the lab's Azure. */
async function azureWithVm(clock: LabClock): Promise<Azure> {
  const azure = new Azure({
    clock,
    subscription,
    groups: [{ name: group, location: "northeurope" }],
    subnets: [{ id: subnet, location: "northeurope", prefix: "127.20.1.0/24" }],
    coresLimit: 10,
    durations: { create: 20, start: 20, stop: 20, deallocate: 20, update: 10, delete: 10 },
    onPower: () => undefined,
  });
  const nic = { subscription, group, type: "Microsoft.Network/networkInterfaces", name: "K2DR01-nic" };
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
        networkProfile: { networkInterfaces: [{ id: `${network}/networkInterfaces/${nic.name}` }] },
        storageProfile: { osDisk: { createOption: "FromImage", osType: "Windows" } },
      },
    },
  );
  await clock.advance(1000);
  return azure;
}

describe("K2's services on a VM that is parked", () => {
  const args = { host: "K2DR01", services: ["K2 Configuration", "K2 Server"], waitSec: 10 };
  let clock: LabClock;
  let arm: ArmServer;
  let windows: WindowsBench;
  let step: StepBench;

  beforeEach(async () => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    arm = await serveArm(await azureWithVm(clock));
    process.env[armEndpointVariable] = arm.url;
    process.env[armTokenVariable] = "lab";
    windows = await windowsBench(args.services.map((name) => ({ name, startUpMs: 10, stopMs: 10 })));
    const host = {
      ...windows.host(),
      azure: { subscriptionId: subscription, resourceGroup: group, vm: "K2DR01" },
    };
    step = stepBench({ hosts: [host], secrets: { SSH: sshPassword } });
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, armEndpointVariable);
    Reflect.deleteProperty(process.env, armTokenVariable);
    await step.end();
    await windows.close();
    await arm.close();
    clock.close();
  });
  const park = () => bound(k2, "k2/stop-before-parking", args);

  it("are stopped and disabled in their order, and found so again", async () => {
    expect(await run(park(), step.io)).to.include({ there: true, acted: true });
    for (const name of args.services)
      expect(windows.server.services.find(name)).to.include({ state: "stopped", startType: "disabled" });
    expect(step.said.filter((line) => line.startsWith("stopping"))).to.deep.equal([
      'stopping "K2 Configuration" on K2DR01',
      'stopping "K2 Server" on K2DR01',
    ]);
    expect(await run(park(), step.io)).to.include({ there: true, acted: false });
  });

  it("need not be asked for where the VM is deallocated: nothing runs there", async () => {
    await deallocateVm("K2DR01", step.io);
    await windows.network.hostDown("K2DR01");
    expect(await run(park(), step.io)).to.include({ there: true, acted: false });
  });

  it("are an error where the VM runs and cannot be reached", async () => {
    await windows.network.hostDown("K2DR01");
    expect((await failure(run(park(), step.io))).name).to.equal("Unreachable");
  }).timeout(15_000);
});
