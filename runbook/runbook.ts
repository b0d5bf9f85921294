import type { ByHand, Hand } from "../model/by-hand.ts";
import type { Parts, Request } from "../model/part.ts";
import type { Phase } from "../model/phase.ts";
import { hashOf, type Recovery } from "../model/recovery.ts";
import { plan } from "../planning/plan.ts";
import { contextOf, numbersOf, textOf } from "./context.ts";
import { giveBackOf, type GiveBack } from "./give-back.ts";
import { machineryHands } from "./machinery.ts";
import { inOrder } from "./order.ts";
import { siteText } from "../model/site-text.ts";

/** One step as people do it. */
export interface HandStep extends ByHand {
  /** Its number on the paper, from 1. */
  readonly number: number;
  readonly id: string;
  readonly phase: Phase;
  /** Numbers of the steps that come first. */
  readonly after: readonly number[];
  /** The move goes on where this one can't be done. */
  readonly optional: boolean;
}

/** The plan of a move for people: all that a page shows. */
export interface Runbook {
  readonly estate: string;
  readonly request: Request;
  /** Both sites as people call them. */
  readonly places: Readonly<Record<"from" | "to", string>>;
  readonly steps: readonly HandStep[];
  /** Number of the step at which the first database opens; absent where none does. */
  readonly noReturn?: number;
  /** How all of it is undone before that. */
  readonly giveBack: GiveBack;
  /** Hash of the facts and of the plan: which estate this paper is of. */
  readonly factsHash: string;
  readonly planHash: string;
}

/** The runbook of a move, from the very plan that the tool runs. Throws where a verb has no text for people. */
export function runbookOf(
  recovery: Recovery,
  request: Request,
  parts: Parts,
  hands: ReadonlyMap<string, Hand>,
): Runbook {
  const made = plan(recovery, request, parts);
  const all = new Map([...hands, ...machineryHands.map((h): [string, Hand] => [h.verb, h])]);
  const context = contextOf(recovery, request, parts);
  const ordered = inOrder(made.steps, recovery, request, parts);
  const numbers = new Map(ordered.map((s, i) => [s.id, i + 1]));
  const steps = ordered.map((s, i): HandStep => ({
    number: i + 1,
    id: s.id,
    phase: s.phase,
    after: numbersOf(s.after, numbers),
    optional: s.optional,
    ...textOf(s, all, context),
  }));
  const opens = steps.find((s) => s.phase === "open");
  return {
    estate: recovery.estate,
    request,
    places: { from: siteText(request.from, recovery), to: siteText(request.to, recovery) },
    steps,
    ...(opens ? { noReturn: opens.number } : {}),
    giveBack: giveBackOf(recovery, request, parts, all),
    factsHash: hashOf(recovery),
    planHash: made.hash,
  };
}

/** Phases that have steps, in the order of the paper, with what happens in each. */
export const chaptersOf = ({
  steps,
}: Pick<Runbook, "steps">): readonly { readonly phase: Phase; readonly steps: readonly HandStep[] }[] =>
  [...new Set(steps.map((s) => s.phase))].map((phase) => ({
    phase,
    steps: steps.filter((s) => s.phase === phase),
  }));
