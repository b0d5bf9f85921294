import type { Parts } from "../../model/part.ts";
import { situation } from "../../journal/situation.ts";
import { whyNeverSkipped } from "../../planning/skip.ts";
import { lockOfStep } from "../../steps/lock.ts";
import { underWay } from "../consent.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { activeStack, upCommand } from "../up-command.ts";
import { skipOf, stepsUnderWay, type Skip } from "./may.ts";

/** Writes that a step is left out. Decided under the journal's exclusion, and once more by the step itself. */
export async function skip(
  given: Skip,
  { estate, journal }: Pick<Project, "estate" | "journal">,
  { parts }: { readonly parts: Parts },
  terminal: Terminal,
): Promise<void> {
  skipOf(await ownJournal(journal, estate.name), parts, given);
  await journal.append((now) => skipOf(now, parts, given));
  terminal.out(`skipped: ${given.step}. The move will complete with exceptions, and this one is named`);
  const s = situation(await journal.entries());
  const leases = await journal.store.leases();
  if (leases.some(({ name }) => name === lockOfStep(s.epoch, given.step)))
    terminal.out("it ends within seconds, and what depends on it goes on");
  else if (s.last && !leases.some(({ name }) => name === "run"))
    terminal.out(`go on with:\n  ${upCommand(activeStack(s.last.to), terminal.platform)}`);
}

/** Prints the steps that stop the move or work at it now, and whether each can be skipped. */
export async function listSkippable(
  { estate, journal }: Pick<Project, "estate" | "journal">,
  { parts }: { readonly parts: Parts },
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  const { s } = underWay(entries);
  const steps = stepsUnderWay(entries, parts);
  const stopped = steps.filter((q) => s.begun.has(q.id) || s.verdicts.get(q.id)?.verdict === "failed");
  if (stopped.length === 0) {
    terminal.out("no step stops the move, and none is at work");
    return;
  }
  for (const step of stopped) {
    const says = s.begun.has(step.id) ? "at work" : (s.verdicts.get(step.id)?.says ?? "");
    const never = whyNeverSkipped(steps, step);
    terminal.out(plain(`${step.id}: ${says}`));
    terminal.out(
      never === undefined
        ? `  parallel-standby skip ${/^[\w./-]+$/.test(step.id) ? step.id : `"${step.id}"`} --as YOUR-NAME --reason WHY`
        : plain(`  can't be skipped: ${never}`),
    );
  }
}
