import { situation } from "../../journal/situation.ts";
import { systemOf, termsOf } from "../../journal/systems.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import { look } from "../../stacks/look.ts";
import { nothingAnswered } from "../../steps/check-act-check.ts";
import { findRunnable, type World } from "../../steps/find.ts";
import { machinery } from "../../steps/machinery.ts";
import type { Due } from "./due.ts";

/** How long one look may take. Seconds. */
const lookSec = 20;

/** What a look that changes nothing, and is no entry, shows of a step that is owed. */
export type Look =
  /** What it wants is there. */
  | { readonly shows: "paid" }
  /** It can be looked at, and there is something to do. */
  | { readonly shows: "open" }
  /** It cannot be looked at. `again`: the last try ended with the same sentence. */
  | { readonly shows: "nothing"; readonly says: string; readonly again: boolean };

/** Looks at a step that is owed, before it is tried: one that would end as it did the last time is no news. */
export async function lookAt(
  { step }: Due["steps"][number],
  { started, recovery }: Pick<Due, "started" | "recovery">,
  journalRef: JournalRef,
  world: World,
): Promise<Look> {
  const s = situation(await world.journal.entries());
  const { mode, disasterAt } = termsOf(started, systemOf(step.id, started.systems));
  try {
    const bound = (await findRunnable(step.verb, machinery(world), world.runs)).bind(step.args);
    const found = await look(
      {
        world,
        recovery,
        request: { from: started.from, to: started.to, mode },
        journalRef,
        epoch: started.epoch,
        disasterSec: disasterAt === undefined ? undefined : Date.parse(disasterAt) / 1000,
      },
      Math.min(lookSec, step.timeoutSec),
      () => undefined,
      (io) => bound.check(io),
      // In the words of a step, so that it is known again.
      nothingAnswered,
    );
    return { shows: found.there ? "paid" : "open" };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { shows: "nothing", says, again: s.verdicts.get(step.id)?.says === says };
  }
}
