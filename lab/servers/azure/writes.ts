import { addressTaken, ArmError, invalidReference } from "./errors.ts";
import { type Json, type JsonObject, objectAt, objectsAt, textAt } from "./json.ts";
import { formatResourceId, idKey, type ResourceId } from "./resource-id.ts";
import { type Lookup, Types } from "./stored.ts";
import { freeAddress, inSubnet, type Subnet } from "./subnets.ts";

/** A disk that Azure makes along with a VM. */
export interface NewDisk {
  readonly id: ResourceId;
  readonly body: JsonObject;
}

/** Fills in a network interface's addresses, and refuses one that is taken or in no subnet. */
export function completeNic(
  id: string,
  body: JsonObject,
  subnets: readonly Subnet[],
  lookup: Lookup,
): JsonObject {
  const taken = new Map(
    lookup
      .ofType(Types.Nic)
      .filter((nic) => idKey(nic.id) !== idKey(id))
      .flatMap((nic) => addressesOf(nic.body).map((address) => [address, nic.id] as const)),
  );
  const configurations = objectsAt(body, "properties", "ipConfigurations").map((one) => {
    const subnetId = textAt(one, "properties", "subnet", "id") ?? "";
    const subnet = subnets.find((known) => idKey(known.id) === idKey(subnetId));
    if (!subnet) throw invalidReference(subnetId, id);
    const asked = textAt(one, "properties", "privateIPAddress");
    if (asked !== undefined && !inSubnet(subnet.prefix, asked)) {
      throw new ArmError(
        400,
        "PrivateIPAddressNotInSubnet",
        `Private static IP address ${asked} does not belong to the range of subnet prefix ${subnet.prefix}.`,
      );
    }
    const address = asked ?? freeAddress(subnet.prefix, new Set(taken.keys()));
    if (address === undefined) {
      throw new ArmError(
        400,
        "SubnetIsFull",
        `Subnet ${subnet.id} with address prefix ${subnet.prefix} is full.`,
      );
    }
    const by = taken.get(address);
    if (by !== undefined) throw addressTaken(id, address, by);
    taken.set(address, id);
    const name = textAt(one, "name") ?? "ipconfig";
    return {
      ...one,
      name,
      id: `${id}/ipConfigurations/${name}`,
      properties: {
        privateIPAllocationMethod: "Dynamic",
        ...objectAt(one, "properties"),
        privateIPAddress: address,
        provisioningState: "Succeeded",
      },
    };
  });
  return { ...body, properties: { ...objectAt(body, "properties"), ipConfigurations: configurations } };
}

/** The private addresses of a network interface. */
export function addressesOf(nic: JsonObject): readonly string[] {
  return objectsAt(nic, "properties", "ipConfigurations").flatMap(
    (one) => textAt(one, "properties", "privateIPAddress") ?? [],
  );
}

/**
 * Completes a VM: its password is dropped, disks that it does not name by id are made, and the names that they get are
 * written into its body, as a GET shows them. A disk that an earlier write has made is kept.
 */
export function completeVm(
  vm: ResourceId,
  body: JsonObject,
  before: JsonObject | undefined,
  suffix: () => string,
): { readonly body: JsonObject; readonly disks: readonly NewDisk[] } {
  const properties = objectAt(body, "properties");
  const storage = objectAt(properties, "storageProfile");
  const disks: NewDisk[] = [];
  const complete = (disk: JsonObject, kind: "OsDisk_1" | `lun_${string}`, known: JsonObject): JsonObject => {
    if (textAt(disk, "managedDisk", "id") !== undefined) return disk;
    const name = textAt(disk, "name") ?? textAt(known, "name") ?? `${vm.name}_${kind}_${suffix()}`;
    const id: ResourceId = { subscription: vm.subscription, group: vm.group, type: Types.Disk, name };
    if (textAt(known, "managedDisk", "id") === undefined) {
      disks.push({ id, body: newDisk(textAt(body, "location") ?? "", disk) });
    }
    return { ...disk, name, managedDisk: { ...objectAt(disk, "managedDisk"), id: formatResourceId(id) } };
  };
  const had = objectAt(before, "properties", "storageProfile");
  const dataDisks = objectsAt(storage, "dataDisks").map((disk) =>
    complete(
      disk,
      `lun_${JSON.stringify(disk["lun"] ?? 0)}`,
      objectsAt(had, "dataDisks").find((one) => one["lun"] === disk["lun"]) ?? {},
    ),
  );
  const osDisk = complete(objectAt(storage, "osDisk"), "OsDisk_1", objectAt(had, "osDisk"));
  const { adminPassword: _never, customData: _neither, ...osProfile } = objectAt(properties, "osProfile");
  return {
    disks,
    body: {
      ...body,
      properties: {
        ...properties,
        ...(properties["osProfile"] === undefined ? {} : { osProfile }),
        storageProfile: { ...storage, osDisk, dataDisks },
      },
    },
  };
}

function newDisk(location: string, disk: JsonObject): JsonObject {
  const size: Json = disk["diskSizeGB"] ?? 127;
  const sku = textAt(disk, "managedDisk", "storageAccountType") ?? "Premium_LRS";
  const osType = textAt(disk, "osType");
  return {
    location,
    sku: { name: sku },
    properties: {
      creationData: { createOption: textAt(disk, "createOption") ?? "Empty" },
      diskSizeGB: size,
      ...(osType === undefined ? {} : { osType }),
    },
  };
}
