import type { Entry, EntryOf } from "../../journal/entries.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { SiteId } from "../../model/site.ts";
import type { Draft } from "../../model/verb.ts";
import { checkActCheck } from "../../steps/check-act-check.ts";
import { findRunnable, type World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { machinery } from "../../steps/machinery.ts";

/** How long each look may take. Seconds. */
const lookSec = 60;

/** What says that a site was made to follow since activation `epoch`, where nobody has let it be done anew since. */
export function followsBy(
  entries: readonly Entry[],
  epoch: number,
  site: SiteId,
): EntryOf<"re-protected"> | undefined {
  const last = entries.findLast(
    (e): e is EntryOf<"re-protect"> | EntryOf<"re-protected"> =>
      (e.kind === "re-protect" || e.kind === "re-protected") && e.epoch === epoch && e.site === site,
  );
  return last?.kind === "re-protected" ? last : undefined;
}

/** Whether each step finds that there is nothing to do. None acts: what can't be looked at is not so. */
export async function allStands(
  drafts: readonly Draft[],
  {
    world,
    recovery,
    journalRef,
    site,
  }: {
    readonly world: World;
    readonly recovery: Recovery;
    readonly journalRef: JournalRef;
    readonly site: SiteId;
  },
): Promise<boolean> {
  const looks = drafts.map(async ({ verb, args }) => {
    const runnable = await findRunnable(verb, machinery(world), world.runs);
    await withIo(
      {
        known: { hosts: recovery.hosts, parts: [] },
        journal: world.journal,
        journalRef,
        to: site,
        say: () => undefined,
        limitSec: lookSec,
      },
      (io) => checkActCheck(runnable.bind(args), io, () => Promise.reject(new Error("it would act"))),
    );
  });
  return (await Promise.allSettled(looks)).every((l) => l.status === "fulfilled");
}
