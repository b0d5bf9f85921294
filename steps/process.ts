import { openJournal } from "../journal/open.ts";
import { envelopeIn } from "./envelope.ts";
import type { World } from "./find.ts";
import { cut, progressOn } from "./progress.ts";
import { runProvisioningStep } from "./provisioning-runner.ts";
import { runActivationStep } from "./runner.ts";

/** How often it is looked whether a step that says nothing should be heard of. Milliseconds. */
const tickMs = 5_000;

/**
 * The whole life of a step's process: reads the envelope, runs the step, writes one sentence to standard output or the
 * reason of a failure to standard error, and gives the exit code. The caller exits with it at once: an act that ignores
 * its time limit must not keep the process alive.
 */
export async function runStepProcess(
  input: string,
  registries: Pick<World, "parts" | "runs">,
): Promise<number> {
  const progress = progressOn(process.stderr);
  process.stdout.on("error", () => undefined);
  const ticking = setInterval(progress.tick, tickMs).unref();
  try {
    const envelope = envelopeIn(input);
    const world: World = { ...registries, journal: openJournal(envelope.journal, progress.say) };
    const says =
      "step" in envelope
        ? await runActivationStep(envelope, world, progress)
        : await runProvisioningStep(envelope, world, progress);
    await new Promise<void>((resolve) => process.stdout.write(`${cut(says, 2000)}\n`, () => resolve()));
    return 0;
  } catch (error) {
    progress.last(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    clearInterval(ticking);
  }
}
