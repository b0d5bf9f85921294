import * as pulumi from "@pulumi/pulumi";
import { createStacks, declareFacts } from "../planning/verbs.ts";
import { provisioningStep, type Provisioning, type ProvisionModule } from "./provisioning.ts";

/** What a site is made from. */
export interface SiteArgs {
  readonly at: Provisioning;
  /** Makes the site's machines, where this library makes them; all else waits for them. */
  readonly machines: (parent: pulumi.Resource) => readonly pulumi.ComponentResource[];
  /** By kind of part. */
  readonly provisions: Readonly<Record<string, ProvisionModule>>;
  /** By part, the parts that it stands on: they come first. */
  readonly uses: ReadonlyMap<string, readonly string[]>;
  /** Stacks that must exist before they are needed: `up` of a stack that does not exist fails. */
  readonly stacks: readonly string[];
}

/**
 * Everything that one site needs: a component for each part, those it uses before it, and at the end, when all else
 * has succeeded, the facts in the journal.
 */
export class Site extends pulumi.ComponentResource {
  constructor(
    name: string,
    { at, machines, provisions, uses, stacks }: SiteArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:Site", name, {}, opts);
    const hosts = machines(this);
    const before: pulumi.ComponentResource[] = [...hosts];
    for (const p of at.recovery.parts) {
      const Before = provisions[p.kind]?.Before;
      if (Before)
        before.push(
          new Before(
            `${p.id}-before`,
            { facts: p.facts as never, at },
            { parent: this, dependsOn: [...hosts] },
          ),
        );
    }
    const made = new Map<string, pulumi.ComponentResource>();
    for (const p of at.recovery.parts) {
      const module = provisions[p.kind];
      if (!module) throw new pulumi.ResourceError(`${p.id}: no component provisions a ${p.kind}`, this, true);
      const first = (uses.get(p.id) ?? []).flatMap((id) => made.get(id) ?? []);
      made.set(
        p.id,
        new module.Provision(
          p.id,
          { facts: p.facts as never, at },
          { parent: this, dependsOn: [...before, ...first] },
        ),
      );
    }
    const declared = provisioningStep(
      `${name}-declare`,
      declareFacts.step("declare", { recovery: at.recovery }),
      at,
      {
        parent: this,
        dependsOn: [...before, ...made.values()],
      },
    );
    provisioningStep(`${name}-stacks`, createStacks.step("stacks", { names: [...stacks] }), at, {
      parent: this,
      dependsOn: [declared],
    });
    this.registerOutputs({});
  }
}
