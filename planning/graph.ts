import type { Mode, Request } from "../model/part.ts";
import type { Phase } from "../model/phase.ts";
import type { Step } from "../model/verb.ts";

/** The steps of one chain of parts. */
export interface Chain {
  /** The id of its last part. */
  readonly name: string;
  /** How it moves. */
  readonly mode: Mode;
  /** Ids of its parts. */
  readonly parts: readonly string[];
  /** Those of them that carry data. */
  readonly data: readonly string[];
  readonly steps: readonly Step[];
}

/** A plan as rules ask about it. */
export interface Graph {
  readonly request: Request;
  readonly chains: readonly Chain[];
  /** The steps of all chains, and those that belong to none. */
  readonly steps: readonly Step[];
  /** Undefined where the plan has no such step. */
  step(id: string): Step | undefined;
  /** Whether one begins only when the other has ended. */
  isAfter(later: string, earlier: string): boolean;
  /** The chain of a step; undefined where it belongs to none. */
  chainOf(id: string): Chain | undefined;
}

/** A plan whose order is worked out: each step knows all that comes before it. */
export function graphOf({ request, chains, steps }: Pick<Graph, "request" | "chains" | "steps">): Graph {
  const at = new Map(steps.map((s, i) => [s.id, { step: s, bit: 1n << BigInt(i) }]));
  const above = new Map<string, bigint>();
  // In the order of the plan: a need that stands later has nothing above it yet, and is found by another rule.
  for (const s of steps) {
    let all = 0n;
    for (const { id } of s.needs) all |= (at.get(id)?.bit ?? 0n) | (above.get(id) ?? 0n);
    above.set(s.id, all);
  }
  const chainOf = new Map(chains.flatMap((c) => c.steps.map((s) => [s.id, c] as const)));
  return {
    request,
    chains,
    steps,
    step: (id) => at.get(id)?.step,
    isAfter: (later, earlier) => ((above.get(later) ?? 0n) & (at.get(earlier)?.bit ?? 0n)) !== 0n,
    chainOf: (id) => chainOf.get(id),
  };
}

/** The steps of a chain in these phases. */
export const stepsIn = ({ steps }: Chain, ...wanted: readonly Phase[]): readonly Step[] =>
  steps.filter((s) => wanted.includes(s.phase));
