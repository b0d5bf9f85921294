import * as pulumi from "@pulumi/pulumi";
import { situation, type Situation } from "../journal/situation.ts";
import type { Journal } from "../journal/journal.ts";
import { isLease } from "../journal/store.ts";

/** How long a run's lease outlives a program that was killed on another machine. */
const runTtlMs = 30_000;

/** One run at a time: two engines on one estate do happen, and both would succeed. The lease ends with this program. */
export async function soleRun(journal: Journal): Promise<void> {
  const given = await journal.store.lease("run", runTtlMs);
  if (!isLease(given))
    throw new pulumi.RunError(
      `another run is under way: ${given.who}, since ${given.since}. Follow it with "parallel-standby journal follow"; run this again when it has ended`,
    );
  process.once("beforeExit", () => void given.release());
}

/** The journal of this estate, and the one that this stack saw last: an older copy would forget a cutover. */
export async function knowsThisJournal(journal: Journal, estate: string): Promise<Situation> {
  const entries = await journal.entries();
  const s = situation(entries);
  if (s.estate !== estate)
    throw new pulumi.RunError(
      `the journal in ${journal.store.place} belongs to the estate "${s.estate}", not to "${estate}". Check journal.folder in estate.ts`,
    );
  const self = new pulumi.StackReference("self", {
    name: `organization/${pulumi.getProject()}/${pulumi.getStack()}`,
  });
  for (const output of ["genesis", "head"]) {
    const value: unknown = (await self.getOutputDetails(output)).value;
    if (typeof value === "string" && !entries.some((e) => e.hash === value))
      throw new pulumi.RunError(
        `this stack has seen a journal that holds ${output} ${value.slice(0, 12)}; the journal in ${journal.store.place} does not. It is another one, or an older copy: restore the newest from its mirror`,
      );
  }
  return s;
}
