import type { EntryOf } from "../journal/entries.ts";
import { Refused } from "../steps/act.ts";
import { evidenceOfLife } from "../steps/fence.ts";
import { look, type Surroundings } from "./look.ts";

/** How long the look may take. */
const limitSec = 15;

/**
 * Refuses to begin a move whose declaration waives the fence, where something of the old site answers again: the move
 * would stop a production that works, and then open nothing.
 */
export async function refuseVoidWaiver(
  at: Surroundings,
  declaration: EntryOf<"move declared">,
): Promise<void> {
  if (declaration.waiveFence === undefined) return;
  const { recovery, request, world } = at;
  const { from } = request;
  const parts = recovery.parts.map((p) => p.id);
  const life = await look(
    at,
    limitSec,
    () => undefined,
    (io) => evidenceOfLife(parts, recovery, from, world.runs, io),
  );
  if (life.length === 0) return;
  throw new Refused(
    `${recovery.sites[from].place} (${from}) answers: ${life.join("; ")}. The declaration waives its fence ("${declaration.waiveFence}"), which counts only while nothing there answers: nothing was changed. If it works, take the declaration back (parallel-standby withdraw), or declare a planned move, which loses nothing. To leave it all the same, declare --mode unplanned without --waive-fence, with --disaster-at when it stopped working for good`,
  );
}
