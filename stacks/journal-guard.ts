import * as pulumi from "@pulumi/pulumi";
import type { Entry } from "../journal/entries.ts";
import type { Journal } from "../journal/journal.ts";
import { situation, type Situation } from "../journal/situation.ts";
import { isLease } from "../journal/store.ts";
import type { SiteId } from "../model/site.ts";

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

/** What a stack has kept of the journal in its outputs. */
export interface Seen {
  readonly genesis?: string;
  readonly head?: string;
  readonly epoch?: number;
}

/**
 * The journal of this estate, and one that holds what this stack has seen: an older copy would forget a cutover.
 * `target`: the site that this stack makes active, where it does.
 */
export async function knowsThisJournal(
  journal: Journal,
  estate: string,
  target: SiteId | undefined,
): Promise<Situation> {
  const entries = await journal.entries();
  const lacks = lacking(entries, await ownOutputs(), target);
  if (lacks !== undefined)
    throw new pulumi.RunError(
      entries.length === 0
        ? `there is no journal in ${journal.store.place}, or an empty one, and this stack has seen ${lacks}. Is journal.folder in estate.ts right, and its drive or share there? If so, restore the journal from its mirror or a backup. Never begin a new one: it would forget every cutover`
        : `this stack has seen ${lacks}; the journal in ${journal.store.place} does not hold it. It is another one, or an older copy: restore the newest from its mirror or a backup`,
    );
  const s = situation(entries);
  if (s.estate !== estate)
    throw new pulumi.RunError(
      `the journal in ${journal.store.place} belongs to the estate "${s.estate}", not to "${estate}". Check journal.folder in estate.ts`,
    );
  return s;
}

/** What of that the journal does not hold. */
export function lacking(
  entries: readonly Entry[],
  { genesis, head, epoch }: Seen,
  target: SiteId | undefined,
): string | undefined {
  const holds = (hash: string): boolean => entries.some((e) => e.hash === hash);
  if (genesis !== undefined && !holds(genesis))
    return `a journal that begins with ${genesis.slice(0, 12)} (its output genesis)`;
  // Before the head: it is the clearer word. The number alone may have been given out a second time, for the other site.
  const began = entries.some(
    (e) => e.kind === "activation started" && e.epoch === epoch && (target === undefined || e.to === target),
  );
  if (epoch !== undefined && !began)
    return `activation ${String(epoch)}${target === undefined ? "" : ` toward ${target}`} begin (its output epoch)`;
  return head === undefined || holds(head) ? undefined : `entry ${head.slice(0, 12)} (its output head)`;
}

async function ownOutputs(): Promise<Seen> {
  const self = new pulumi.StackReference("self", {
    name: `organization/${pulumi.getProject()}/${pulumi.getStack()}`,
  });
  const value = async (name: string): Promise<unknown> => (await self.getOutputDetails(name)).value;
  const [genesis, head, epoch] = await Promise.all([value("genesis"), value("head"), value("epoch")]);
  return {
    ...(typeof genesis === "string" ? { genesis } : {}),
    ...(typeof head === "string" ? { head } : {}),
    ...(typeof epoch === "number" ? { epoch } : {}),
  };
}
