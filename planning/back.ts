import type { Parts, Request } from "../model/part.ts";
import { fencePhases, inversePhases, returnPhases, type BackPhase, type Phase } from "../model/phase.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";
import { asideSteps, type InMove, type Stage } from "./aside.ts";
import { refuseBrokenAside } from "./check-plan.ts";
import { chainName, chainsOf, requestFor } from "./chains.ts";
import { joined, type PhasedStep } from "./inverse.ts";

/** The way back of one chain of parts, past no return. */
export interface Back {
  /** Ids of its parts, those that others stand on first. */
  readonly parts: readonly string[];
  /** Steps of the move that no program takes back. */
  readonly byHand: readonly string[];
  /** What only looks. */
  readonly looks: readonly PhasedStep<BackPhase>[];
  /** What closes the target. */
  readonly fence: readonly PhasedStep<BackPhase>[];
  /** What opens the old site; begun only when all that closes the target has succeeded and is proven. */
  readonly returns: readonly PhasedStep<BackPhase>[];
}

/**
 * The way back of a move past no return: for each chain what its parts say, phase by phase. Throws where a part lets the
 * target write or be reached in that move, and does not say how that is taken back, and where a rule is broken.
 */
export function back(recovery: Recovery, request: Request, parts: Parts): readonly Back[] {
  const lookup = lookupOf(recovery);
  const move = new Map<string, InMove>();
  const owners = new Map<string, string>();
  const made = chainsOf(recovery, parts).map((chain): Back => {
    const asked = requestFor(request, chainName(chain));
    const drafts = new Map<BackPhase, Draft[]>();
    const byHand: string[] = [];
    const add = (phase: BackPhase, more: readonly Draft[] = []): void =>
      void drafts.set(phase, [...(drafts.get(phase) ?? []), ...more]);
    for (const p of chain) {
      const part = parts[p.kind];
      if (!part) continue;
      const own = part.back?.(p.id, p.facts, asked, lookup);
      const does = part.plan(p.id, p.facts, asked, lookup);
      const opens = openers(does);
      if (own && Object.keys(own).length > 0) move.set(p.id, does);
      if (own && Object.keys(own).length === 0) byHand.push(...opens.map((d) => d.id));
      if (!own && opens.length > 0)
        throw new Error(
          `${p.id}: a ${p.kind} does not say how it is taken back from ${request.to} past no return. Finish the move instead: "pulumi up -s ${request.to}-active"`,
        );
      const inverse = part.inverse?.(p.id, p.facts, asked, lookup);
      for (const d of [inverse ?? {}, own ?? {}].flatMap((byPhase) => Object.values(byPhase).flat()))
        owners.set(d.id, p.id);
      for (const phase of inversePhases) add(phase, inverse?.[phase]);
      for (const phase of [...fencePhases, ...returnPhases]) add(phase, own?.[phase]);
    }
    const [looking, ...fencing] = fencePhases;
    return {
      parts: chain.map((p) => p.id),
      byHand,
      looks: joined<BackPhase>([looking], drafts),
      fence: joined<BackPhase>(fencing, drafts),
      returns: joined<BackPhase>(returnPhases, drafts),
    };
  });
  const stage = (name: string, of: (b: Back) => readonly PhasedStep<BackPhase>[]): Stage => ({
    name,
    steps: made.flatMap((b) => asideSteps(of(b), (id) => owners.get(id), b.parts.at(-1))),
  });
  refuseBrokenAside({
    kind: "back",
    stages: [
      stage("look", (b) => b.looks),
      stage("close", (b) => b.fence),
      stage("return", (b) => b.returns),
    ],
    move,
    changes: new Set(),
  });
  return made;
}

/** Phases in which the target begins to write, or people to reach it. */
const opening: readonly Phase[] = [
  "open",
  "start-services",
  "flip-dependency-aliases",
  "flip-client-aliases",
];

const openers = (plan: Partial<Record<Phase, readonly Draft[]>>): readonly Draft[] =>
  opening.flatMap((phase) => plan[phase] ?? []);
