import type { JsonObject } from "./json.ts";
import type { ResourceId } from "./resource-id.ts";

/** The types of resource that the simulated Azure knows, in the spelling of ARM. */
export const Types = {
  Group: "Microsoft.Resources/resourceGroups",
  Vm: "Microsoft.Compute/virtualMachines",
  Disk: "Microsoft.Compute/disks",
  Nic: "Microsoft.Network/networkInterfaces",
} as const;
export type ArmType = (typeof Types)[keyof typeof Types];

/** A resource as it is kept: what was written, completed by what Azure fills in. */
export interface Stored {
  readonly id: string;
  readonly at: ResourceId;
  readonly type: ArmType;
  readonly location: string;
  /** The body of the last PUT, without what Azure never gives back (passwords). */
  body: JsonObject;
  provisioning: "Creating" | "Updating" | "Succeeded" | "Failed" | "Deleting";
  readonly createdMs: number;
  /** A GUID that stays with the resource: vmId, uniqueId, resourceGuid. */
  readonly guid: string;
  version: number;
}

/** Reads other resources while one is written. */
export interface Lookup {
  find(id: string): Stored | undefined;
  ofType(type: ArmType): readonly Stored[];
}

/** The type in ARM's own spelling; undefined for one that the simulated Azure does not know. */
export function armType(type: string | undefined): ArmType | undefined {
  if (type === undefined) return Types.Group;
  return Object.values(Types).find((one) => one.toLowerCase() === type.toLowerCase());
}
