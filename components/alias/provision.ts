import * as pulumi from "@pulumi/pulumi";
import { provisioningStep, type ProvisionArgs } from "../provisioning.ts";
import type { AliasFacts } from "./facts.ts";
import { createAlias, keyAccepted } from "./verbs.ts";

/** Sees to it that an alias exists, and that its key may change it. Its value belongs to no stack: it is never changed and never deleted from here. */
export class DnsAlias extends pulumi.ComponentResource {
  constructor(
    name: string,
    { facts, at }: ProvisionArgs<AliasFacts>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:DnsAlias", name, {}, opts);
    const create = createAlias.step(`${name}/create`, { facts, active: at.active, site: at.site });
    const made = provisioningStep(`${name}-create`, create, at, { parent: this });
    const key = keyAccepted.step(`${name}/key-accepted`, { facts, site: at.site });
    provisioningStep(`${name}-key-accepted`, key, at, { parent: this, dependsOn: made });
    this.registerOutputs({});
  }
}
