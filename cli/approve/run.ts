import { situation } from "../../journal/situation.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import { waitingOf } from "../status/waiting.ts";
import { waitingText } from "../status/waiting-text.ts";
import type { Terminal } from "../terminal.ts";
import { answerTo, type Answer } from "./may.ts";
import { activeStack, upCommand } from "../up-command.ts";

/** Writes the answer to a step that waits; it hears of it within seconds. Decided under the journal's exclusion. */
export async function answer(
  given: Answer,
  { estate, journal }: Pick<Project, "estate" | "journal">,
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  answerTo(entries, given);
  await journal.append((now) => answerTo(now, given));
  const s = situation(await journal.entries());
  const what = plain(s.people.asked.get(given.step)?.says ?? "");
  terminal.out(`${given.verdict}: ${given.step} (${what})`);
  if (s.people.waiting.has(given.step)) return;
  const up = s.last ? upCommand(activeStack(s.last.to), terminal.platform) : "";
  terminal.out(`it does not wait any more. Go on with:\n  ${up}`);
}

/** Prints what waits for people now. */
export async function listWaiting(
  { estate, journal }: Pick<Project, "estate" | "journal">,
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  const waiting = waitingOf(entries, await journal.store.leases(), terminal.now());
  terminal.out(
    waiting.length === 0 ? "nothing waits for people" : waiting.flatMap((w) => waitingText(w)).join("\n"),
  );
}
