import { follows, letsWrite, phases, type Phase } from "../model/phase.ts";
import { isDataPart, type AnyPart, type Parts, type Request } from "../model/part.ts";
import { hashOf, lookupOf, type Recovery, type RecoveryPart } from "../model/recovery.ts";
import type { Draft, Need, Step } from "../model/verb.ts";
import { chainsOf } from "./chains.ts";
import { isCritical } from "./critical.ts";
import { fenceProof } from "./fence.ts";
import { choosePoint, complete, gate } from "./verbs.ts";

/** A graph of steps; each step stands after those it needs. */
export interface Plan {
  readonly request: Request;
  readonly steps: readonly Step[];
  readonly hash: string;
}

type Drafts = ReadonlyMap<Phase, readonly Draft[]>;

/** Facts and direction to a graph of steps. Parts order inside a phase; only this function joins phases. */
export function plan(recovery: Recovery, request: Request, parts: Parts): Plan {
  const steps: Step[] = [];
  const lasts: string[] = [];
  for (const chain of chainsOf(recovery, parts)) {
    const drafts = draftsOf(chain, recovery, request, parts);
    const ids = chain.map((p) => p.id);
    for (const phase of phases) steps.push(...joined(phase, drafts, request, ids));
    lasts.push(
      ...before("complete", drafts)
        .flatMap((p) => lastOf(drafts.get(p) ?? []))
        .map((d) => d.id),
    );
  }
  steps.push({
    ...stepOf(complete.step("complete", { to: request.to }), "complete", request),
    needs: lasts.map((id) => ({ id, kind: "order" })),
  });
  refuseRepeated(steps);
  return { request, steps, hash: hashOf(steps) };
}

/** A step's id is its name in state and journal: of two with one id, one would never run. */
function refuseRepeated(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const { id } of steps) {
    if (seen.has(id)) throw new Error(`two steps are called "${id}". Give one of their parts another id.`);
    seen.add(id);
  }
}

/** All drafts of a chain by phase, those of the machinery among them. */
function draftsOf(
  chain: readonly RecoveryPart[],
  recovery: Recovery,
  request: Request,
  parts: Parts,
): Drafts {
  const drafts = new Map<Phase, Draft[]>();
  const add = (phase: Phase, more: readonly Draft[]): void =>
    void drafts.set(phase, [...(drafts.get(phase) ?? []), ...more]);
  const lookup = lookupOf(recovery);
  for (const p of chain) {
    const byPhase = known(parts, p).plan(p.id, p.facts, request, lookup);
    for (const phase of phases) add(phase, byPhase[phase] ?? []);
  }
  const name = chain.at(-1)?.id ?? "";
  const data = chain.filter((p) => isDataPart(known(parts, p))).map((p) => p.id);
  if (data.length > 0)
    add("choose-point", [choosePoint.step(`${name}/choose-point`, { group: name, parts: data })]);
  const proof = fenceProof(
    name,
    request.from,
    chain.map((p) => p.id),
    drafts,
  );
  if (proof) add("fence-site", [proof]);
  else if (drafts.get("open")?.length || drafts.get("start-services")?.length)
    throw new Error(
      `${name}: its parts open databases or start services at ${request.to}, but none says which of its steps fences a host of ${request.from}. Two sites could write.`,
    );
  return drafts;
}

/** The steps of one phase, joined to the phases before it. */
function joined(phase: Phase, drafts: Drafts, request: Request, chain: readonly string[]): readonly Step[] {
  const own = drafts.get(phase) ?? [];
  const lastBefore = before(phase, drafts).flatMap((p) => lastOf(drafts.get(p) ?? []));
  const kind: Need["kind"] = letsWrite.has(phase) ? "safety" : "order";
  const needs = lastBefore.map((d): Need => ({ id: d.id, kind }));
  const firsts = own.filter((d) => d.needs.length === 0);
  if (needs.length <= 1 || firsts.length <= 1) return own.map((d) => withNeeds(d, needs));
  const wait = gate.step(`${chain.at(-1) ?? ""}/before-${phase}`, {});
  return [
    { ...stepOf(wait, phase, request), critical: true, needs },
    ...own.map((d) => withNeeds(d, [{ id: wait.id, kind }])),
  ];

  function withNeeds(draft: Draft, joins: readonly Need[]): Step {
    const stranger = draft.needs.find((d) => !own.some((o) => o.id === d.id));
    if (stranger)
      throw new Error(
        `${draft.id} needs ${stranger.id}, which is no step of its phase (${phase}): phases are joined by the planner alone.`,
      );
    const inside = draft.needs.map((d): Need => ({ id: d.id, kind: "order" }));
    const probes = letsWrite.has(phase) ? { probes: chain } : {};
    const chooses = phase === "final-sync" ? drafts.get("choose-point")?.[0] : undefined;
    const late = chooses ? { tooLateAfter: chooses.id } : {};
    return {
      ...stepOf(draft, phase, request),
      needs: inside.length > 0 ? inside : joins,
      ...probes,
      ...late,
    };
  }
}

const stepOf = (draft: Draft, phase: Phase, request: Request): Step => ({
  id: draft.id,
  verb: draft.verb,
  args: draft.args,
  phase,
  needs: [],
  critical: isCritical(phase, draft.verb, request.mode),
  timeoutSec: draft.timeoutSec,
});

/** The nearest phases with steps that a phase follows. */
function before(phase: Phase, drafts: Drafts): readonly Phase[] {
  const found = new Set<Phase>();
  const look = (p: Phase): void => {
    for (const q of follows[p]) {
      if ((drafts.get(q)?.length ?? 0) > 0) found.add(q);
      else look(q);
    }
  };
  look(phase);
  return [...found];
}

/** Drafts that no other draft of their phase waits for. */
const lastOf = (drafts: readonly Draft[]): readonly Draft[] =>
  drafts.filter((d) => !drafts.some((e) => e.needs.includes(d)));

function known(parts: Parts, p: RecoveryPart): AnyPart {
  const part = parts[p.kind];
  if (!part)
    throw new Error(
      `${p.id}: this version knows no part of kind "${p.kind}". It knows ${Object.keys(parts).join(", ")}.`,
    );
  return part;
}
