import * as pulumi from "@pulumi/pulumi";
import { local } from "@pulumi/command";
import type { JournalRef } from "../model/journal-ref.ts";
import { sweepId, type DrillPlan } from "../planning/drill.ts";
import type { DrillEnvelope } from "../steps/envelope.ts";
import { sweepLimitSec } from "../steps/drill/sweep.ts";
import { engineLimit, stepCommand } from "./provisioning.ts";

/** What the first resource of a drill runs when it is deleted: the same constant text on every machine. */
export const sweepCommand = `node -e "import('parallel-standby/sweep')"`;

/** What a drill is run from. */
export interface DrillArgs {
  readonly plan: DrillPlan;
  readonly journal: JournalRef;
  /** Number of the drill: what distinguishes it from the one before and makes every step run again. */
  readonly drill: number;
}

/**
 * A drill as resources: one command a step, each depending on the commands of the steps it needs. What failed to be
 * created is not in the stack's state, and its own `delete` would never run: so the first resource, on which all others
 * depend, is the only one with a `delete`, and that removes all that the drill has made, whichever step made it.
 */
export class Drill extends pulumi.ComponentResource {
  constructor(name: string, { plan, journal, drill }: DrillArgs, opts?: pulumi.ComponentResourceOptions) {
    super("parallel-standby:index:Drill", name, {}, opts);
    const commands = new Map<string, local.Command>();
    for (const step of plan.steps) {
      const envelope: DrillEnvelope = { journal, drill, step };
      const first = step.id === sweepId;
      const needs = first ? [] : [...new Set([sweepId, ...step.needs])];
      commands.set(
        step.id,
        new local.Command(
          `${name}-${step.id}`,
          {
            create: stepCommand,
            update: stepCommand,
            ...(first ? { delete: sweepCommand } : {}),
            stdin: JSON.stringify(envelope),
          },
          {
            parent: this,
            dependsOn: needs.flatMap((id) => commands.get(id) ?? []),
            customTimeouts: {
              ...engineLimit(step.timeoutSec),
              ...(first ? { delete: `${String(2 * sweepLimitSec + 60)}s` } : {}),
            },
          },
        ),
      );
    }
    this.registerOutputs({});
  }
}
