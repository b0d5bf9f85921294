import type { JournalRef } from "../../model/journal-ref.ts";
import { withIo } from "../../steps/io.ts";
import type { World } from "../../steps/find.ts";
import { against, signsOf } from "../../steps/signs.ts";
import { otherSite } from "../../model/site.ts";
import type { Due } from "./due.ts";

/** How long looking at both sites may take. Seconds. */
const limitSec = 10;

/** What is open or runs at a site that was left, before it is fenced: it has worked beside the new one. */
export async function workedBeside(
  { started, recovery }: Pick<Due, "started" | "recovery">,
  journalRef: JournalRef,
  { journal, runs }: World,
): Promise<readonly string[]> {
  const { to } = started;
  const seen = await withIo(
    { known: recovery, journal, journalRef, to, say: () => undefined, limitSec },
    (io) => signsOf(recovery, to, runs, io, limitSec),
  );
  return against(seen, to)
    .filter(({ site }) => site === otherSite(to))
    .map(({ says }) => says);
}
