import * as pulumi from "@pulumi/pulumi";
import { parts } from "../components/registry/parts.ts";
import { runs } from "../components/registry/runs.ts";
import { openJournal } from "../steps/open-journal.ts";
import { EstateError } from "../model/describe.ts";
import type { Estate } from "../model/estate.ts";
import { journalProblems } from "../model/journal-ref.ts";
import { didYouMean } from "../model/nearest.ts";
import { siteIds, stackOf, type SiteId } from "../model/site.ts";
import { typedHere } from "../steps/own-command.ts";
import { activate } from "./activate.ts";
import { drill } from "./drill.ts";
import { soleRun, knowsThisJournal } from "./journal-guard.ts";
import { withoutTraceOfFailedSteps } from "./plain-errors.ts";
import { provision } from "./provision.ts";

/** What each stack is: its name says it. */
const activations: Readonly<Record<string, SiteId>> = { "dr-active": "dr", "primary-active": "primary" };
const provisionings: Readonly<Record<string, SiteId>> = Object.fromEntries(
  siteIds.map((site) => [stackOf[site], site]),
);

/** The stack that tries the standby beside production. */
const drillStack = "dr-drill";

/** Outputs of every stack: plain data, known before the first step, so that one failed step loses none of it. */
export interface StackOutputs {
  /** Hash of the journal's first entry. */
  readonly genesis: string;
  /** Hash of the journal's last entry before the first step: that an activation began is in it. */
  readonly head: string;
  /** Number of the activation that this stack shows. */
  readonly epoch?: number;
  /** Number of the drill that this stack shows. */
  readonly drill?: number;
  /** What that drill tries: `data only`. */
  readonly scope?: string;
}

/**
 * The program of every stack of an estate; which one it is, the stack's name says: `primary` and `standby` provision,
 * `dr-active` and `primary-active` cut over, `dr-drill` tries the standby beside production. Everything that can refuse does so before the first resource, as a
 * sentence and not as a stack trace.
 */
export async function runStack(estate: Estate): Promise<StackOutputs> {
  const stack = pulumi.getStack();
  const target = activations[stack];
  const site = provisionings[stack];
  withoutTraceOfFailedSteps();
  try {
    const problems = journalProblems(estate.journal);
    if (problems.length > 0) throw new EstateError(problems);
    const journal = openJournal(estate.journal, (line) => void pulumi.log.warn(line));
    const { s, seen } = await knowsThisJournal(journal, estate.name, target);
    if (!pulumi.runtime.isDryRun()) await soleRun(journal);
    const outputs = { genesis: s.genesis, head: s.head };
    if (stack === drillStack)
      return { ...outputs, ...(await drill(estate, { journal, parts, runs }, seen.drill)) };
    if (target) return { ...outputs, ...(await activate(estate, target, { journal, parts, runs })) };
    if (site) {
      await provision(estate, site, journal, s);
      return outputs;
    }
  } catch (error) {
    throw new pulumi.RunError(typedHere(error instanceof Error ? error.message : String(error)));
  }
  const known = [...Object.keys(provisionings), ...Object.keys(activations), drillStack];
  throw new pulumi.RunError(
    `"${stack}" is no stack of an estate. Use one of ${known.join(", ")}.${didYouMean(stack, known)}`,
  );
}
