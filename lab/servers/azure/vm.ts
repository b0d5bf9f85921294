import type { Json, JsonObject } from "./json.ts";

/** Power states as the instance view has them (Microsoft Learn, "States and billing status of Azure Virtual Machines"). */
export type PowerState = "starting" | "running" | "stopping" | "stopped" | "deallocating" | "deallocated";

/** What Azure knows of a VM beside what was written to it. */
export interface Power {
  state: PowerState;
  /** When it came into this state, lab time in milliseconds since 1970 UTC. */
  sinceMs: number;
  /** The code of the error that the last operation ended with. */
  failure?: string;
}

/** Virtual cores of a size, from its name: 4 of Standard_D4s_v5, 2 of Standard_DS2_v2. */
export function coresOf(size: string): number {
  return Number(/^(?:Standard|Basic)_[A-Z]+(\d+)/i.exec(size)?.[1] ?? 1);
}

/** The instance view of a VM: provisioning and power state, and the agent's word while the guest runs. */
export function instanceView(name: string, provisioning: string, power: Power): JsonObject {
  const time = new Date(power.sinceMs).toISOString();
  const failed = power.failure !== undefined;
  const statuses: Json[] = [
    {
      code: failed
        ? `ProvisioningState/failed/${power.failure ?? ""}`
        : `ProvisioningState/${provisioning.toLowerCase()}`,
      level: failed ? "Error" : "Info",
      displayStatus: failed ? "Provisioning failed" : `Provisioning ${provisioning.toLowerCase()}`,
      time,
    },
    { code: `PowerState/${power.state}`, level: "Info", displayStatus: `VM ${power.state}` },
  ];
  return {
    ...(power.state === "running" ? { computerName: name, vmAgent: agent(time) } : {}),
    hyperVGeneration: "V2",
    statuses,
  };
}

function agent(time: string): JsonObject {
  return {
    vmAgentVersion: "2.7.41491.1149",
    statuses: [
      {
        code: "ProvisioningState/succeeded",
        level: "Info",
        displayStatus: "Ready",
        message: "GuestAgent is running and processing the extensions.",
        time,
      },
    ],
  };
}
