import { isIPv4 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { AzureVm, Host } from "../../model/host.ts";
import type { AzureClasses } from "./azure-native.ts";

/** A VM as the estate wants it made. */
export type ProvisionedVm = NonNullable<AzureVm["provision"]>;

/** Whether this library makes the VM of a host. Any other host is adopted: it is used as it is, and no resource stands for it. */
export const isProvisioned = (host: Host): boolean => host.azure?.provision !== undefined;

/** The id that Azure gives to the VM of a host, known before it is there. */
export const vmIdOf = ({
  subscriptionId,
  resourceGroup,
  vm,
}: Pick<AzureVm, "subscriptionId" | "resourceGroup" | "vm">): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${vm}`;

/** The arguments of a `WindowsHost`. */
export interface WindowsHostArgs {
  /** A host with `azure.provision`. */
  readonly host: Host;
  /** As `loadAzure` gives them. Plain, since they are needed before the first resource. */
  readonly azure: AzureClasses;
  /** Of the VM's administrator; used when the VM is made, and ignored later. */
  readonly adminPassword: pulumi.Input<string>;
}

/**
 * The Azure VM of a host: network interface, VM, disks. Always protected: the state keeps what it was told when its site
 * was passive, and would let a destroy delete the VM of the site that is active now. A newer image or another
 * administrator password never replaces it. Its subscription is that of the provider in `opts.provider`.
 */
export class WindowsHost extends pulumi.ComponentResource {
  constructor(
    name: string,
    { host, azure, adminPassword }: WindowsHostArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:WindowsHost", name, {}, opts);
    const vm = host.azure;
    if (!vm?.provision)
      throw new pulumi.ResourceError(
        `${host.id} has no azure.provision: it is adopted, and not made here`,
        this,
        true,
      );
    const nic = new azure.NetworkInterface(`${name}-nic`, nicArgs(host, vm, vm.provision), {
      parent: this,
      protect: true,
    });
    new azure.VirtualMachine(`${name}-vm`, vmArgs(host, vm, vm.provision, nic.id, adminPassword), {
      parent: this,
      protect: true,
      ignoreChanges: ["storageProfile.imageReference", "osProfile.adminPassword"],
    });
    this.registerOutputs({});
  }
}

const nicArgs = (
  host: Host,
  { resourceGroup, vm }: AzureVm,
  { location, subnetId, tags }: ProvisionedVm,
): ConstructorParameters<AzureClasses["NetworkInterface"]>[1] => ({
  networkInterfaceName: `${vm}-nic`,
  resourceGroupName: resourceGroup,
  location,
  tags,
  ipConfigurations: [
    {
      name: "main",
      primary: true,
      subnet: { id: subnetId },
      ...(isIPv4(host.address)
        ? { privateIPAllocationMethod: "Static", privateIPAddress: host.address }
        : { privateIPAllocationMethod: "Dynamic" }),
    },
  ],
});

const vmArgs = (
  host: Host,
  { resourceGroup, vm }: AzureVm,
  { location, size, imageId, adminUser, dataDisksGb, tags }: ProvisionedVm,
  nicId: pulumi.Input<string>,
  adminPassword: pulumi.Input<string>,
): ConstructorParameters<AzureClasses["VirtualMachine"]>[1] => ({
  vmName: vm,
  resourceGroupName: resourceGroup,
  location,
  tags,
  hardwareProfile: { vmSize: size },
  networkProfile: { networkInterfaces: [{ id: nicId, primary: true }] },
  osProfile: {
    computerName: host.id,
    adminUsername: adminUser,
    adminPassword: pulumi.secret(adminPassword),
    windowsConfiguration: { provisionVMAgent: true },
  },
  storageProfile: {
    imageReference: { id: imageId },
    osDisk: {
      name: `${vm}-os`,
      createOption: "FromImage",
      // A deleted VM leaves its disks: they may hold the only copy of something.
      deleteOption: "Detach",
    },
    dataDisks: dataDisksGb.map((diskSizeGB, lun) => ({
      name: `${vm}-data-${String(lun + 1)}`,
      lun,
      diskSizeGB,
      createOption: "Empty",
      deleteOption: "Detach",
    })),
  },
});
