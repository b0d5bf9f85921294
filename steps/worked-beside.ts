import { isOpened, situation } from "../journal/situation.ts";
import { stateOf } from "../journal/state.ts";
import { seenBeside } from "../journal/two-writers.ts";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { World } from "./find.ts";
import { withIo } from "./io.ts";
import { against, signsOf } from "./signs.ts";

/** How long looking at both sites may take. Seconds. */
const limitSec = 10;

/** The site that an activation leaves, with what was known of the estate when it began. */
export interface Left {
  readonly from: SiteId;
  readonly to: SiteId;
  readonly epoch: number;
  readonly recovery: Recovery;
}

/**
 * Looks for what is open or runs at a site that was left, before it is fenced, and keeps it in the journal: it has worked
 * beside the new one. No system has that has opened nothing there yet, and nobody looks while none has. What does not answer works
 * beside nothing that could be seen from here: whoever calls knows that something there does. Gives what was found.
 */
export async function workedBeside(
  { from, to, epoch, recovery }: Left,
  journalRef: JournalRef,
  { journal, runs }: Pick<World, "journal" | "runs">,
): Promise<readonly string[]> {
  const s = situation(await journal.entries());
  const state = stateOf(s);
  if (state === "moving") return [];
  const seen = await withIo(
    { known: recovery, journal, journalRef, to, say: () => undefined, limitSec },
    (io) => signsOf(recovery, to, runs, io, limitSec),
  );
  // A name that leads to a site is no work there: what works was seen on a server. And a system that has opened nothing
  // at the new site yet works at the old one by right.
  const found = against(seen, to)
    .filter(
      ({ part, site, host }) =>
        site === from && host !== undefined && (state === "active" || isOpened(s, `${part}/`)),
    )
    .map(({ says }) => says);
  if (found.length > 0)
    await journal.append((entries) => {
      const known = seenBeside(entries, epoch).flatMap((e) => e.found);
      return found.every((says) => known.includes(says))
        ? undefined
        : { kind: "worked beside", epoch, site: from, found };
    });
  return found;
}
