import { joinedBySafety, letsWrite, phases, type Phase } from "../model/phase.ts";
import type { ByHand, Parts, Request } from "../model/part.ts";
import { oncePer } from "../model/once-per.ts";
import { canonical, hashOf, type Recovery, type RecoveryPart } from "../model/recovery.ts";
import type { Draft, Need, Step } from "../model/verb.ts";
import { chainName, chainsOf, inTheirOrder, requestFor, waitsOf } from "./chains.ts";
import { refuseBroken } from "./check-plan.ts";
import { isCritical } from "./critical.ts";
import { draftsOf, type Drafts } from "./drafts.ts";
import { endsBefore, endsOf, type End } from "./ends.ts";
import { graphOf, type Chain, type Graph } from "./graph.ts";
import { mayFailIn, type MayFail } from "./optional.ts";
import { whyNeverSkipped } from "./skip.ts";
import { complete, completeSystem, gate } from "./verbs.ts";

/** Parts that move together, as a plan has them: a system with what it stands on. */
export interface PlannedSystem {
  /** The id of its last part. */
  readonly system: string;
  /** Ids of its parts, each after those it uses. */
  readonly parts: readonly string[];
  /** Those after which its services start. */
  readonly after: readonly string[];
}

/** A graph of steps; each step stands after those it needs. */
export interface Plan {
  readonly request: Request;
  readonly steps: readonly Step[];
  readonly systems: readonly PlannedSystem[];
  /** What its steps will ask people to do. */
  readonly byHand: readonly ByHand[];
  readonly hash: string;
}

/** A graph that is held against no rule yet. */
interface Drawn {
  readonly graph: Graph;
  readonly systems: readonly PlannedSystem[];
}

/** Every step of a move that is driven without Pulumi asks for the plan of the same facts. */
const known = oncePer((_: Recovery) =>
  oncePer((_: Parts) => ({ drawn: new Map<string, Drawn>(), plans: new Map<string, Plan>() })),
);

/** Facts and direction to a graph of steps. Throws where it would break one of the rules of planning/rules.ts. */
export function plan(recovery: Recovery, request: Request, parts: Parts): Plan {
  const { plans } = known(recovery)(parts);
  const key = canonical(request);
  const found = plans.get(key);
  if (found) return found;
  const { graph, systems } = draw(recovery, request, parts);
  refuseBroken(graph);
  const byHand = recovery.parts.flatMap((p) => parts[p.kind]?.byHand?.(p.id, p.facts, request) ?? []);
  const made = { request, steps: graph.steps, systems, byHand, hash: hashOf(graph.steps) };
  plans.set(key, made);
  return made;
}

/**
 * The graph behind a plan, held against no rule yet. Parts order inside a phase; only this function joins phases, and
 * chains.
 */
export function draw(recovery: Recovery, request: Request, parts: Parts): Drawn {
  const { drawn } = known(recovery)(parts);
  const key = canonical(request);
  const found = drawn.get(key) ?? drawAnew(recovery, request, parts);
  drawn.set(key, found);
  return found;
}

function drawAnew(recovery: Recovery, request: Request, parts: Parts): Drawn {
  const steps: Step[] = [];
  const systems: PlannedSystem[] = [];
  const graphChains: Chain[] = [];
  const completes: string[] = [];
  const up = new Map<string, readonly string[]>();
  const chains = chainsOf(recovery, parts);
  for (const chain of inTheirOrder(chains, recovery)) {
    const name = chainName(chain);
    const asked = requestFor(request, name);
    const drafts = draftsOf(chain, recovery, asked, parts);
    const mayFail = mayFailIn(chain, recovery, drafts.ownerOf);
    const waits = waitsOf(chain, chains, recovery);
    const planned: Chained = { name, chain, drafts, mayFail, request: asked, waits, up };
    const own = phases.flatMap((phase) => joined(phase, planned));
    steps.push(...own);
    graphChains.push({
      name,
      mode: asked.mode,
      parts: chain.map((p) => p.id),
      data: chain.filter((p) => drafts.carriesData(p.id)).map((p) => p.id),
      steps: own,
    });
    up.set(
      name,
      endsOf("verify-services", drafts.byPhase, mayFail).map((e) => e.draft.id),
    );
    const ends = endsBefore("complete", drafts.byPhase, mayFail);
    systems.push({
      system: name,
      parts: chain.map((p) => p.id),
      after: [...new Set([...waits.values()].flat())],
    });
    if (ends.length === 0) continue;
    const done = completeSystem.step(`${name}/complete`, { system: name });
    completes.push(done.id);
    steps.push({
      ...stepOf(done, "complete", planned),
      needs: ends.map(({ draft }) => ({ id: draft.id, kind: "order" })),
    });
  }
  const whole = complete.step("complete", { to: request.to });
  steps.push({
    ...plain(whole, "complete", true),
    needs: completes.map((id) => ({ id, kind: "order" })),
  });
  refuseRepeated(steps);
  const all = steps.map((s): Step =>
    whyNeverSkipped(steps, s) === undefined ? { ...s, skippable: true } : s,
  );
  const byId = new Map(all.map((s) => [s.id, s]));
  const chained = graphChains.map((c) => ({ ...c, steps: c.steps.flatMap((s) => byId.get(s.id) ?? []) }));
  return { graph: graphOf({ request, chains: chained, steps: all }), systems };
}

/** A chain while it is planned. */
interface Chained {
  readonly name: string;
  readonly chain: readonly RecoveryPart[];
  readonly drafts: Drafts;
  readonly mayFail: MayFail;
  readonly request: Request;
  /** Chains that are up before the services of a system start, by the system. */
  readonly waits: ReadonlyMap<string, readonly string[]>;
  /** The steps that show that a chain is up, by its name; of those before it. */
  readonly up: ReadonlyMap<string, readonly string[]>;
}

/** A step's id is its name in state and journal: of two with one id, one would never run. */
function refuseRepeated(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const { id } of steps) {
    if (seen.has(id)) throw new Error(`two steps are called "${id}". Give one of their parts another id.`);
    seen.add(id);
  }
}

/** The steps of one phase, joined to the phases before it. */
function joined(phase: Phase, planned: Chained): readonly Step[] {
  const { drafts, mayFail, name, chain } = planned;
  const own = drafts.byPhase.get(phase) ?? [];
  const kind: Need["kind"] = joinedBySafety.has(phase) ? "safety" : "order";
  const needs = endsBefore(phase, drafts.byPhase, mayFail).map(({ draft, mayFail: loose }: End): Need => ({
    id: draft.id,
    kind: loose ? "order" : kind,
  }));
  const first = phase === "start-services" ? afterOthers(own, planned) : { gates: [], needsOf: () => [] };
  const firsts = own.filter((d) => d.needs.length === 0);
  if (needs.length <= 1 || firsts.length <= 1)
    return [...first.gates, ...own.map((d) => withNeeds(d, needs))];
  const wait = gate.step(`${name}/before-${phase}`, {});
  return [
    ...first.gates,
    { ...plain(wait, phase, true), needs },
    ...own.map((d) => withNeeds(d, [{ id: wait.id, kind }])),
  ];

  function withNeeds(draft: Draft, joins: readonly Need[]): Step {
    const stranger = draft.needs.find((d) => !own.some((o) => o.id === d.id));
    if (stranger)
      throw new Error(
        `${draft.id} needs ${stranger.id}, which is no step of its phase (${phase}): phases are joined by the planner alone.`,
      );
    const inside = draft.needs.map((d): Need => ({ id: d.id, kind: "order" }));
    const probes = letsWrite.has(phase) ? { probes: chain.map((p) => p.id) } : {};
    const chooses = phase === "final-sync" ? drafts.byPhase.get("choose-point")?.[0] : undefined;
    const late = chooses ? { tooLateAfter: chooses.id } : {};
    return {
      ...stepOf(draft, phase, planned),
      needs: inside.length > 0 ? inside : [...joins, ...first.needsOf(draft)],
      ...probes,
      ...late,
    };
  }
}

/**
 * What lets the services of a system wait for other systems: a gate for each, behind the steps that show that the other
 * is up. Order and not safety: nothing writes twice if it is passed, and an operator may have to go on without.
 */
function afterOthers(
  own: readonly Draft[],
  { drafts, waits, up }: Chained,
): { readonly gates: readonly Step[]; needsOf(draft: Draft): readonly Need[] } {
  const idOf = (system: string, other: string): string => `${system}/after-${other}`;
  const starting = [...waits].filter(([system]) => own.some((d) => drafts.ownerOf(d) === system));
  return {
    gates: starting.flatMap(([system, others]) =>
      others.map((other) => ({
        ...plain(gate.step(idOf(system, other), {}), "start-services", true),
        needs: (up.get(other) ?? []).map((id): Need => ({ id, kind: "order" })),
      })),
    ),
    needsOf: (draft) => {
      const system = drafts.ownerOf(draft);
      return (system === undefined ? [] : (waits.get(system) ?? [])).map((other) => ({
        id: idOf(system ?? "", other),
        kind: "order",
      }));
    },
  };
}

const stepOf = (draft: Draft, phase: Phase, { request, mayFail }: Chained): Step =>
  plain(draft, phase, isCritical(phase, draft.verb, request.mode) && !mayFail(phase, draft));

const plain = (draft: Draft, phase: Phase, critical: boolean): Step => ({
  id: draft.id,
  verb: draft.verb,
  args: draft.args,
  phase,
  needs: [],
  critical,
  timeoutSec: draft.timeoutSec,
});
