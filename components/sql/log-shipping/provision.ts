import * as pulumi from "@pulumi/pulumi";
import { provisioningStep, type ProvisionArgs } from "../../provisioning.ts";
import type { LogShippingFacts } from "./facts.ts";
import { sourceSteps, standbySteps, type Steps } from "./site-steps.ts";

/**
 * Log shipping at one site: at the active one the source's jobs, at the passive one the copy of each database and the
 * jobs that keep it in step. What is adopted is looked at only.
 */
export class LogShipping extends pulumi.ComponentResource {
  constructor(
    name: string,
    { facts, at }: ProvisionArgs<LogShippingFacts>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:LogShipping", name, {}, opts);
    const isActive = at.site === at.active;
    const steps = isActive ? sourceSteps : standbySteps;
    const make = ([suffix, draft]: Steps[number], dependsOn: readonly pulumi.Resource[]): pulumi.Resource =>
      provisioningStep(`${name}-${suffix}`, draft, at, { parent: this, dependsOn: [...dependsOn] });
    let common: pulumi.Resource[] = [];
    for (const step of steps.common(name, facts, at.site)) common = [make(step, common)];
    let before: pulumi.Resource[] = common;
    for (const database of facts.databases) {
      let last: pulumi.Resource[] = facts.quiesce.length > 0 ? before : common;
      for (const step of steps.perDatabase(name, facts, at.site, database)) last = [make(step, last)];
      before = last;
    }
    this.registerOutputs({});
  }
}
