import type { Entry, Fact, Verdict } from "../journal/entries.ts";
import { isDone, situation } from "../journal/situation.ts";
import { Refused, type Runnable } from "./act.ts";
import { checkActCheck } from "./check-act-check.ts";
import type { ProvisioningEnvelope } from "./envelope.ts";
import { findRunnable, type World } from "./find.ts";
import { withIo } from "./io.ts";
import { lockOfProvisioning, lockStep } from "./lock.ts";
import { machinery } from "./machinery.ts";
import { mayProvision } from "./may-act.ts";
import type { Progress } from "./progress.ts";

/**
 * Runs one step of provisioning under the journal's guard: it takes its lock, and just before it acts the journal is
 * asked once more and told, so that a leftover of a killed run never touches a site that has become active, and nothing
 * is done that the journal cannot hold.
 */
export async function runProvisioningStep(
  envelope: ProvisioningEnvelope,
  world: World,
  progress: Progress,
): Promise<string> {
  const { provision: step, hosts } = envelope;
  const { journal } = world;
  const runnable = await findRunnable(step.verb, machinery(world), world.runs);
  const fact = (verdict: Verdict, says: string): Fact => ({
    kind: "step",
    step: step.id,
    verdict,
    critical: true,
    says,
    ...(progress.lines.length > 0 ? { log: [...progress.lines] } : {}),
  });
  const write = (verdict: Verdict, says: string): Promise<void> => journal.append(fact(verdict, says));
  /** Decided under the journal's exclusion: a move that begins at this moment comes first or sees this step. */
  const begin = async (): Promise<void> => {
    let refused = "";
    await journal.append((entries) => {
      const may = mayProvision(situation(entries), step, runnable.provisioning);
      refused = may.kind === "refuse" ? may.says : "";
      return may.kind === "refuse" ? fact("refused", may.says) : fact("started", "");
    });
    if (refused !== "") throw new Refused(refused);
  };
  await guard(runnable, envelope, world, write);
  const lock = await lockStep(journal.store, lockOfProvisioning(step.id), step.timeoutSec, progress.say);
  try {
    const before = await guard(runnable, envelope, world, write);
    progress.begin({ id: step.id, limitSec: step.timeoutSec });
    const ended = await withIo(
      {
        known: { hosts, parts: [] },
        journal,
        journalRef: envelope.journal,
        to: step.site,
        say: progress.say,
        limitSec: step.timeoutSec,
        mayStillAct: async () => {
          await guard(runnable, envelope, world, write);
        },
      },
      (io) => checkActCheck(runnable.bind(step.args), io, begin),
    );
    // What was found done is told only where the journal's last word on it is another: else a failure would stand for good.
    if (ended.verdict === "done" || isOpenIn(before, step.id)) await write(ended.verdict, ended.says);
    return `${ended.verdict}: ${ended.says}`;
  } catch (error) {
    if (error instanceof Refused) throw error;
    const says = error instanceof Error ? error.message : String(error);
    await write("failed", says);
    throw new Error(`${step.id}: ${says}`, { cause: error });
  } finally {
    await lock.release();
  }
}

/** Whether a step of provisioning was begun, refused or has failed, and nothing says that it ended well since. */
function isOpenIn(entries: readonly Entry[], step: string): boolean {
  const last = entries.findLast((e) => e.kind === "step" && e.epoch === undefined && e.step === step);
  return last?.kind === "step" && !isDone(last);
}

/** Throws where the step may not act; gives what the journal holds. */
async function guard(
  runnable: Runnable,
  { provision: step }: ProvisioningEnvelope,
  { journal }: World,
  write: (verdict: Verdict, says: string) => Promise<void>,
): Promise<readonly Entry[]> {
  const entries = await journal.entries();
  const may = mayProvision(situation(entries), step, runnable.provisioning);
  if (may.kind !== "refuse") return entries;
  await write("refused", may.says);
  throw new Refused(may.says);
}
