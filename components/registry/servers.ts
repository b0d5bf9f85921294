import type { Guard } from "../windows/guard/provision.ts";
import type { machinesOf } from "../windows/machines.ts";

/** What provisions the servers that parts stand on. */
export interface ServerModule {
  /** Makes those of a site that this library makes. */
  readonly machinesOf: typeof machinesOf;
  /** Guards what they may start by themselves. */
  readonly Guard: typeof Guard;
}

/** How servers are provisioned, loaded only by a provisioning stack. There is one technology so far. */
export const servers = async (): Promise<ServerModule> => ({
  machinesOf: (await import("../windows/machines.ts")).machinesOf,
  Guard: (await import("../windows/guard/provision.ts")).Guard,
});
