import type { Entry } from "../../journal/entries.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Estate } from "../../model/estate.ts";
import { describe } from "../../model/describe.ts";
import { stackOf, otherSite, type SiteId } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { World } from "../../steps/find.ts";
import { siteText } from "../../model/site-text.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { nothingRuns, whileNothingRuns } from "../nothing-runs.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { saidFrom, type SaidOptions } from "./consent.ts";
import { tellGuards, unfencedAt } from "./unfenced.ts";
import { lookAtWorld, refuseUnlikely, seenText } from "./world.ts";

/**
 * Records a cutover that was made outside of this tool: from then on that site is the active one. First both sites are
 * looked at; what contradicts it stops it, unless somebody answers for it.
 */
export async function adopt(
  { preview, ...options }: SaidOptions & { readonly preview: boolean },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const said = saidFrom(options);
  const { active, as, reason, although } = said;
  const s = adoptable(await ownJournal(journal, estate.name), active);
  const recovery = factsFor(s, estate, registries.parts);
  const claim = { active, recovery, journal, journalRef: estate.journal };
  const signs = await lookAtWorld(claim, registries.runs, terminal);
  refuseUnlikely(signs, claim, although);
  const unfenced = unfencedAt(recovery, active, registries.parts);
  if (preview) return;

  const steps = "Stop it (Ctrl+C there), then type this again";
  const todo = { run: "Wait until it has ended, then type this again", steps };
  await whileNothingRuns(
    journal.store,
    terminal,
    async () => {
      await journal.append((entries) => ({
        kind: "adopted",
        active,
        epoch: adoptable(entries, active).epoch + 1,
        as,
        reason,
        ...(although === undefined ? {} : { although }),
        seen: seenText(signs),
        ...(unfenced.length === 0 ? {} : { unfenced }),
      }));
      // One that slipped in still saw the journal as it was: it is waited for too.
      await nothingRuns(journal.store, terminal, steps);
    },
    todo,
  );
  terminal.out(`adopted: ${siteText(active, recovery)} is active, says ${plain(as)}`);
  await tellGuards(claim, unfenced, registries.parts, terminal);
  terminal.out(
    `next, once both sites can be reached: pulumi up -s ${stackOf[active]}, then pulumi up -s ${stackOf[otherSite(active)]}; until then ${active} has no standby`,
  );
}

/** The situation in which that site may be adopted. Throws a sentence where the estate moves, or where it is active already. */
export function adoptable(entries: readonly Entry[], active: SiteId): Situation {
  const s = situation(entries);
  const moving = movementOf(s);
  // Going back may meet a site that is lost meanwhile: somebody opens the other one by hand then, and says so here.
  if (s.noReturn && stateOf(s) === "in doubt") return s;
  if (moving) throw new CliError(`${moving.says}, so nothing can be adopted. ${moving.ways}`);
  if (s.active === active)
    throw new CliError(
      `the journal says already that ${active} is active: there is nothing to adopt. Look with "parallel-standby status"`,
    );
  return s;
}

/** The facts to look by: those of the last provisioning; before one, those of estate.ts. */
export const factsFor = (s: Pick<Situation, "declared">, estate: Estate, parts: Parts): Recovery =>
  s.declared ? upgraded(s.declared.recovery, parts) : describe(estate, parts);
