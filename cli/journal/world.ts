import type { Journal } from "../../journal/journal.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import type { Recovery } from "../../model/recovery.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { against, inFavour, signsOf, type PartSign } from "../../steps/signs.ts";
import { siteText } from "../../model/site-text.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import type { Terminal } from "../terminal.ts";

/** How long looking at both sites may take. Seconds. */
const limitSec = 15;

/** What is looked at, and for which claim. */
export interface Claim {
  readonly active: SiteId;
  readonly recovery: Recovery;
  readonly journal: Journal;
  readonly journalRef: JournalRef;
}

/** Looks at both sites, and says what each shows. */
export async function lookAtWorld(
  { active, recovery, journal, journalRef }: Claim,
  runs: World["runs"],
  terminal: Terminal,
): Promise<readonly PartSign[]> {
  terminal.note("looking at both sites …");
  const signs = await withIo(
    { known: recovery, journal, journalRef, to: active, say: () => undefined, limitSec },
    (io) => signsOf(recovery, active, runs, io, limitSec),
  );
  for (const site of siteIds) {
    const own = signs.filter((s) => s.site === site);
    if (own.length > 0) terminal.out(`${siteText(site, recovery)}:`);
    for (const { shows, part, says } of own)
      terminal.out(`  ${shows.padEnd(8)} ${plain(`${part}: ${says}`)}`);
  }
  return signs;
}

/** Signs as the journal keeps them. */
export const seenText = (signs: readonly PartSign[]): string[] =>
  signs.map(({ site, part, shows, says }) => `${site}: ${part}: ${says} (${shows})`);

/**
 * Throws where what was seen speaks against a site being active, or nothing speaks for it; with `although`, somebody
 * answers for it all the same.
 */
export function refuseUnlikely(
  signs: readonly PartSign[],
  { active, recovery }: Pick<Claim, "active" | "recovery">,
  although: string | undefined,
): void {
  if (although !== undefined) return;
  const wrong = against(signs, active);
  const out = `Nothing was written. If ${active} is active all the same, type it again with --although "how you know"`;
  if (wrong.length > 0)
    throw new CliError(
      [
        `what is seen contradicts that ${siteText(active, recovery)} is active:`,
        ...wrong.map(({ part, says }) => `  ${plain(`${part}: ${says}`)}`),
        `${out}; two sites must never write: mend it first where it can be mended`,
      ].join("\n"),
    );
  if (inFavour(signs, active).length === 0)
    throw new CliError(
      `nothing that could be seen shows that ${siteText(active, recovery)} is active. ${out}`,
    );
}
