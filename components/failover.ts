import * as pulumi from "@pulumi/pulumi";
import { local } from "@pulumi/command";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Plan } from "../planning/plan.ts";
import { envelopeOf } from "../steps/envelope.ts";
import { engineLimit, stepCommand } from "./provisioning.ts";

/** What an activation is run from. */
export interface FailoverArgs {
  readonly plan: Plan;
  readonly journal: JournalRef;
  /** Number of the activation: what distinguishes it from the one before and makes every step run again. */
  readonly epoch: number;
  /** How often a step was tried in vain in this activation, by step id. */
  readonly attempts: ReadonlyMap<string, number>;
}

/**
 * An activation as resources: one command a step, each depending on the commands of the steps it needs. The engine
 * drives; the journal decides. Its commands have no `delete`: destroying this stack turns nothing back.
 */
export class Failover extends pulumi.ComponentResource {
  /** Resolves when all steps have ended, well or not. */
  public readonly ended: Promise<unknown>;

  constructor(
    name: string,
    { plan, journal, epoch, attempts }: FailoverArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("parallel-standby:index:Failover", name, {}, opts);
    const commands = new Map<string, local.Command>();
    for (const step of plan.steps) {
      const envelope = envelopeOf(step, { journal, epoch, attempts });
      const command = new local.Command(
        `${name}-${step.id}`,
        { create: stepCommand, update: stepCommand, stdin: JSON.stringify(envelope) },
        {
          parent: this,
          dependsOn: step.needs.flatMap((need) => commands.get(need.id) ?? []),
          customTimeouts: engineLimit(step.timeoutSec),
        },
      );
      commands.set(step.id, command);
    }
    const outputs = [...commands.values()].map(({ stdout }) => pulumi.recover(stdout, () => ""));
    // Unlike `apply` it also comes to an end where steps were left out (--target) and nothing is known of them.
    this.ended = pulumi.runtime.serializeProperties(name, { outputs });
    this.registerOutputs({});
  }
}
