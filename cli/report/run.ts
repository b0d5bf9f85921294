import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Entry, EntryOf } from "../../journal/entries.ts";
import { chapterOf } from "../../report/entries.ts";
import { headline } from "../../report/headline.ts";
import { renderHtml } from "../../report/html.ts";
import { systemLine } from "../../report/systems.ts";
import { reportJson } from "../../report/json.ts";
import { reportOf, type Report } from "../../report/report.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { reportFile } from "./place.ts";

/** Writes the report of an activation and prints its headline and its place, or prints it as JSON. */
export async function report(
  options: { readonly epoch?: number; readonly out?: string; readonly json?: true },
  { estate, journal, folder }: Project,
  terminal: Terminal,
): Promise<void> {
  const made = reportFrom(await ownJournal(journal, estate.name), options.epoch);
  if (options.json && options.out === undefined) {
    terminal.out(reportJson(made));
    return;
  }
  const file =
    options.out === undefined ? reportFile(folder, estate.name, made.epoch) : path.resolve(options.out);
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, options.json ? `${reportJson(made)}\n` : renderHtml(made));
  terminal.out(headline(made));
  if (made.systems.length > 1) for (const x of made.systems) terminal.out(`  ${plain(systemLine(x))}`);
  terminal.out(file);
}

/** The report of that activation with the facts it was started with, not the newest. */
export function reportFrom(entries: readonly Entry[], epoch?: number): Report {
  const started = chapterOf(entries, epoch)?.started;
  const facts = entries.findLast(
    (e): e is EntryOf<"declared"> =>
      e.kind === "declared" && (started === undefined || e.factsHash === started.factsHash),
  );
  if (!facts) throw new CliError("the journal holds no facts, so no activation can be reported");
  return reportOf(entries, facts.recovery, epoch);
}
