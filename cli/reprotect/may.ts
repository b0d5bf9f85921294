import type { Entry } from "../../journal/entries.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import type { Phase } from "../../model/phase.ts";
import { activeStack, otherSite, stackOf, type SiteId } from "../../model/site.ts";
import { tookPart } from "../../steps/only-copy.ts";
import { CliError } from "../failure.ts";

/** Phases whose owed steps leave something running at the old site. Its open databases are closed as they are saved. */
const fencing: ReadonlySet<string> = new Set<Phase>(["fence-apps", "fence-site"]);

/** What can be re-protected: the site that the last move has left. Throws a sentence where there is none, or where it is too early. */
export function reprotectable(entries: readonly Entry[]): { readonly s: Situation; readonly site: SiteId } {
  const s = situation(entries);
  const site = otherSite(s.active);
  const moves = movementOf(s);
  if (moves)
    throw new CliError(`${moves.says}: which site follows which is open until it has ended. ${moves.ways}`);
  if (s.declaration)
    throw new CliError(
      `${s.declaration.as} has declared a move to ${s.declaration.to}, and a standby is not restored anew just before it is needed. Make the move, or take it back with "parallel-standby withdraw"`,
    );
  if (s.held.size > 0)
    throw new CliError(
      `restores of ${[...s.held].join(", ")} are held. Release them with "parallel-standby withdraw" first`,
    );
  const unfenced = [...s.owed].filter((step) => fencing.has(s.verdicts.get(step)?.phase ?? ""));
  if (unfenced.length > 0)
    throw new CliError(
      `${site} is not fenced yet (${unfenced.join(", ")}): what runs there could write while its databases are saved. ${s.taken ? '"parallel-standby probe"' : `"pulumi up -s ${activeStack(s.active)}"`} fences it as soon as it can be reached; type this again after that`,
    );
  if (!tookPart(entries, site))
    throw new CliError(
      `no move ever opened a database at ${site}: it was never active and has nothing to save. "pulumi up -s ${stackOf[site]}" makes it the standby`,
    );
  return { s, site };
}
