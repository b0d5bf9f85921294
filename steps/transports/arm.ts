import type { ComputeManagementClient } from "@azure/arm-compute";
import type { TokenCredential } from "@azure/identity";
import type { AzureVm } from "../../model/host.ts";
import type { Io } from "../act.ts";
import { optionalPackage } from "../optional-package.ts";

/**
 * The lab's stand-in for Azure Resource Manager: an `http://127.…` address. Any other address is refused, since the
 * token would travel in clear.
 */
export const armEndpointVariable = "PARALLEL_STANDBY_ARM_ENDPOINT";
/** The token that the lab's stand-in expects; never used toward Azure. */
export const armTokenVariable = "PARALLEL_STANDBY_ARM_TOKEN";

/** The power state of a VM as its instance view gives it: `deallocated` costs and writes nothing, `stopped` only writes nothing. */
export type VmPower =
  "running" | "starting" | "stopping" | "stopped" | "deallocating" | "deallocated" | "unknown" | "missing";

/** Milliseconds between two questions about an operation that goes on. */
const pollMs = 1000;

/**
 * Milliseconds for one answer. A region that is gone may accept and say nothing, and the SDK itself would wait for ever:
 * a step toward the old site must end long before its own time does.
 */
const answerMs = 20_000;

/** The power state of the VM that a host is. Reads only. */
export async function vmPower(hostId: string, io: Pick<Io, "host" | "signal">): Promise<VmPower> {
  const { azure, client } = await computeFor(hostId, io);
  try {
    const view = await client.virtualMachines.instanceView(azure.resourceGroup, azure.vm, {
      abortSignal: io.signal,
    });
    const code = view.statuses?.map((status) => status.code ?? "").find((c) => c.startsWith("PowerState/"));
    return powerOf(code);
  } catch (error) {
    if (statusOf(error) === 404) return "missing";
    throw refused(hostId, azure, "read the state of", error);
  }
}

/** What Azure has of a VM, whatever its power. */
export interface VmFacts {
  /** `Standard_D4s_v5` */
  readonly size: string;
  /** `uksouth` */
  readonly location: string;
  /** `Succeeded`, `Failed`, `Updating`… */
  readonly provisioning: string;
}

/** The VM that a host is; undefined where Azure knows none of that name. Reads only. */
export async function vmFacts(hostId: string, io: Io): Promise<VmFacts | undefined> {
  const { azure, client } = await computeFor(hostId, io);
  try {
    const vm = await client.virtualMachines.get(azure.resourceGroup, azure.vm, { abortSignal: io.signal });
    return {
      size: vm.hardwareProfile?.vmSize ?? "",
      location: vm.location,
      provisioning: vm.provisioningState ?? "",
    };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw refused(hostId, azure, "read", error);
  }
}

/** A limit of a region: how much of it is used, VMs that are deallocated included (Microsoft Learn, "vCPU quotas"). */
export interface Quota {
  /** As Azure calls it: `Total Regional vCPUs`. */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** The limits of the region that a host's VM is in. Reads only. */
export async function quotasAt(location: string, hostId: string, io: Io): Promise<readonly Quota[]> {
  const { azure, client } = await computeFor(hostId, io);
  try {
    const found: Quota[] = [];
    for await (const u of client.usage.list(location, { abortSignal: io.signal }))
      found.push({ name: u.name.localizedValue ?? u.name.value ?? "", used: u.currentValue, limit: u.limit });
    return found;
  } catch (error) {
    throw refused(hostId, azure, "read the quota of", error);
  }
}

/** Starts the VM that a host is, and waits until Azure says that it has. */
export async function startVm(hostId: string, io: Io): Promise<void> {
  const { azure, client } = await computeFor(hostId, io);
  try {
    await client.virtualMachines.start(azure.resourceGroup, azure.vm, {
      abortSignal: io.signal,
      updateIntervalInMs: pollMs,
    });
  } catch (error) {
    throw refused(hostId, azure, "start", error);
  }
}

/**
 * Stops and deallocates the VM that a host is, and waits until Azure says that it has, or with `accepted` only until it
 * has taken the order. Its disks stay.
 */
export async function deallocateVm(
  hostId: string,
  io: Io,
  until: "accepted" | "deallocated" = "deallocated",
): Promise<void> {
  const { azure, client } = await computeFor(hostId, io);
  try {
    const order = client.virtualMachines.deallocate(azure.resourceGroup, azure.vm, {
      abortSignal: io.signal,
      updateIntervalInMs: pollMs,
    });
    await (until === "accepted" ? order.submitted() : order);
  } catch (error) {
    throw refused(hostId, azure, "deallocate", error);
  }
}

const powers: readonly VmPower[] = [
  "running",
  "starting",
  "stopping",
  "stopped",
  "deallocating",
  "deallocated",
];

/** `PowerState/deallocated` as Azure's instance view writes it. */
export const powerOf = (code: string | undefined): VmPower =>
  powers.find((power) => code === `PowerState/${power}`) ?? "unknown";

async function computeFor(
  hostId: string,
  io: Pick<Io, "host">,
): Promise<{ readonly azure: AzureVm; readonly client: ComputeManagementClient }> {
  const { azure } = io.host(hostId);
  if (!azure)
    throw new Error(
      `${hostId} has no azure in the estate. Write azure: { subscriptionId, resourceGroup, vm } at its server.`,
    );
  return { azure, client: await clientFor(azure.subscriptionId, hostId) };
}

async function clientFor(subscriptionId: string, hostId: string): Promise<ComputeManagementClient> {
  const needed = `${hostId} is an Azure VM: starting and stopping it`;
  const { ComputeManagementClient } = await optionalPackage(
    "@azure/arm-compute",
    () => import("@azure/arm-compute"),
    needed,
  );
  const endpoint = labEndpoint(process.env[armEndpointVariable]);
  if (endpoint === undefined) {
    const { DefaultAzureCredential } = await optionalPackage(
      "@azure/identity",
      () => import("@azure/identity"),
      needed,
    );
    return limited(new ComputeManagementClient(new DefaultAzureCredential(), subscriptionId));
  }
  const token = process.env[armTokenVariable] ?? "";
  const credential: TokenCredential = {
    getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const client = new ComputeManagementClient(credential, subscriptionId, {
    endpoint,
    allowInsecureConnection: true,
  });
  // The package's own policy sends no token over http; toward this machine itself it may.
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "labToken",
    sendRequest: (request, next) => {
      request.allowInsecureConnection = true;
      request.headers.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  });
  return limited(client);
}

/** The client, waiting for each answer only so long. */
function limited(client: ComputeManagementClient): ComputeManagementClient {
  client.pipeline.addPolicy({
    name: "answerLimit",
    sendRequest: (request, next) => {
      request.timeout = answerMs;
      return next(request);
    },
  });
  return client;
}

/** The lab's endpoint if one is set, and only if it is this machine. */
export function labEndpoint(value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "http:" || !/^127\.\d+\.\d+\.\d+$/.test(url.hostname))
    throw new Error(
      `${armEndpointVariable} is for the lab and takes only an http address of this machine, such as http://127.0.0.1:4711. Unset it to use Azure.`,
    );
  return value;
}

const statusOf = (error: unknown): unknown =>
  error instanceof Error && "statusCode" in error ? error.statusCode : undefined;

function refused(hostId: string, azure: AzureVm, what: string, error: unknown): Error {
  const name = `VM ${azure.vm} of resource group ${azure.resourceGroup}`;
  return new Error(`${hostId}: could not ${what} ${name}: ${why(error)}`, { cause: error });
}

function why(error: unknown): string {
  const says = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);
  if (status === 403)
    return 'this machine\'s Azure identity has no right to it. Give it the role "Virtual Machine Contributor" on the VM.';
  if (status === 404)
    return "Azure knows no such VM. Look at subscriptionId, resourceGroup and vm in the estate.";
  if (status === 409)
    return "Azure is busy with another operation on it. Wait until that has ended, then run this again.";
  if (status === 401 || (error instanceof Error && /Credential/.test(error.name)))
    return 'this machine has no Azure identity. Run "az login", or give it a managed identity.';
  if (/AllocationFailed|SkuNotAvailable|OverconstrainedAllocation/.test(says))
    return "the region has no capacity for this size now (AllocationFailed). Try again, resize the VM to another size, or keep a capacity reservation for it.";
  if (error instanceof Error && error.name === "AbortError")
    return `Azure gave no answer in ${String(answerMs / 1000)} s. Its region may be down: look at status.azure.com.`;
  return `${says.split("\n", 1)[0] ?? ""} Look at the VM in the Azure portal, then run this again.`;
}
