import * as pulumi from "@pulumi/pulumi";
import type { local } from "@pulumi/command";
import { isParked } from "../../model/host.ts";
import { lookupOf } from "../../model/recovery.ts";
import type { Draft } from "../../model/verb.ts";
import { provisioningStep, type ProvisionArgs, type Provisioning } from "../provisioning.ts";
import { parkHost } from "../windows/verbs.ts";
import { captureDraft, masterKeyDraft } from "./drafts.ts";
import type { K2Facts } from "./facts.ts";
import { serviceProbes, stoppedOn } from "./part.ts";
import { listens, stopBeforeParking } from "./verbs.ts";

/**
 * Keeps the rows that K2 binds to its servers, before anything is restored over them: those of the site that is
 * provisioned and, while it is the passive one, those of the active site too, for the way back.
 */
export class K2Capture extends pulumi.ComponentResource {
  constructor(name: string, { facts, at }: ProvisionArgs<K2Facts>, opts?: pulumi.ComponentResourceOptions) {
    super("parallel-standby:index:K2Capture", name, {}, opts);
    for (const site of new Set([at.site, at.active]))
      for (const draft of captureDraft(facts.keptAs, facts, site, at.active))
        provisioningStep(`${name}-capture-${site}`, draft, at, { parent: this });
    this.registerOutputs({});
  }
}

/**
 * A K2 at one site. Where it is active it is only looked at; where it is passive its services are stopped and disabled,
 * and its VMs deallocated where they receive nothing.
 */
export class K2 extends pulumi.ComponentResource {
  constructor(name: string, { facts, at }: ProvisionArgs<K2Facts>, opts?: pulumi.ComponentResourceOptions) {
    super("parallel-standby:index:K2", name, {}, opts);
    steps([masterKeyDraft(name, facts, at.active)], at, this);
    const { host: hostOf } = lookupOf(at.recovery);
    for (const host of facts.servers[at.site]) {
      const machine = hostOf(host);
      if (at.site === at.active)
        steps(
          [
            ...serviceProbes(name, facts, host),
            listens.step(`${name}/listens/${host}`, { host, port: facts.port }),
          ],
          at,
          this,
        );
      else if (machine && isParked(machine)) steps(parking(name, facts, host), at, this);
      else steps([...serviceProbes(name, facts, host), ...stoppedOn(name, facts, host, "park")], at, this);
    }
    this.registerOutputs({});
  }
}

/** Services first, so that they don't start with the VM; then the VM. */
const parking = (name: string, { services, stopSec }: K2Facts, host: string): readonly Draft[] => [
  stopBeforeParking.step(
    `${name}/stop-before-parking/${host}`,
    { host, services: services.toReversed(), waitSec: stopSec },
    { timeoutSec: services.length * (stopSec + 30) + 60 },
  ),
  parkHost.step(`${name}/park/${host}`, { host }),
];

/** Steps one after the other, each a resource named after it. */
function steps(drafts: readonly Draft[], at: Provisioning, parent: pulumi.ComponentResource): void {
  const made: local.Command[] = [];
  for (const draft of drafts)
    made.push(
      provisioningStep(draft.id.replaceAll("/", "-"), draft, at, { parent, dependsOn: made.slice(-1) }),
    );
}
