import type { Azure } from "../../lab/servers/azure/model.ts";
import type { ResourceId } from "../../lab/servers/azure/resource-id.ts";

export const SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a";
export const VNET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dr/providers/Microsoft.Network/virtualNetworks/vnet-dr`;

export const id = (type: string, name: string): ResourceId => ({
  subscription: SUBSCRIPTION,
  group: "rg-dr",
  type,
  name,
});
export const vmId = (name: string): ResourceId => id("Microsoft.Compute/virtualMachines", name);
export const nicPath = (name: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dr/providers/Microsoft.Network/networkInterfaces/${name}`;

export function addNic(azure: Azure, name: string, address?: string): ResourceId {
  const at = id("Microsoft.Network/networkInterfaces", name);
  azure.put(at, {
    location: "northeurope",
    properties: {
      ipConfigurations: [
        {
          name: "ipconfig",
          properties: {
            subnet: { id: `${VNET}/subnets/servers` },
            ...(address ? { privateIPAllocationMethod: "Static", privateIPAddress: address } : {}),
          },
        },
      ],
    },
  });
  return at;
}

export function addressOf(azure: Azure, at: ResourceId): string | undefined {
  return /"privateIPAddress":"([^"]+)"/.exec(JSON.stringify(azure.get(at).body))?.[1];
}

export function addVm(azure: Azure, name: string): void {
  addNic(azure, `${name}-nic`);
  azure.put(vmId(name), vmBody(nicPath(`${name}-nic`)));
}

export function vmBody(nic: string): Parameters<Azure["put"]>[1] {
  return {
    location: "northeurope",
    properties: {
      hardwareProfile: { vmSize: "Standard_D4s_v5" },
      osProfile: { computerName: "K2DR01", adminUsername: "ops", adminPassword: "not given back" },
      networkProfile: { networkInterfaces: [{ id: nic, properties: { primary: true } }] },
      storageProfile: { osDisk: { createOption: "FromImage", osType: "Windows" } },
    },
  };
}
