import * as pulumi from "@pulumi/pulumi";
import type { Draft } from "../model/verb.ts";
import { createStacks, declareFacts } from "../planning/verbs.ts";
import {
  provisioningStep,
  type Provisioning,
  type ProvisioningStep,
  type ProvisionModule,
} from "./provisioning.ts";

/** What a site is made from. */
export interface SiteArgs {
  readonly at: Provisioning;
  /** Makes the site's machines, where this library makes them; all else waits for them. */
  readonly machines: (parent: pulumi.Resource) => readonly pulumi.ComponentResource[];
  /** By kind of part. */
  readonly provisions: Readonly<Record<string, ProvisionModule>>;
  /** By part, the parts that it stands on: they come first. */
  readonly uses: ReadonlyMap<string, readonly string[]>;
  /** Makes what keeps the site's servers from starting by themselves, once all parts are there. Default: nothing. */
  readonly guard?: (
    parent: pulumi.Resource,
    dependsOn: readonly pulumi.Resource[],
  ) => readonly pulumi.ComponentResource[];
  /** Stacks that must exist before they are needed: `up` of a stack that does not exist fails. */
  readonly stacks: readonly string[];
  /** Steps at the passive site once the journal holds the facts: what is written from them. */
  readonly afterFacts: readonly Draft[];
}

/**
 * Everything that one site needs: a component for each part, those it uses before it. The passive site writes the facts
 * to the journal when all else has succeeded: a cutover goes by them, and what they say of a standby must be there.
 */
export class Site extends pulumi.ComponentResource {
  constructor(
    name: string,
    { at: plain, machines, provisions, uses, guard, stacks, afterFacts }: SiteArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:Site", name, {}, opts);
    const steps: ProvisioningStep[] = [];
    const at: Provisioning = { ...plain, onStep: (step) => void steps.push(step) };
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
      if (!module.Provision) continue;
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
    const parts = [...before, ...made.values()];
    const all = [...parts, ...(guard?.(this, parts) ?? [])];
    const declared =
      at.site === at.active
        ? []
        : [
            provisioningStep(
              `${name}-declare`,
              declareFacts.step("declare", { recovery: at.recovery }),
              plain,
              { parent: this, dependsOn: all },
              steps,
            ),
          ];
    const written =
      declared.length === 0
        ? []
        : afterFacts.map((draft) =>
            provisioningStep(`${name}-${draft.id}`, draft, plain, { parent: this, dependsOn: declared }),
          );
    // Last of all: it lists stacks, and a state that the engine writes at that moment is read as half a file.
    provisioningStep(`${name}-stacks`, createStacks.step("stacks", { names: [...stacks] }), plain, {
      parent: this,
      dependsOn: [...all, ...declared, ...written],
    });
    this.registerOutputs({});
  }
}
