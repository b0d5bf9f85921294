import { withinLimit } from "../journal/within-limit.ts";
import { openJournal } from "./open-journal.ts";
import { runDrillStep } from "./drill/runner.ts";
import { sweepWithOpen } from "./drill/sweep.ts";
import { envelopeIn, type Envelope } from "./envelope.ts";
import type { World } from "./find.ts";
import { typedHere } from "./own-command.ts";
import { cut, progressOn, type Progress } from "./progress.ts";
import { runProvisioningStep } from "./provisioning-runner.ts";
import { runActivationStep } from "./runner.ts";

/** How often it is looked whether a step that says nothing should be heard of. Milliseconds. */
const tickMs = 5_000;

/** How long what comes after a step may hold up its end. Seconds. */
const afterSec = 10;

/** Called when a step has ended, with whether it stops what depends on it; what it throws is said and changes nothing. */
export type StepEnded = (envelope: Envelope, world: World, failed: boolean) => Promise<void>;

type Work = (envelope: Envelope, world: World, progress: Progress) => Promise<string>;

const runStep: Work = (envelope, world, progress) => {
  if ("provision" in envelope) return runProvisioningStep(envelope, world, progress);
  return "drill" in envelope
    ? runDrillStep(envelope, world, progress)
    : runActivationStep(envelope, world, progress);
};

/** What the process does that a drill's first resource runs when it is deleted. */
export const sweep: Work = (envelope, world, progress) => {
  if (!("drill" in envelope))
    throw new Error("only what a drill has made is swept, and standard input holds no step of a drill");
  return sweepWithOpen({
    world,
    journalRef: envelope.journal,
    number: envelope.drill,
    why: "pulumi destroy -s dr-drill",
    say: progress.say,
  });
};

/**
 * The whole life of a step's process: reads the envelope, runs the step, writes one sentence to standard output or the
 * reason of a failure to standard error, and gives the exit code. The caller exits with it at once: an act that ignores
 * its time limit must not keep the process alive.
 */
export async function runStepProcess(
  input: string,
  registries: Pick<World, "parts" | "runs">,
  { work = runStep, ended }: { readonly work?: Work; readonly ended?: StepEnded } = {},
): Promise<number> {
  const progress = progressOn(process.stderr, Date.now, typedHere);
  process.stdout.on("error", () => undefined);
  const ticking = setInterval(progress.tick, tickMs).unref();
  let known: { readonly envelope: Envelope; readonly world: World } | undefined;
  const after = async (failed: boolean): Promise<void> => {
    if (!ended || !known) return;
    const { envelope, world } = known;
    await withinLimit(ended(envelope, world, failed), afterSec, () => new Error("it took too long")).catch(
      (error: unknown) =>
        progress.say(`no report is written: ${error instanceof Error ? error.message : String(error)}`),
    );
  };
  try {
    const envelope = envelopeIn(input);
    const world: World = { ...registries, journal: openJournal(envelope.journal, progress.say) };
    known = { envelope, world };
    const says = await work(envelope, world, progress);
    await after(false);
    await new Promise<void>((resolve) => process.stdout.write(`${cut(says, 2000)}\n`, () => resolve()));
    return 0;
  } catch (error) {
    await after(true);
    progress.last(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    clearInterval(ticking);
  }
}
