import type { ByHand, Hand } from "../model/by-hand.ts";
import type { Parts, Request } from "../model/part.ts";
import { phases, type Phase } from "../model/phase.ts";
import { hashOf, lookupOf, type Recovery } from "../model/recovery.ts";
import { plan } from "../planning/plan.ts";
import { inPhases } from "../planning/turn.ts";
import { gate } from "../planning/verbs.ts";
import { machineryHands } from "./machinery.ts";

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
  // A gate only joins: on paper the steps behind it wait for those before it.
  const ordered = inPhases(made.steps).filter((s) => s.verb !== gate.name);
  const numbers = new Map(ordered.map((s, i) => [s.id, i + 1]));
  const byId = new Map(made.steps.map((s) => [s.id, s]));
  const before = (id: string): readonly number[] => {
    const step = byId.get(id);
    if (!step) return [];
    return step.needs.flatMap((n) => {
      const number = numbers.get(n.id);
      return number === undefined ? before(n.id) : [number];
    });
  };
  const context = { lookup: lookupOf(recovery), request };
  const steps = ordered.map((s, i): HandStep => {
    const hand = all.get(s.verb);
    if (!hand) throw new Error(`${s.id}: nobody has written how "${s.verb}" is done by hand`);
    return {
      number: i + 1,
      id: s.id,
      phase: s.phase,
      after: [...new Set(before(s.id))].toSorted((a, b) => a - b),
      optional: !s.critical,
      ...hand.text(s.args, context),
    };
  });
  const opens = steps.find((s) => s.phase === "open");
  const place = (site: "primary" | "dr"): string => `${site} (${recovery.sites[site].place})`;
  return {
    estate: recovery.estate,
    request,
    places: { from: place(request.from), to: place(request.to) },
    steps,
    ...(opens ? { noReturn: opens.number } : {}),
    factsHash: hashOf(recovery),
    planHash: made.hash,
  };
}

/** Phases that have steps, in their order, with what happens in each. */
export const chaptersOf = ({
  steps,
}: Pick<Runbook, "steps">): readonly { readonly phase: Phase; readonly steps: readonly HandStep[] }[] =>
  phases
    .map((phase) => ({ phase, steps: steps.filter((s) => s.phase === phase) }))
    .filter((c) => c.steps.length > 0);
