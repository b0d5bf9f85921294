import { diskInUse, invalidReference, nicInUse } from "./errors.ts";
import { type JsonObject, objectsAt, objectAt, textAt } from "./json.ts";
import { idKey } from "./resource-id.ts";
import { type Lookup, type Stored, Types } from "./stored.ts";

/** A disk or network interface as a VM names it. */
export interface Attachment {
  readonly id: string;
  /** Whether it goes when the VM goes; by default it stays (`Detach`). */
  readonly goesWithVm: boolean;
}

/** The network interfaces that a VM's body names. */
export function nicsOf(vm: JsonObject): readonly Attachment[] {
  return objectsAt(vm, "properties", "networkProfile", "networkInterfaces").flatMap((nic) =>
    attachment(textAt(nic, "id"), textAt(nic, "properties", "deleteOption")),
  );
}

/** The managed disks that a VM's body names. */
export function disksOf(vm: JsonObject): readonly Attachment[] {
  const profile = objectAt(vm, "properties", "storageProfile");
  return [objectAt(profile, "osDisk"), ...objectsAt(profile, "dataDisks")].flatMap((disk) =>
    attachment(textAt(disk, "managedDisk", "id"), textAt(disk, "deleteOption")),
  );
}

/** The VM that has a disk or network interface. */
export function ownerOf(id: string, lookup: Lookup): Stored | undefined {
  return lookup
    .ofType(Types.Vm)
    .find((vm) => [...nicsOf(vm.body), ...disksOf(vm.body)].some((one) => idKey(one.id) === idKey(id)));
}

/** Refuses a VM that names what is not there, is in another region, or belongs to another VM. */
export function requireFree(vmId: string, location: string, body: JsonObject, lookup: Lookup): void {
  const nics = nicsOf(body);
  for (const one of [...nics, ...disksOf(body)]) {
    const found = lookup.find(one.id);
    if (!found || found.location.toLowerCase() !== location.toLowerCase())
      throw invalidReference(one.id, vmId);
    const owner = ownerOf(one.id, lookup);
    if (owner && idKey(owner.id) !== idKey(vmId)) {
      throw nics.includes(one) ? nicInUse(found.at.name, owner.id) : diskInUse(found.at.name, owner.id);
    }
  }
}

function attachment(id: string | undefined, deleteOption: string | undefined): Attachment[] {
  return id === undefined ? [] : [{ id, goesWithVm: deleteOption?.toLowerCase() === "delete" }];
}
