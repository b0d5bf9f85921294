import { optionalPackage } from "../../steps/optional-package.ts";

/** The classes of azure-native that a VM is made of, by leaf: its root takes seconds and 670 MB to load. */
export async function loadAzure(): Promise<AzureClasses> {
  return optionalPackage(
    "@pulumi/azure-native",
    async () => {
      const { NetworkInterface } = await import("@pulumi/azure-native/network/networkInterface.js");
      const { VirtualMachine } = await import("@pulumi/azure-native/compute/virtualMachine.js");
      const { Provider } = await import("@pulumi/azure-native/provider.js");
      return { NetworkInterface, VirtualMachine, Provider };
    },
    "Making Azure VMs",
  );
}

/** What `loadAzure` gives. */
export interface AzureClasses {
  readonly NetworkInterface: typeof import("@pulumi/azure-native/network/networkInterface.js").NetworkInterface;
  readonly VirtualMachine: typeof import("@pulumi/azure-native/compute/virtualMachine.js").VirtualMachine;
  readonly Provider: typeof import("@pulumi/azure-native/provider.js").Provider;
}
