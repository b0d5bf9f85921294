import type { Entry } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import { fencePhasesAtOldSite } from "../../model/phase.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, type SiteId } from "../../model/site.ts";
import { plan } from "../../planning/plan.ts";
import { withIo } from "../../steps/io.ts";
import { notBrought, publishWords } from "../../steps/words.ts";
import { siteText } from "../../model/site-text.ts";
import { count, plain } from "../layout.ts";
import type { Terminal } from "../terminal.ts";

/** A step of a fence, as the journal keeps what is owed. */
export interface Unfenced {
  readonly step: string;
  readonly phase: string;
}

/** How long bringing the words to all places may take. Seconds. */
const publishLimitSec = 30;

/** The steps that would fence the other site. Nobody knows whether what was done by hand has fenced it: each is owed. */
export const unfencedAt = (recovery: Recovery, active: SiteId, parts: Parts): Unfenced[] =>
  plan(recovery, { from: otherSite(active), to: active, mode: "unplanned" }, parts).steps.flatMap(
    ({ id, phase, critical }) => (critical || !fencePhasesAtOldSite.has(phase) ? [] : [{ step: id, phase }]),
  );

/** What is recorded is brought to the guards at once, and what is owed at the other site is said. */
export async function tellGuards(
  {
    active,
    recovery,
    journal,
    journalRef,
  }: {
    readonly active: SiteId;
    readonly recovery: Recovery;
    readonly journal: Journal;
    readonly journalRef: JournalRef;
  },
  unfenced: readonly Unfenced[],
  parts: Parts,
  terminal: Terminal,
): Promise<void> {
  if (recovery.guard) {
    const entries: readonly Entry[] = await journal.entries();
    const brought = await withIo(
      { known: recovery, journal, journalRef, to: active, say: () => undefined, limitSec: publishLimitSec },
      (io) => publishWords(entries, recovery, parts, io),
    );
    terminal.out(plain(notBrought(brought) ?? "the guard's words are published"));
  }
  if (unfenced.length === 0) return;
  const other = siteText(otherSite(active), recovery);
  terminal.out(
    `owed: that ${other} is fenced is not proven (${count(unfenced.length, "step")}). Keep its power or network off; where it answers, run parallel-standby probe: it proves or does each of them`,
  );
}
