import { risk, stops, type Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import type { VmFacts, Quota } from "../../steps/transports/arm.ts";

/** Whether a VM of the standby can be started as the estate has it, as far as Azure says. */
export function vmFindings(
  host: Host,
  vm: VmFacts | undefined,
  quotas: readonly Quota[],
): readonly Finding[] {
  const { id, azure } = host;
  if (!vm)
    return [
      stops(
        id,
        `Azure knows no VM ${azure?.vm ?? ""} in ${azure?.resourceGroup ?? ""}`,
        "look at azure.vm and azure.resourceGroup in the estate, or provision the site",
        `vm:${id}`,
      ),
    ];
  const wanted = azure?.provision?.size;
  return [
    ...(wanted !== undefined && wanted.toLowerCase() !== vm.size.toLowerCase()
      ? [
          risk(
            id,
            `its VM has the size ${vm.size}, not ${wanted} as the estate says`,
            "give it that size while it is parked, or write the size that it has",
            `vm-size:${id}`,
          ),
        ]
      : []),
    ...(vm.provisioning.toLowerCase() === "failed"
      ? [
          stops(
            id,
            "the last change of its VM failed, so that it may not start",
            "look at the VM in Azure, and start it once by hand",
            `vm-state:${id}`,
          ),
        ]
      : []),
    ...quotas
      .filter(({ used, limit }) => used > limit)
      .map(({ name, used, limit }) =>
        stops(
          id,
          `Azure counts ${String(used)} ${name} in ${vm.location} and allows ${String(limit)}: no VM there can be started or made larger`,
          "ask Azure for a higher quota, or delete VMs that nobody needs",
          `vm-quota:${vm.location}/${name}`,
        ),
      ),
  ];
}
