import { ComputeManagementClient } from "@azure/arm-compute";
import { expect } from "chai";
import { type ArmServer, serveArm } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { addVm, nicPath, SUBSCRIPTION, VNET } from "./azure-fixture.ts";

const FAST = { create: 20, start: 20, stop: 20, deallocate: 20, update: 10, delete: 10 };

describe("The simulated Azure, through the Azure SDK", () => {
  let clock: LabClock;
  let azure: Azure;
  let arm: ArmServer;
  let client: ComputeManagementClient;
  let hosts: string[];

  beforeEach(async () => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    hosts = [];
    azure = new Azure({
      clock,
      subscription: SUBSCRIPTION,
      groups: [{ name: "rg-dr", location: "northeurope" }],
      subnets: [{ id: `${VNET}/subnets/servers`, location: "northeurope", prefix: "127.20.1.0/24" }],
      coresLimit: 10,
      durations: FAST,
      onPower: (vm, power) => {
        hosts.push(`${vm} ${power}`);
      },
    });
    addVm(azure, "K2DR01");
    await clock.advance(1_000);
    arm = await serveArm(azure);
    client = clientOf(arm.url);
  });
  afterEach(async () => {
    await arm.close();
    azure.close();
    clock.close();
  });

  const quick = { updateIntervalInMs: 5 };
  const powerOf = async (vm: string): Promise<string | undefined> => {
    const view = await client.virtualMachines.instanceView("rg-dr", vm);
    return view.statuses?.find((status) => status.code?.startsWith("PowerState/"))?.code;
  };

  it("shows a VM with its size, its network interface and its instance view", async () => {
    const vm = await client.virtualMachines.get("rg-dr", "k2dr01", { expand: "instanceView" });
    expect(vm).to.include({ name: "K2DR01", location: "northeurope", provisioningState: "Succeeded" });
    expect(vm.hardwareProfile?.vmSize).to.equal("Standard_D4s_v5");
    expect(vm.networkProfile?.networkInterfaces?.[0]?.id).to.equal(nicPath("K2DR01-nic"));
    expect(vm.instanceView?.statuses?.map((status) => status.code)).to.deep.equal([
      "ProvisioningState/succeeded",
      "PowerState/running",
    ]);
    expect(vm.osProfile).to.include({ adminUsername: "ops", adminPassword: undefined });
  });

  it("deallocates and starts a VM, takes its time, and tells the host when it is so", async () => {
    await client.virtualMachines.deallocate("rg-dr", "K2DR01", quick);
    expect(await powerOf("K2DR01")).to.equal("PowerState/deallocated");
    expect(hosts).to.deep.equal(["K2DR01 running", "K2DR01 deallocated"]);

    const starting = client.virtualMachines.start("rg-dr", "K2DR01", quick);
    await starting.submitted();
    expect(azure.vmPower("K2DR01")).to.equal("starting");
    await starting;
    expect(await powerOf("K2DR01")).to.equal("PowerState/running");
    expect(hosts.at(-1)).to.equal("K2DR01 running");
  });

  it("keeps the hardware of a VM that was only powered off", async () => {
    await client.virtualMachines.powerOff("rg-dr", "K2DR01", quick);
    expect(await powerOf("K2DR01")).to.equal("PowerState/stopped");
  });

  it("answers a start of a running VM with success and starts nothing", async () => {
    await client.virtualMachines.start("rg-dr", "K2DR01", quick);
    expect(hosts).to.deep.equal(["K2DR01 running"]);
  });

  it("refuses a second, other operation on a VM while the first is under way", async () => {
    const { statusCode, code } = await failureOf(async () => {
      const stopping = client.virtualMachines.deallocate("rg-dr", "K2DR01", quick);
      await stopping.submitted();
      try {
        await client.virtualMachines.start("rg-dr", "K2DR01", quick);
      } finally {
        await stopping;
      }
    });
    expect({ statusCode, code }).to.deep.equal({ statusCode: 409, code: "Conflict" });
  });

  it("says which VM or which resource group is not there", async () => {
    const noVm = await failureOf(() => client.virtualMachines.get("rg-dr", "NONE"));
    expect(noVm).to.include({ statusCode: 404, code: "ResourceNotFound" });
    expect(noVm.message).to.include(
      "'Microsoft.Compute/virtualMachines/NONE' under resource group 'rg-dr' was not found",
    );
    const noGroup = await failureOf(() => client.virtualMachines.start("rg-none", "K2DR01"));
    expect(noGroup).to.include({ statusCode: 404, code: "ResourceGroupNotFound" });
  });

  it("fails a start in a full region in the course of the operation, and leaves the VM deallocated", async () => {
    await client.virtualMachines.deallocate("rg-dr", "K2DR01", quick);
    azure.faults.setFull("northeurope", true);
    const failure = await failureOf(() => client.virtualMachines.start("rg-dr", "K2DR01", quick));
    expect(failure.message).to.include("AllocationFailed");
    const view = await client.virtualMachines.instanceView("rg-dr", "K2DR01");
    expect(view.statuses?.map((status) => status.code)).to.deep.equal([
      "ProvisioningState/failed/AllocationFailed",
      "PowerState/deallocated",
    ]);
    azure.faults.setFull("northeurope", false);
    await client.virtualMachines.start("rg-dr", "K2DR01", quick);
    expect(await powerOf("K2DR01")).to.equal("PowerState/running");
  });

  it("counts the cores of deallocated VMs, shows them as usage, and refuses a VM beyond the limit", async () => {
    await client.virtualMachines.deallocate("rg-dr", "K2DR01", quick);
    addVm(azure, "SQLDR01");
    const usages = new Map<string | undefined, string>();
    for await (const usage of client.usage.list("northeurope")) {
      usages.set(usage.name.value, `${String(usage.currentValue)} of ${String(usage.limit)}`);
    }
    expect(usages.get("cores")).to.equal("8 of 10");
    expect(() => {
      addVm(azure, "APPDR01");
    }).to.throw(
      "Current Limit: 10, Current Usage: 8, Additional Required: 4, (Minimum) New Limit Required: 12",
    );
  });

  it("throttles with 429 and Retry-After, which the SDK obeys", async () => {
    azure.faults.throttle(1, 1);
    const began = Date.now();
    expect(await powerOf("K2DR01")).to.equal("PowerState/running");
    expect(Date.now() - began).to.be.at.least(990);
  });

  it("gives up after the caller's own limit when the answers stay 429", async () => {
    azure.faults.throttle(100, 0);
    const failure = await failureOf(() => client.virtualMachines.get("rg-dr", "K2DR01"));
    expect(failure).to.include({ statusCode: 429, code: "TooManyRequests" });
  });

  it("refuses an action that the caller has no right to, and names it", async () => {
    azure.faults.deny("Microsoft.Compute/virtualMachines/start/action");
    const failure = await failureOf(() => client.virtualMachines.start("rg-dr", "K2DR01", quick));
    expect(failure).to.include({ statusCode: 403, code: "AuthorizationFailed" });
    expect(failure.message).to.include("'Microsoft.Compute/virtualMachines/start/action'");
    azure.faults.allow("Microsoft.Compute/virtualMachines/start/action");
    await client.virtualMachines.start("rg-dr", "K2DR01", quick);
  });

  it("answers 503 for a region that is down, and nothing else is touched by it", async () => {
    azure.faults.setRegion("northeurope", "refuses");
    const once = clientOf(arm.url, { maxRetries: 0 });
    const failure = await failureOf(() => once.virtualMachines.get("rg-dr", "K2DR01"));
    expect(failure).to.include({ statusCode: 503 });
    const other: string[] = [];
    for await (const usage of client.usage.list("westeurope")) other.push(usage.name.value ?? "");
    expect(other).to.include("cores");
  });

  it("leaves a caller waiting while a region is silent, and answers when it comes back", async () => {
    azure.faults.setRegion("northeurope", "silent");
    const abandoned = await failureOf(() =>
      client.virtualMachines.get("rg-dr", "K2DR01", { abortSignal: AbortSignal.timeout(50) }),
    );
    expect(abandoned.name).to.equal("AbortError");
    const patient = client.virtualMachines.get("rg-dr", "K2DR01");
    azure.faults.setRegion("northeurope", "up");
    expect((await patient).name).to.equal("K2DR01");
  });

  it("fails an operation whose region goes down under it", async () => {
    const stopping = client.virtualMachines.deallocate("rg-dr", "K2DR01", quick);
    await stopping.submitted();
    azure.faults.setRegion("northeurope", "refuses");
    await clock.advance(1_000);
    azure.faults.setRegion("northeurope", "up");
    expect((await failureOf(() => stopping)).message).to.include("InternalExecutionError");
  });

  it("wants a token and an API version", async () => {
    const path = `${arm.url}/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dr`;
    expect((await fetch(`${path}?api-version=2024-03-01`)).status).to.equal(401);
    expect((await fetch(path, { headers: { Authorization: "Bearer lab" } })).status).to.equal(400);
  });
});

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly statusCode?: number;
  readonly code?: string;
}

async function failureOf(work: () => PromiseLike<unknown>): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    return error as Failure;
  }
  throw new Error("it succeeded");
}

/** The SDK sends a token over TLS only; for the loopback endpoint its policy is replaced by one that just sends it. */
function clientOf(url: string, retryOptions: { maxRetries?: number } = {}): ComputeManagementClient {
  const token: Parameters<ComputeManagementClient["pipeline"]["addPolicy"]>[0] = {
    name: "loopbackToken",
    sendRequest: (request, next) => {
      request.headers.set("Authorization", "Bearer lab");
      return next(request);
    },
  };
  const credential = {
    getToken: () => Promise.resolve({ token: "lab", expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const client = new ComputeManagementClient(credential, SUBSCRIPTION, {
    endpoint: url,
    allowInsecureConnection: true,
    retryOptions: { retryDelayInMs: 1, ...retryOptions },
  });
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy(token);
  return client;
}
