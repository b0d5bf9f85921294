import * as path from "node:path";
import { folderStore } from "../../journal/folder-store.ts";
import { whoAmI } from "../../journal/process-life.ts";
import { restoredText, restoringOf, type Restoring } from "../../journal/restored.ts";
import { situation } from "../../journal/situation.ts";
import { CliError } from "../failure.ts";
import { count, plain } from "../layout.ts";
import { whileNothingRuns } from "../nothing-runs.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { reasonsFrom } from "./consent.ts";
import { entryLine } from "./text.ts";

/** The options of `journal restore`, as they were typed. */
export interface RestoreOptions {
  readonly from: string;
  readonly as: string;
  readonly reason: string;
  readonly although?: string;
  readonly preview: boolean;
}

/**
 * Puts a copy of the journal in its place, wherever that is, and in that of its mirror: where the copy holds and has all
 * that can be read of both, or somebody answers for what it lacks. What is replaced is kept.
 */
export async function restore(
  { from, preview, ...options }: RestoreOptions,
  { root, estate, journal }: Project,
  terminal: Terminal,
): Promise<void> {
  const said = reasonsFrom(options);
  const { raw, restart } = journal.store;
  const folder = path.resolve(root, from);
  const copy = await folderStore(folder, undefined, () => undefined).read();
  const { place } = journal.store;
  if (copy === "") throw new CliError(`there is no journal.jsonl in ${folder}, or an empty one`);
  const before = await raw();
  const found = restoringOf(copy, before);
  const s = situation(found.entries);
  if (s.estate !== estate.name)
    throw new CliError(
      `the journal in ${folder} belongs to the estate "${s.estate}", not to "${estate.name}"`,
    );
  const last = found.entries.at(-1);
  terminal.out(`${folder} holds ${count(found.entries.length, "entry", "entries")}`);
  if (last) terminal.out(`the last: ${entryLine(last).trim()}`);
  terminal.out(`${count(found.lost, "line")} of the journal in ${place} and its mirror would be given up`);
  refuse(found, said.although);
  if (preview) return;

  await whileNothingRuns(journal.store, terminal, async () => {
    const kept = await restart((now) => {
      if (now.own !== before.own || now.mirror !== before.mirror)
        throw new CliError("at this moment journal or mirror changed: look again, and type this again");
      const more = { from: folder, lines: found.lost };
      return restoredText(copy, found.entries, { ...said, ...more }, terminal.now(), whoAmI());
    });
    for (const file of kept) terminal.out(`kept as it was: ${file}`);
  });
  terminal.out(
    `restored: the journal of ${estate.name} in ${place}; ${s.active} is active, says ${plain(said.as)}`,
  );
}

function refuse({ lacks }: Restoring, although: string | undefined): void {
  if (!lacks || although !== undefined) return;
  throw new CliError(
    [
      `the copy lacks what the ${lacks.of} holds, from this entry on:`,
      `  ${entryLine(lacks.entry).trim()}`,
      'Nothing was written. It would be forgotten: a cutover too. If the copy is right all the same, type it again with --although "how you know"',
    ].join("\n"),
  );
}
