import * as pulumi from "@pulumi/pulumi";
import type { EntryOf } from "../journal/entries.ts";
import type { Estate } from "../model/estate.ts";
import type { Request } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { evidenceOfLife } from "../steps/fence.ts";
import type { World } from "../steps/find.ts";
import { withIo } from "../steps/io.ts";

/** How long the look may take. */
const limitSec = 15;

/**
 * Refuses to begin a move whose declaration waives the fence, where something of the old site answers again: the move
 * would stop a production that works, and then open nothing.
 */
export async function refuseVoidWaiver(
  estate: Estate,
  recovery: Recovery,
  { from, mode }: Request,
  declaration: EntryOf<"move declared">,
  { journal, runs }: World,
): Promise<void> {
  if (declaration.waiveFence === undefined || declaration.disasterAt === undefined) return;
  const life = await withIo(
    {
      known: recovery,
      journal,
      journalRef: estate.journal,
      to: declaration.to,
      say: () => undefined,
      limitSec,
      activation: { epoch: 0, mode, disasterSec: Date.parse(declaration.disasterAt) / 1000 },
    },
    (io) =>
      evidenceOfLife(
        recovery.parts.map((p) => p.id),
        recovery,
        from,
        runs,
        io,
      ),
  );
  if (life.length === 0) return;
  throw new pulumi.RunError(
    `${recovery.sites[from].place} (${from}) answers: ${life.join("; ")}. The declaration waives its fence ("${declaration.waiveFence}"), which counts only while nothing there answers: nothing was changed. If it works, take the declaration back (parallel-standby withdraw), or declare a planned move, which loses nothing. To leave it all the same, declare --mode unplanned without --waive-fence, with --disaster-at when it stopped working for good`,
  );
}
