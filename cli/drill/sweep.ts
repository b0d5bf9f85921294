import { drillOf } from "../../journal/drills.ts";
import type { World } from "../../steps/find.ts";
import { sweepDrill, sweepLimitSec } from "../../steps/drill/sweep.ts";
import { trouble } from "../declare/words.ts";
import { CliError, UsageError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** Removes all that the last drill has made; one that has not begun is taken back. */
export async function sweep(
  { as }: { readonly as: string },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const why = trouble(as);
  if (why !== undefined) throw new UsageError(`--as: ${why}`);
  const drill = drillOf(await ownJournal(journal, estate.name));
  if (!drill) throw new CliError("no drill was ever declared: there is nothing to sweep");
  const says = await sweepDrill({
    world: { ...registries, journal },
    journalRef: estate.journal,
    number: drill.number,
    why: `${as.trim()} sweeps it`,
    limitSec: sweepLimitSec,
    say: (line) => terminal.note(plain(line)),
  });
  terminal.out(plain(says));
}
