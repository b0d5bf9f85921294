import { lookupOf, type Recovery } from "../model/recovery.ts";
import { atOldSite, inversePhases, type InversePhase, type Phase } from "../model/phase.ts";
import type { Parts, Request } from "../model/part.ts";
import type { Draft } from "../model/verb.ts";
import { asideSteps, type AsideStep, type InMove } from "./aside.ts";
import { refuseBrokenAside } from "./check-plan.ts";
import { chainName, chainsOf, inTheirOrder, requestFor, waitsOf } from "./chains.ts";

/** A draft in its phase, after steps of the same plan. */
export interface PhasedStep<P extends string> extends Draft {
  readonly phase: P;
  readonly needs: readonly PhasedStep<P>[];
}
/** A step of the inverse plan. */
export type InverseStep = PhasedStep<InversePhase>;

/** What gives one chain of parts back to the site that stays active. */
export interface Inverse {
  /** Ids of its parts, those that others stand on first. */
  readonly parts: readonly string[];
  /** Names of the chains whose services work again, if they can, before those of this one start. */
  readonly after: readonly string[];
  /** Each stands after those it needs. */
  readonly steps: readonly InverseStep[];
}

/**
 * The inverse of a move before no return: for each chain what its parts say, phase by phase, joined here alone.
 * Throws where a part changes the old site in that move and does not say how that is given back, and where a rule is
 * broken.
 */
export function inverse(recovery: Recovery, request: Request, parts: Parts): readonly Inverse[] {
  const lookup = lookupOf(recovery);
  const chains = chainsOf(recovery, parts);
  const move = new Map<string, InMove>();
  const steps: AsideStep[] = [];
  const made = inTheirOrder(chains, recovery).map((chain): Inverse => {
    const asked = requestFor(request, chainName(chain));
    const drafts = new Map<InversePhase, Draft[]>();
    const owners = new Map<string, string>();
    for (const p of chain) {
      const part = parts[p.kind];
      const given = part?.inverse?.(p.id, p.facts, asked, lookup);
      const does = part?.plan(p.id, p.facts, asked, lookup) ?? {};
      if (given) move.set(p.id, does);
      for (const d of inversePhases.flatMap((phase) => given?.[phase] ?? [])) owners.set(d.id, p.id);
      if (!given && part && changesOldSite(does))
        throw new Error(
          `${p.id}: a ${p.kind} does not say how it is given back to ${request.from}. Finish the move instead: "pulumi up -s ${request.to}-active"`,
        );
      for (const phase of inversePhases)
        drafts.set(phase, [...(drafts.get(phase) ?? []), ...(given?.[phase] ?? [])]);
    }
    const after = new Set([...waitsOf(chain, chains, recovery).values()].flat());
    const own = joined(inversePhases, drafts);
    steps.push(...asideSteps(own, (id) => owners.get(id), chainName(chain)));
    return { parts: chain.map((p) => p.id), after: [...after], steps: own };
  });
  refuseBrokenAside({
    kind: "inverse",
    stages: [{ name: "give back", steps }],
    move,
    changes: new Set(),
  });
  return made;
}

const changesOldSite = (plan: Partial<Record<Phase, readonly Draft[]>>): boolean =>
  [...atOldSite].some((phase) => (plan[phase]?.length ?? 0) > 0);

/** Each phase after the last one before it that has steps. */
export function joined<P extends string>(
  order: readonly P[],
  drafts: ReadonlyMap<P, readonly Draft[]>,
): readonly PhasedStep<P>[] {
  const made = new Map<Draft, PhasedStep<P>>();
  let before: readonly PhasedStep<P>[] = [];
  for (const phase of order) {
    const own = drafts.get(phase) ?? [];
    for (const draft of own) {
      const inside = draft.needs.flatMap((need) => made.get(need) ?? []);
      made.set(draft, { ...draft, phase, needs: inside.length > 0 ? inside : before });
    }
    const ends = own.filter((d) => !own.some((other) => other.needs.includes(d)));
    if (ends.length > 0) before = ends.flatMap((d) => made.get(d) ?? []);
  }
  return [...made.values()];
}
