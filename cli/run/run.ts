import { situation } from "../../journal/situation.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import type { SiteId } from "../../model/site.ts";
import { clockTime } from "../../model/time.ts";
import type { Step } from "../../model/verb.ts";
import { begin } from "../../stacks/begin.ts";
import { onlyThereNow } from "../../stacks/only-there.ts";
import { attemptsOf, prepare, preparedText, type Prepared } from "../../stacks/prepare.ts";
import { previewed } from "../../stacks/preview.ts";
import { repositoryOf } from "../../stacks/repository.ts";
import { takeRun } from "../../stacks/sole-run.ts";
import { drive, type Driven } from "../../steps/drive.ts";
import { envelopeOf } from "../../steps/envelope.ts";
import type { World } from "../../steps/find.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { parallelSteps } from "../up-command.ts";
import { closing, leftText, stoppingText } from "./closing.ts";
import { knownToStack, type OutputsOf } from "./known.ts";
import { standing } from "./stands.ts";
import type { RunStep } from "./step-process.ts";
import type { Stop } from "./stop.ts";
import { targetOf } from "./target.ts";

/** What a run uses of the machine. */
export interface Machine {
  readonly runStep: RunStep;
  readonly outputsOf: OutputsOf;
  /** Listens for a wish to end; what it is given is called at the second. */
  readonly onStop: (leave: () => void) => Stop;
}

/**
 * Drives a move without Pulumi: the same plan, steps and journal as `pulumi up` of the stack of that name, so that the
 * two can take turns. Prints the plan, the progress of each step, and in the end what has come of it. Throws `CliError`
 * where the move is not completed.
 */
export async function run(
  { to, preview }: { readonly to?: SiteId; readonly preview: boolean },
  { estate, journal, root }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
  machine: Machine,
): Promise<void> {
  const world: World = { ...registries, journal };
  const say = (line: string): void => terminal.note(plain(line));
  const entries = await ownJournal(journal, estate.name);
  const target = to ?? targetOf(situation(entries));
  await knownToStack(entries, target, journal.store.place, machine.outputsOf, say);
  const lease = preview ? undefined : await takeRun(journal);
  try {
    const prepared = await (preview ? previewed : prepare)(estate, target, world, say);
    if (prepared.kind === "nothing") {
      terminal.out(prepared.says);
      return;
    }
    if ("prepared" in prepared) {
      terminal.out([prepared.text, ...(prepared.outlook === undefined ? [] : [prepared.outlook])].join("\n"));
      return;
    }
    terminal.out(preparedText(prepared));
    await begin(prepared, journal, say, () => repositoryOf(root));
    const failures = new Map<string, string>();
    const driven = await driveAll(prepared, world, estate.journal, machine, failures, say);
    const now = await journal.entries();
    const s = situation(now);
    terminal.out(closing(s, prepared, driven, failures, now, onlyThereNow(s, world.parts)));
  } finally {
    await lease?.release();
  }
}

/** Every step that has something to do, each in its turn. Fills in why steps failed. */
async function driveAll(
  prepared: Prepared,
  { journal }: World,
  journalRef: JournalRef,
  { runStep, onStop }: Machine,
  failures: Map<string, string>,
  say: (line: string) => void,
): Promise<Driven> {
  const { epoch } = prepared.now;
  const attempts = await attemptsOf(prepared);
  const stands = standing(situation(await journal.entries()), attempts);
  const running = new Set<string>();
  const stop = onStop(() => say(leftText(running, prepared.target)));
  stop.signal.addEventListener("abort", () => say(stoppingText(running, prepared.target)));
  const one = async (step: Step): Promise<boolean> => {
    if (stands.has(step.id)) return true;
    running.add(step.id);
    const began = performance.now();
    const end = await runStep(envelopeOf(step, { journal: journalRef, epoch, attempts }), (line) =>
      say(line.includes(step.id) ? line : `${step.id}: ${line}`),
    );
    running.delete(step.id);
    const ran = clockTime((performance.now() - began) / 1000);
    say(end.isWell ? `✔ ${step.id} (${ran}): ${end.says}` : `✘ ${step.id} (${ran}) failed`);
    if (!end.isWell) failures.set(step.id, end.says);
    return end.isWell;
  };
  try {
    return await drive(prepared.plan.steps, one, { most: parallelSteps, stop: stop.signal });
  } finally {
    stop.end();
  }
}
