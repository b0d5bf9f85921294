import { randomUUID } from "node:crypto";
import type { LabClock } from "../types.ts";
import { disksOf, nicsOf, ownerOf, requireFree } from "./attachments.ts";
import {
  allocationFailed,
  concurrentRequest,
  diskInUse,
  groupNotFound,
  nicInUse,
  quotaExceeded,
  resourceNotFound,
  wrongLocation,
} from "./errors.ts";
import { AzureFaults } from "./faults.ts";
import { type JsonObject, textAt } from "./json.ts";
import { type Operation, Operations } from "./operations.ts";
import { formatResourceId, idKey, type ResourceId } from "./resource-id.ts";
import { type ArmType, armType, type Lookup, type Stored, Types } from "./stored.ts";
import type { Subnet } from "./subnets.ts";
import { coresOf, type Power } from "./vm.ts";
import { completeNic, completeVm } from "./writes.ts";

/** A state in which the host behind a VM stays, as the lab is told it. */
export type HostPower = "running" | "stopped" | "deallocated";

/** How long an operation takes, in milliseconds of lab time. Azure itself takes half a minute to several minutes. */
export interface Durations {
  readonly create: number;
  readonly start: number;
  readonly stop: number;
  readonly deallocate: number;
  readonly update: number;
  readonly delete: number;
}

const DURATIONS: Durations = {
  create: 3000,
  start: 2000,
  stop: 1000,
  deallocate: 2000,
  update: 500,
  delete: 1000,
};

/** What a simulated Azure is made of. */
export interface AzureOptions {
  readonly clock: LabClock;
  readonly subscription: string;
  /** Resource groups that are there from the beginning. */
  readonly groups?: readonly { readonly name: string; readonly location: string }[];
  readonly subnets?: readonly Subnet[];
  /** Limit of cores in every region, over allocated and deallocated VMs. 100 by default. */
  readonly coresLimit?: number;
  readonly durations?: Partial<Durations>;
  /** Starts and stops the host behind a VM. Awaited: the VM is `running` only when the host has begun to. */
  readonly onPower?: (vmName: string, power: HostPower) => Promise<void> | void;
}

/** The simulated Azure: resource groups, VMs, disks and network interfaces of one subscription, in memory. */
export class Azure implements Lookup {
  readonly subscription: string;
  readonly faults = new AzureFaults();
  readonly operations: Operations;
  readonly coresLimit: number;
  readonly #options: AzureOptions;
  readonly #durations: Durations;
  readonly #stored = new Map<string, Stored>();
  readonly #power = new Map<string, Power>();

  constructor(options: AzureOptions) {
    this.#options = options;
    this.#durations = { ...DURATIONS, ...options.durations };
    this.subscription = options.subscription;
    this.coresLimit = options.coresLimit ?? 100;
    this.operations = new Operations(options.clock, this.faults);
    for (const { name, location } of options.groups ?? []) {
      this.#store({ subscription: this.subscription, group: name, name }, Types.Group, { location });
    }
  }

  find(id: string): Stored | undefined {
    return this.#stored.get(idKey(id));
  }

  ofType(type: ArmType): readonly Stored[] {
    return [...this.#stored.values()].filter((one) => one.type === type);
  }

  /** The resource, or ARM's answer that it is not there. */
  get(at: ResourceId): Stored {
    const found = this.find(formatResourceId(at));
    if (found) return found;
    if (at.type === undefined) throw groupNotFound(at.group);
    this.#requireGroup(at);
    throw resourceNotFound(at.type, at.name, at.group);
  }

  /** The power of a VM by the id of its resource. */
  powerOf(vm: Stored): Power {
    return this.#power.get(idKey(vm.id)) ?? { state: "deallocated", sinceMs: vm.createdMs };
  }

  /** The power of a VM by its name, for the lab's own questions; undefined when there is no such VM. */
  vmPower(vmName: string): Power["state"] | undefined {
    const vm = this.ofType(Types.Vm).find((one) => one.at.name.toLowerCase() === vmName.toLowerCase());
    return vm && this.powerOf(vm).state;
  }

  /** Cores of all VMs in a region, running or not: that is how Azure counts its quota. */
  coresUsed(location: string): number {
    return this.ofType(Types.Vm)
      .filter((vm) => vm.location.toLowerCase() === location.toLowerCase())
      .reduce((sum, vm) => sum + coresOf(sizeOf(vm.body)), 0);
  }

  /** Creates or changes a resource. A new VM runs when its operation has ended; a change leaves its power alone. */
  put(
    asked: ResourceId,
    body: JsonObject,
  ): { readonly resource: Stored; readonly created: boolean; readonly operation?: Operation } {
    const type = armType(asked.type);
    if (!type) throw resourceNotFound(asked.type ?? "", asked.name, asked.group);
    const at = asked.type === undefined ? asked : { ...asked, type };
    const id = formatResourceId(at);
    const before = this.find(id);
    if (type !== Types.Group) this.#requireGroup(at);
    const location = textAt(body, "location") ?? before?.location ?? "";
    if (before && before.location.toLowerCase() !== location.toLowerCase()) {
      throw wrongLocation(at.name, before.location, at.group, location);
    }
    if (before) this.#requireIdle(before.id);
    if (type === Types.Vm) return this.#putVm(at, { ...body, location }, before);
    const whole = type === Types.Nic ? completeNic(id, body, this.#options.subnets ?? [], this) : body;
    return { resource: this.#store(at, type, { ...whole, location }), created: !before };
  }

  /** Removes a resource, a resource group with all that is in it. Undefined when there is nothing to remove. */
  delete(at: ResourceId): Operation | undefined {
    const found = this.find(formatResourceId(at));
    if (!found) return undefined;
    const owner = found.type === Types.Vm ? undefined : ownerOf(found.id, this);
    if (owner) throw found.type === Types.Nic ? nicInUse(at.name, owner.id) : diskInUse(at.name, owner.id);
    this.#requireIdle(found.id);
    found.provisioning = "Deleting";
    return this.#begin(found, "delete", this.#durations.delete, async () => {
      const inGroup = [...this.#stored.values()].filter(
        (one) => found.type === Types.Group && one.at.group.toLowerCase() === found.at.group.toLowerCase(),
      );
      for (const one of [found, ...inGroup]) await this.#remove(one);
    });
  }

  /** Starts a VM. Fails in the course of the operation when the region has no room. */
  start(vm: Stored): Operation {
    return this.#change(vm, "start", "starting", "running", this.#durations.start);
  }

  /** Stops a VM and keeps its hardware (and its price): `stopped`. */
  powerOff(vm: Stored): Operation {
    return this.#change(vm, "powerOff", "stopping", "stopped", this.#durations.stop);
  }

  /** Stops a VM and gives its hardware back: `deallocated`. */
  deallocate(vm: Stored): Operation {
    return this.#change(vm, "deallocate", "deallocating", "deallocated", this.#durations.deallocate);
  }

  /** Puts a VM into a state without an operation and without telling the host: how the lab sets its scene. */
  setPower(vmName: string, state: HostPower): void {
    const vm = this.ofType(Types.Vm).find((one) => one.at.name.toLowerCase() === vmName.toLowerCase());
    if (!vm) throw new Error(`there is no VM ${vmName} in the simulated Azure`);
    this.#setPower(vm, state);
  }

  /** Drops the operations under way: the lab ends. */
  close(): void {
    this.operations.close();
  }

  #putVm(at: ResourceId, body: JsonObject, before: Stored | undefined): ReturnType<Azure["put"]> {
    const id = formatResourceId(at);
    const location = textAt(body, "location") ?? "";
    const more = coresOf(sizeOf(body)) - (before ? coresOf(sizeOf(before.body)) : 0);
    const used = this.coresUsed(location);
    if (more > 0 && used + more > this.coresLimit) throw quotaExceeded(location, this.coresLimit, used, more);
    requireFree(id, location, body, this);
    const complete = completeVm(at, body, before?.body, () => randomUUID().replaceAll("-", ""));
    for (const disk of complete.disks) this.#store(disk.id, Types.Disk, disk.body);
    const vm = this.#store(at, Types.Vm, complete.body);
    vm.provisioning = before ? "Updating" : "Creating";
    if (!before) this.#setPower(vm, "starting");
    const durationMs = before ? this.#durations.update : this.#durations.create;
    const operation = this.#begin(vm, before ? "update" : "create", durationMs, async () => {
      if (!before) await this.#reach(vm, "running", "deallocated");
    });
    return { resource: vm, created: !before, operation };
  }

  #change(
    vm: Stored,
    kind: string,
    passing: Power["state"],
    wanted: HostPower,
    durationMs: number,
  ): Operation {
    const underWay = this.operations.underWay(idKey(vm.id));
    if (underWay?.kind === kind) return underWay;
    this.#requireIdle(vm.id);
    const from = this.powerOf(vm).state;
    if (from === wanted) return this.#begin(vm, kind, 0, () => undefined);
    this.#setPower(vm, passing);
    vm.provisioning = "Updating";
    const back = from === "running" || from === "stopped" ? from : "deallocated";
    return this.#begin(vm, kind, durationMs, () => this.#reach(vm, wanted, back));
  }

  /** The end of a power operation; on failure the VM is where it was before. */
  async #reach(vm: Stored, wanted: HostPower, back: HostPower): Promise<void> {
    try {
      if (wanted === "running" && this.faults.isFull(vm.location)) throw allocationFailed();
      await this.#options.onPower?.(vm.at.name, wanted);
      this.#setPower(vm, wanted);
    } catch (error) {
      this.#setPower(vm, back);
      throw error;
    }
  }

  #begin(on: Stored, kind: string, durationMs: number, work: () => Promise<void> | void): Operation {
    return this.operations.begin(
      { on: idKey(on.id), kind, location: on.location },
      durationMs,
      async () => {
        await work();
        on.provisioning = "Succeeded";
        delete this.powerOf(on).failure;
      },
      (error) => {
        on.provisioning = "Failed";
        this.powerOf(on).failure = error.code;
      },
    );
  }

  async #remove(one: Stored): Promise<void> {
    this.#stored.delete(idKey(one.id));
    if (one.type !== Types.Vm) return;
    this.#power.delete(idKey(one.id));
    for (const part of [...nicsOf(one.body), ...disksOf(one.body)]) {
      if (part.goesWithVm) this.#stored.delete(idKey(part.id));
    }
    await this.#options.onPower?.(one.at.name, "deallocated");
  }

  #store(at: ResourceId, type: ArmType, body: JsonObject): Stored {
    const id = formatResourceId(at);
    const before = this.find(id);
    if (before) {
      before.body = body;
      before.version += 1;
      return before;
    }
    const location = textAt(body, "location") ?? "";
    const stored: Stored = {
      id,
      at,
      type,
      location,
      body,
      provisioning: "Succeeded",
      createdMs: this.#options.clock.now(),
      guid: randomUUID(),
      version: 1,
    };
    this.#stored.set(idKey(id), stored);
    return stored;
  }

  #setPower(vm: Stored, state: Power["state"]): void {
    const failure = this.#power.get(idKey(vm.id))?.failure;
    const power: Power = { state, sinceMs: this.#options.clock.now() };
    this.#power.set(idKey(vm.id), failure === undefined ? power : { ...power, failure });
  }

  #requireGroup(at: ResourceId): void {
    const { subscription, group } = at;
    if (!this.find(formatResourceId({ subscription, group, name: group }))) throw groupNotFound(group);
  }

  #requireIdle(id: string): void {
    if (this.operations.underWay(idKey(id))) throw concurrentRequest();
  }
}

function sizeOf(vm: JsonObject): string {
  return textAt(vm, "properties", "hardwareProfile", "vmSize") ?? "";
}
