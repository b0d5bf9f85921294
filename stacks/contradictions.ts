import * as pulumi from "@pulumi/pulumi";
import type { Situation } from "../journal/situation.ts";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Recovery } from "../model/recovery.ts";
import { activeStack, otherSite, stackOf, type SiteId } from "../model/site.ts";
import type { World } from "../steps/find.ts";
import { withIo } from "../steps/io.ts";
import { against, ofKnown, signsOf, type PartSign } from "../steps/signs.ts";
import { siteText } from "../model/site-text.ts";

/** How long looking at both sites may take. Seconds. */
const limitSec = 10;

/**
 * Refuses to provision a site where the world contradicts the journal: databases open at the passive site or closed at
 * the active one, a name that leads to the other site, services running where they must not. Before the first
 * provisioning nothing is contradicted: there is nothing yet that could have moved.
 */
export async function refuseContradiction(
  s: Situation,
  site: SiteId,
  recovery: Recovery,
  journalRef: JournalRef,
  { journal, runs }: Pick<World, "journal" | "runs">,
): Promise<void> {
  const known = s.declared?.recovery;
  if (!known) return;
  const seen = await withIo(
    { known: recovery, journal, journalRef, to: site, say: () => undefined, limitSec },
    (io) => signsOf(recovery, s.active, runs, io, limitSec),
  );
  const wrong = against(ofKnown(seen, known), s.active);
  if (wrong.length > 0) throw new pulumi.RunError(contradictionText(s, site, wrong, recovery));
}

/** What was seen, what the journal says, and both ways out. */
export function contradictionText(
  s: Pick<Situation, "active" | "owed" | "last">,
  site: SiteId,
  wrong: readonly PartSign[],
  { sites }: Pick<Recovery, "sites">,
): string {
  const { active, owed, last } = s;
  const other = otherSite(active);
  const owes =
    owed.size > 0 && last
      ? `. What is owed since activation ${String(last.epoch)} may be the cause: "pulumi up -s ${activeStack(last.to)}" does it`
      : "";
  return [
    `the journal says that ${siteText(active, { sites })} is active, and what is seen contradicts it. Nothing was changed:`,
    ...wrong.map(({ part, says }) => `  ${part}: ${says}`),
    `If ${active} is active, mend that first${owes}; then run "pulumi up -s ${stackOf[site]}" again. A database that was worked in is never overwritten.`,
    `If a cutover to ${other} was made outside of this tool, record it: parallel-standby journal adopt --active ${other} --as YOUR-NAME --reason WHY`,
  ].join("\n");
}
