import * as pulumi from "@pulumi/pulumi";
import type { Journal } from "../journal/journal.ts";
import { situation, type Situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";
import { whenEngineIsGone } from "./engine-life.ts";
import { refuseOlder, seenIn, type Seen } from "./seen.ts";
import { takeRun } from "./sole-run.ts";

/** One run at a time. The lease ends with this program, and the program with its engine. */
export async function soleRun(journal: Journal): Promise<void> {
  const lease = await takeRun(journal);
  process.once("beforeExit", () => void lease.release());
  whenEngineIsGone(process.env["PULUMI_NODEJS_ENGINE"], () => process.exit(1));
}

/**
 * The journal of this estate, and one that holds what this stack has seen. `target`: the site that this stack makes
 * active, where it does. Gives how the estate stands, and what the stack has seen.
 */
export async function knowsThisJournal(
  journal: Journal,
  estate: string,
  target: SiteId | undefined,
): Promise<{ readonly s: Situation; readonly seen: Seen }> {
  const entries = await journal.entries();
  const seen = await ownOutputs();
  refuseOlder(entries, seen, target, journal.store.place);
  const s = situation(entries);
  if (s.estate !== estate)
    throw new pulumi.RunError(
      `the journal in ${journal.store.place} belongs to the estate "${s.estate}", not to "${estate}". Check journal in estate.ts`,
    );
  return { s, seen };
}

async function ownOutputs(): Promise<Seen> {
  const self = new pulumi.StackReference("self", {
    name: `organization/${pulumi.getProject()}/${pulumi.getStack()}`,
  });
  const value = async (name: string): Promise<unknown> => (await self.getOutputDetails(name)).value;
  const [genesis, head, epoch, drill] = await Promise.all(
    ["genesis", "head", "epoch", "drill"].map((name) => value(name)),
  );
  return seenIn({ genesis, head, epoch, drill });
}
