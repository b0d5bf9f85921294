import { drillOf } from "../../journal/drills.ts";
import type { World } from "../../steps/find.ts";
import { sweepDrill, sweepLimitSec } from "../../steps/drill/sweep.ts";
import { trouble } from "../declare/words.ts";
import { CliError, UsageError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import { mustBeNumber } from "./number.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Removes all that the last drill has made; one that has not begun is taken back. With a number, all that bears it,
 * whatever the journal knows of that drill.
 */
export async function sweep(
  { as, drill: number }: { readonly as: string; readonly drill?: string },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const why = trouble(as);
  if (why !== undefined) throw new UsageError(`--as: ${why}`);
  if (number !== undefined) mustBeNumber(number);
  const drill = drillOf(await ownJournal(journal, estate.name));
  if (number === undefined && !drill)
    throw new CliError(
      "no drill was ever declared: there is nothing to sweep. What bears the number of a drill that this journal has forgotten is removed with --drill and that number",
    );
  const says = await sweepDrill({
    world: { ...registries, journal },
    journalRef: estate.journal,
    number: number === undefined ? (drill?.number ?? 0) : Number(number),
    again: number !== undefined,
    why: `${as.trim()} sweeps it`,
    limitSec: sweepLimitSec,
    say: (line) => terminal.note(plain(line)),
  });
  terminal.out(plain(says));
}
