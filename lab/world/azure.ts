import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { serveArm } from "../servers/azure/arm.ts";
import { Azure } from "../servers/azure/model.ts";
import { Types } from "../servers/azure/stored.ts";
import type { LabNetwork } from "../servers/network.ts";
import type { HostIdentity, LabClock, LabSite } from "../servers/types.ts";

/** The Azure region of each site. */
export const regions: Readonly<Record<LabSite, string>> = {
  primary: "uksouth",
  dr: "ukwest",
  third: "northeurope",
};

/** A lab's Azure: its servers as VMs, and the endpoint of Azure Resource Manager. */
export interface LabAzure {
  readonly azure: Azure;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Resource id of the subnet of a site, for network interfaces that are made in it. */
  subnetId(site: LabSite): string;
  /** What makes the product, the simulated provider and the Azure SDK find it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Seconds that Azure takes for minutes of work, so that a rehearsal waits, but not long. Milliseconds of lab time. */
const durations = { create: 300, start: 500, stop: 500, deallocate: 500, update: 100, delete: 300 };

/** Starts a simulated Azure in which these servers are VMs that run. Power of a VM is power of the server behind it. */
export async function labAzure({
  clock,
  network,
  servers,
}: {
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly servers: readonly HostIdentity[];
}): Promise<LabAzure> {
  const subscriptionId = randomUUID();
  const resourceGroup = "rg-lab";
  const subnetId = (site: LabSite): string =>
    `/subscriptions/${subscriptionId}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-${site}/subnets/servers`;
  const azure = new Azure({
    clock,
    subscription: subscriptionId,
    groups: [{ name: resourceGroup, location: regions.dr }],
    subnets: [
      { id: subnetId("primary"), location: regions.primary, prefix: "127.10.1.0/24" },
      { id: subnetId("dr"), location: regions.dr, prefix: "127.20.1.0/24" },
    ],
    durations,
    onPower: async (vm, power) => {
      // A VM that an estate has made has no server behind it.
      if (!network.host(vm)) return;
      if (power === "running") await network.hostUp(vm);
      else await network.hostDown(vm);
    },
  });
  for (const server of servers) await adopt(azure, resourceGroup, subnetId(server.site), server);
  const arm = await serveArm(azure);
  return {
    azure,
    subscriptionId,
    resourceGroup,
    subnetId,
    env: {
      LAB_ARM: arm.url,
      PARALLEL_STANDBY_ARM_ENDPOINT: arm.url,
      PARALLEL_STANDBY_ARM_TOKEN: randomUUID(),
      ARM_SUBSCRIPTION_ID: subscriptionId,
    },
    close: async () => {
      await arm.close();
      azure.close();
    },
  };
}

/** Makes the VM of a server that runs already, and waits until Azure has it. */
async function adopt(
  azure: Azure,
  group: string,
  subnet: string,
  { name, site, address }: HostIdentity,
): Promise<void> {
  const at = { subscription: azure.subscription, group };
  const location = regions[site];
  const nic = azure.put(
    { ...at, type: Types.Nic, name: `${name}-nic` },
    {
      location,
      properties: {
        ipConfigurations: [
          { name: "main", properties: { subnet: { id: subnet }, privateIPAddress: address } },
        ],
      },
    },
  ).resource;
  const { operation } = azure.put(
    { ...at, type: Types.Vm, name },
    {
      location,
      properties: {
        hardwareProfile: { vmSize: "Standard_D4s_v5" },
        networkProfile: { networkInterfaces: [{ id: nic.id }] },
        osProfile: { computerName: name },
        storageProfile: { osDisk: { createOption: "FromImage", osType: "Windows" } },
      },
    },
  );
  while (operation?.status === "InProgress") await pause(20);
}
