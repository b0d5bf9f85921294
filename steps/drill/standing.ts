import type { JournalRef } from "../../model/journal-ref.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { SiteId } from "../../model/site.ts";
import { withinLimit } from "../../journal/within-limit.ts";
import type { World } from "../find.ts";
import { withIo } from "../io.ts";

/** How long it is looked for. Seconds. */
const lookSec = 10;

/** What stands of drills at a site. */
export interface Standing {
  /** Numbers of the drills, ascending. */
  readonly numbers: readonly number[];
  /** Parts of which it could not be seen, and why. */
  readonly unseen: readonly string[];
}

/** Of which drills something stands at a site, whatever the journal knows of them. Looks at all parts side by side, and changes nothing. */
export async function standingDrills(
  recovery: Recovery,
  to: SiteId,
  { journal, runs }: Pick<World, "journal" | "runs">,
  journalRef: JournalRef,
): Promise<Standing> {
  const numbers = new Set<number>();
  const unseen: string[] = [];
  await Promise.all(
    recovery.parts.map(async ({ id, kind, facts }) => {
      try {
        const look = (await runs[kind]?.())?.drillsAt;
        if (!look) return;
        const found = await withIo(
          { known: recovery, journal, journalRef, to, say: () => undefined, limitSec: lookSec },
          (io) => withinLimit(look(facts, io), lookSec),
        );
        for (const n of found) numbers.add(n);
      } catch (error) {
        unseen.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return { numbers: [...numbers].sort((a, b) => a - b), unseen };
}
