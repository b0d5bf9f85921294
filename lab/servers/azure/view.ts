import { disksOf, nicsOf, ownerOf } from "./attachments.ts";
import { type Json, type JsonObject, objectAt } from "./json.ts";
import type { Azure } from "./model.ts";
import { type Stored, Types } from "./stored.ts";
import { instanceView } from "./vm.ts";

/** A resource as a GET answers it. */
export function viewOf(one: Stored, azure: Azure, expandInstanceView = false): JsonObject {
  const etag = `W/"${one.guid}-${String(one.version)}"`;
  return {
    ...one.body,
    id: one.id,
    name: one.at.name,
    type: one.type,
    location: one.location,
    ...(one.type === Types.Group ? {} : { etag }),
    properties: {
      ...objectAt(one.body, "properties"),
      ...filledIn(one, azure),
      ...(expandInstanceView && one.type === Types.Vm ? { instanceView: instanceViewOf(one, azure) } : {}),
      provisioningState: one.provisioning,
    },
  };
}

/** The instance view of a VM, as its own address answers it. */
export function instanceViewOf(vm: Stored, azure: Azure): JsonObject {
  return {
    ...instanceView(vm.at.name, vm.provisioning, azure.powerOf(vm)),
    disks: disksOf(vm.body).map((disk) => ({
      name: azure.find(disk.id)?.at.name ?? disk.id,
      statuses: [
        { code: "ProvisioningState/succeeded", level: "Info", displayStatus: "Provisioning succeeded" },
      ],
    })),
  };
}

/** Cores and VMs in use in a region, with their limits. */
export function usagesOf(location: string, azure: Azure): readonly Json[] {
  const vms = azure
    .ofType(Types.Vm)
    .filter((vm) => vm.location.toLowerCase() === location.toLowerCase()).length;
  const usage = (value: string, localizedValue: string, currentValue: number, limit: number): JsonObject => ({
    name: { value, localizedValue },
    unit: "Count",
    currentValue,
    limit,
  });
  return [
    usage("cores", "Total Regional vCPUs", azure.coresUsed(location), azure.coresLimit),
    usage("virtualMachines", "Virtual Machines", vms, 25_000),
  ];
}

/** What Azure adds to what was written. */
function filledIn(one: Stored, azure: Azure): JsonObject {
  const timeCreated = new Date(one.createdMs).toISOString();
  const owner = ownerOf(one.id, azure);
  switch (one.type) {
    case Types.Vm:
      return { vmId: one.guid, timeCreated };
    case Types.Disk:
      return {
        uniqueId: one.guid,
        timeCreated,
        diskState: owner
          ? azure.powerOf(owner).state === "deallocated"
            ? "Reserved"
            : "Attached"
          : "Unattached",
        ...(owner ? { managedBy: owner.id } : {}),
      };
    case Types.Nic:
      return {
        resourceGuid: one.guid,
        ...(owner
          ? {
              virtualMachine: { id: owner.id },
              primary: nicsOf(owner.body)[0]?.id.toLowerCase() === one.id.toLowerCase(),
            }
          : {}),
      };
    case Types.Group:
      return {};
  }
}
