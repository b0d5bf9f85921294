/** A resource of azure-native that the simulated provider knows, and how it maps onto ARM. */
export interface Kind {
  /** `azure-native:compute:VirtualMachine`. */
  readonly token: string;
  /** Undefined for a resource group, which has no provider in its id. */
  readonly armType?: string;
  /** The version that azure-native 3.28 uses by default. */
  readonly apiVersion: string;
  /** The input that names the resource; where it is left out, a name is made up. */
  readonly nameInput: string;
  readonly required: readonly string[];
  /** Inputs that stand beside `properties` in ARM's body, not inside. */
  readonly topLevel: readonly string[];
  /** Lists whose elements ARM keeps in `properties` of their own, and what stays outside of these. */
  readonly nested: Readonly<Record<string, readonly string[]>>;
  /** Input paths whose change makes a new resource. */
  readonly replaces: readonly string[];
}

const everywhere = ["resourceGroupName", "location"] as const;

/** The kinds by token. */
export const KINDS: ReadonlyMap<string, Kind> = new Map(
  (
    [
      {
        token: "azure-native:resources:ResourceGroup",
        apiVersion: "2024-03-01",
        nameInput: "resourceGroupName",
        required: [],
        topLevel: ["managedBy"],
        nested: {},
        replaces: everywhere,
      },
      {
        token: "azure-native:network:NetworkInterface",
        armType: "Microsoft.Network/networkInterfaces",
        apiVersion: "2024-05-01",
        nameInput: "networkInterfaceName",
        required: ["resourceGroupName"],
        topLevel: ["extendedLocation"],
        nested: { ipConfigurations: ["id", "name", "type"] },
        replaces: [...everywhere, "networkInterfaceName"],
      },
      {
        token: "azure-native:compute:Disk",
        armType: "Microsoft.Compute/disks",
        apiVersion: "2024-03-02",
        nameInput: "diskName",
        required: ["resourceGroupName", "creationData"],
        topLevel: ["extendedLocation", "sku", "zones"],
        nested: {},
        replaces: [...everywhere, "diskName", "zones", "creationData", "osType", "hyperVGeneration"],
      },
      {
        token: "azure-native:compute:VirtualMachine",
        armType: "Microsoft.Compute/virtualMachines",
        apiVersion: "2024-11-01",
        nameInput: "vmName",
        required: ["resourceGroupName"],
        topLevel: ["extendedLocation", "identity", "placement", "plan", "zones"],
        nested: { "networkProfile.networkInterfaces": ["id"] },
        replaces: [
          ...everywhere,
          "vmName",
          "zones",
          "availabilitySet",
          "osProfile.computerName",
          "osProfile.adminUsername",
          "osProfile.customData",
          "storageProfile.imageReference",
          "storageProfile.osDisk.createOption",
          "storageProfile.osDisk.name",
          "storageProfile.osDisk.osType",
        ],
      },
    ] satisfies Kind[]
  ).map((kind) => [kind.token, kind]),
);

/** The parts of a URN that the provider goes by. */
export function parseUrn(urn: string): {
  readonly project: string;
  readonly token: string;
  readonly name: string;
} {
  const [, project = "", types = "", ...name] = urn.split("::");
  return { project, token: types.split("$").at(-1) ?? "", name: name.join("::") };
}
