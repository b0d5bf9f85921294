import * as z from "zod";
import { DrillStep } from "../model/drill.ts";
import { Host } from "../model/host.ts";
import { phases, type Phase } from "../model/phase.ts";
import { JournalRef } from "../model/journal-ref.ts";
import { SiteId } from "../model/site.ts";

const id = z.string().min(1);
const StepShape = z.strictObject({
  id,
  verb: id,
  /** Parsed by its verb, and only when the step may act: a changed shape never stops a step that has ended. */
  args: z.unknown(),
  phase: z.enum(phases as readonly [Phase, ...Phase[]]),
  needs: z.array(z.strictObject({ id, kind: z.enum(["order", "safety"]) })).readonly(),
  critical: z.boolean(),
  timeoutSec: z.number().positive(),
  probes: z.array(z.string()).readonly().optional(),
  skippable: z.literal(true).optional(),
  tooLateAfter: id.optional(),
});

/** The input of a cutover step's process, as its resource holds it. No path, time, point or secret is in it. */
export const ActivationEnvelope = z.strictObject({
  journal: JournalRef,
  epoch: z.int().positive(),
  /** The number of vain tries before this one, for a step that is owed, or was found undone after it was done. */
  attempt: z.int().positive().optional(),
  step: StepShape,
});
export type ActivationEnvelope = z.infer<typeof ActivationEnvelope>;

/**
 * What a cutover step's process is given, whoever starts it: the engine and `parallel-standby run` give the same, so
 * that they can take turns. `attempts` holds the number of vain tries of the steps that are owed or undone.
 */
export const envelopeOf = (
  step: ActivationEnvelope["step"],
  {
    journal,
    epoch,
    attempts,
  }: Pick<ActivationEnvelope, "journal" | "epoch"> & { readonly attempts: ReadonlyMap<string, number> },
): ActivationEnvelope => {
  const attempt = attempts.get(step.id);
  return { journal, epoch, ...(attempt === undefined ? {} : { attempt }), step };
};

/**
 * How long a step's process may last at most, in seconds, by the step's own limit: waiting for its lock, then acting,
 * each as long as the step may take, and a minute. The second fence: a step ends by itself before that.
 */
export const processLimitSec = (timeoutSec: number): number => 2 * timeoutSec + 60;

/** The input of a provisioning step's process. It brings the hosts it needs: the journal may hold no facts yet. */
export const ProvisioningEnvelope = z.strictObject({
  journal: JournalRef,
  provision: z.strictObject({
    id,
    verb: id,
    args: z.unknown(),
    timeoutSec: z.number().positive(),
    site: SiteId,
    /** Number of the last activation when this was planned, 0 before the first. */
    epoch: z.int().nonnegative(),
    /** Hashes of what the steps before it were to run with, and of what they have run with; it acts only where they agree. */
    after: z.strictObject({ wanted: id, ran: id }).optional(),
  }),
  hosts: z.array(Host),
});
export type ProvisioningEnvelope = z.infer<typeof ProvisioningEnvelope>;

/** The input of a drill step's process, and of the process that sweeps: which of the two it is, the program that reads it knows. */
export const DrillEnvelope = z.strictObject({
  journal: JournalRef,
  /** Number of the drill: what distinguishes it from the one before and makes every step run again. */
  drill: z.int().positive(),
  step: DrillStep,
});
export type DrillEnvelope = z.infer<typeof DrillEnvelope>;

export const Envelope = z.union([ActivationEnvelope, ProvisioningEnvelope, DrillEnvelope]);
export type Envelope = z.infer<typeof Envelope>;

/** The envelope in what a step's process reads from its standard input. */
export function envelopeIn(input: string): Envelope {
  let read: unknown;
  try {
    read = JSON.parse(input);
  } catch {
    throw new Error(
      'standard input holds no step. "pulumi up" starts this program for each step and passes it; there is nothing to run by hand',
    );
  }
  const parsed = Envelope.safeParse(read);
  if (!parsed.success)
    throw new Error(
      "standard input holds a step that this version of parallel-standby does not know. Install the version of the project's package-lock.json (npm ci), and run pulumi up again",
    );
  return parsed.data;
}
