import * as pulumi from "@pulumi/pulumi";
import { local } from "@pulumi/command";
import type { JournalRef } from "../model/journal-ref.ts";
import { hashOf, type Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Draft } from "../model/verb.ts";
import { processLimitSec, type ProvisioningEnvelope } from "../steps/envelope.ts";

/**
 * What every step resource runs: the same constant text on every machine, which finds the package from any folder of
 * a project. The step itself comes on standard input.
 */
export const stepCommand = `node -e "import('parallel-standby/step')"`;

/** What a site is provisioned from. */
export interface Provisioning {
  readonly journal: JournalRef;
  readonly recovery: Recovery;
  /** The site that this stack provisions. */
  readonly site: SiteId;
  /** The site that is active now, as the journal says. */
  readonly active: SiteId;
  /**
   * Number of the last activation, 0 before the first. It is in every step's input: the first `up` after a move looks
   * at everything again, whatever the stack's state remembers of the time before.
   */
  readonly epoch: number;
  /** Told of every step that is made from this. Default: nobody is told. */
  readonly onStep?: (step: ProvisioningStep) => void;
}

/** A step of provisioning as it was made. */
export interface ProvisioningStep {
  /** What it is to run with. */
  readonly input: pulumi.Input<string>;
  /** Its output `stdin` is what it has run with: of one that was left out (--target, --exclude), that of an earlier run. */
  readonly command: local.Command;
}

/** A component that provisions one part at one site. */
export type ProvisionClass<F> = new (
  name: string,
  args: ProvisionArgs<F>,
  opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** What the registry of provisions holds for a kind of part. The facts are those of its part. */
export interface ProvisionModule {
  /** Absent for a kind of part of which nothing is provisioned. */
  readonly Provision?: ProvisionClass<never>;
  /** Made before the parts that this one uses: what must be saved before they overwrite it. */
  readonly Before?: ProvisionClass<never>;
}

/** The arguments of every component that provisions a part. */
export interface ProvisionArgs<F> {
  readonly facts: F;
  readonly at: Provisioning;
}

/** The engine's second fence around a step's own time limit. */
export const engineLimit = (timeoutSec: number): pulumi.CustomTimeouts => {
  const limit = `${String(processLimitSec(timeoutSec))}s`;
  return { create: limit, update: limit };
};

/**
 * A step of provisioning as a resource: idempotent, run again when its input changes, never deleted. The step asks the
 * journal just before it acts whether its verb may act at that site. `after`: it acts only where all of these have run
 * with what they are to run with.
 */
export function provisioningStep(
  name: string,
  draft: Draft,
  { journal, recovery, site, epoch, onStep }: Provisioning,
  opts: pulumi.CustomResourceOptions,
  after?: readonly ProvisioningStep[],
): local.Command {
  const text = JSON.stringify(draft.args);
  const envelope: ProvisioningEnvelope = {
    journal,
    provision: {
      id: draft.id,
      verb: draft.verb,
      args: draft.args,
      timeoutSec: draft.timeoutSec,
      site,
      epoch,
    },
    hosts: recovery.hosts.filter((h) => text.includes(JSON.stringify(h.id))),
  };
  const input = after ? withAfter(envelope, after) : JSON.stringify(envelope);
  const command = new local.Command(
    name,
    { create: stepCommand, update: stepCommand, stdin: input },
    { ...opts, customTimeouts: engineLimit(draft.timeoutSec) },
  );
  onStep?.({ input, command });
  return command;
}

/** Two hashes and not the inputs themselves: those of a large estate are longer than an input should be. */
const withAfter = (
  envelope: ProvisioningEnvelope,
  steps: readonly ProvisioningStep[],
): pulumi.Output<string> =>
  pulumi
    .all([pulumi.all(steps.map((s) => s.input)), pulumi.all(steps.map((s) => s.command.stdin))])
    .apply(([wanted, ran]) =>
      JSON.stringify({
        ...envelope,
        provision: { ...envelope.provision, after: { wanted: hashOf(wanted), ran: hashOf(ran) } },
      } satisfies ProvisioningEnvelope),
    );
