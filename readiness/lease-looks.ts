import { situation } from "../journal/situation.ts";
import { wordAt } from "../journal/words.ts";
import { inTwo } from "../model/finding.ts";
import type { Parts, Request } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { guardedHosts } from "../planning/guarded.ts";
import type { Look } from "../steps/act.ts";
import { ownWords, wordFindings } from "../steps/own-words.ts";

/**
 * Whether the guards of the active site still get their word: where `probe` does not run, or fails unseen, their lease
 * ends, and after a restart production would not come back. Asked only of a site that a planned move leaves.
 */
export const leaseLooks = (
  recovery: Recovery,
  { from, mode }: Request,
  parts: Parts,
  read: typeof ownWords = ownWords,
): readonly Look[] => {
  const { guard, estate } = recovery;
  if (!guard || mode === "unplanned") return [];
  return guardedHosts(recovery, parts)
    .filter(({ host }) => host.site === from)
    .map(({ host: { id, site }, parts: own }): Look => ({
      id: `guard-lease:${id}`,
      at: id,
      host: id,
      failing: "risk",
      run: async (io) => {
        const word = wordAt(situation(await io.journal.entries()), site, own);
        const known = await read(id, estate, io);
        return wordFindings(word, known, id, guard.leaseHours, Date.now() / 1000).map((says) => ({
          id: `guard-lease:${id}`,
          severity: "risk" as const,
          at: id,
          ...inTwo(says, 'look whether "parallel-standby probe" is scheduled and ends well: docs/guard.md'),
        }));
      },
    }));
};
