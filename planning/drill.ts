import { didYouMean } from "../model/nearest.ts";
import type { DrillPhase, DrillStep } from "../model/drill.ts";
import { isDataPart, type Parts, type Request } from "../model/part.ts";
import { hashOf, lookupOf, type Recovery, type RecoveryPart } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";
import { asideSteps, changingVerbs, type AsideStep } from "./aside.ts";
import { refuseBrokenAside } from "./check-plan.ts";
import { chainName, chainsOf } from "./chains.ts";
import { beginDrill, chooseDrillPoint, concludeDrill } from "./drill-verbs.ts";

/** The first step of every drill. */
export const sweepId = "sweep";

/** A drill as a graph of steps; each stands after those it needs. */
export interface DrillPlan {
  readonly steps: readonly DrillStep[];
  /** Groups of databases that are copied at one point each: the system on top names its group. */
  readonly groups: readonly string[];
  /** Parts with data that no drill can try. */
  readonly without: readonly string[];
  readonly hash: string;
}

/** What removes all that a drill has made, part by part. */
export interface SweepPlan {
  readonly part: string;
  readonly drafts: readonly Draft[];
}

type Direction = Pick<Request, "from" | "to">;

/**
 * Facts to a drill at the passive site. Only data is copied: what a system needs beside it (services, names, licences)
 * would meet production, and is not touched. `systems` are ids of parts; each takes its whole group along. Throws a
 * sentence where one is unknown, where nothing can be tried, or where a rule is broken.
 */
export function planDrill(
  recovery: Recovery,
  direction: Direction,
  parts: Parts,
  systems?: readonly string[],
): DrillPlan {
  const chains = chosen(chainsOf(recovery, parts), recovery, systems);
  const begin = stepOf(beginDrill.step(sweepId, {}), "begin", []);
  const steps: DrillStep[] = [begin];
  const groups: string[] = [];
  const without: string[] = [];
  const lasts: string[] = [];
  const owners = new Map<string, readonly [part: string, chain: string]>();
  const drafts = new Map(recovery.parts.map((p) => [p.id, draftsOfPart(p, recovery, direction, parts)]));
  for (const chain of chains) {
    const data = chain.filter((p) => dataPart(p, parts));
    const able = data.filter((p) => dataPart(p, parts)?.drill !== undefined);
    without.push(...data.filter((p) => !able.includes(p)).map((p) => p.id));
    if (able.length === 0) continue;
    const group = chainName(chain);
    groups.push(group);
    const first = steps.length;
    const of = (phase: DrillPhase): readonly Draft[] => able.flatMap((p) => drafts.get(p.id)?.[phase] ?? []);
    for (const p of able)
      for (const d of Object.values(drafts.get(p.id) ?? {}).flat()) owners.set(d.id, [p.id, group]);
    const point = chooseDrillPoint.step(`${group}/drill-point`, { group, parts: able.map((p) => p.id) });
    const before = of("preflight");
    steps.push(...joined(before, "preflight", [begin.id]));
    steps.push(stepOf(point, "choose-point", before.length > 0 ? ends(before) : [begin.id]));
    steps.push(...joined(of("restore"), "restore", [point.id]));
    steps.push(...joined(of("verify"), "verify", ends(of("restore"))));
    const own = steps.slice(first);
    lasts.push(...own.map((s) => s.id).filter((id) => !own.some((s) => s.needs.includes(id))));
  }
  if (groups.length === 0)
    throw new Error(
      `there is nothing to try: ${without.length === 0 ? "no data is declared" : `a drill of ${without.join(", ")} is not possible`}`,
    );
  steps.push(stepOf(concludeDrill.step("conclude", {}), "conclude", lasts));
  const swept = [...drafts].flatMap(([part, { sweep = [] }]) =>
    asideSteps(sweep, () => part, undefined, "sweep"),
  );
  const asked = steps.map((s): AsideStep => {
    const [part, chain] = owners.get(s.id) ?? [undefined, groups.find((g) => s.id === `${g}/drill-point`)];
    return { ...s, part, chain };
  });
  refuseBrokenAside({
    kind: "drill",
    stages: [
      { name: "drill", steps: asked },
      { name: "sweep", steps: swept },
    ],
    move: new Map(),
    changes: changingVerbs(recovery, direction, parts),
  });
  return { steps, groups, without, hash: hashOf(steps) };
}

/** What removes a drill of that direction, in all parts: a drill of some systems has made nothing in the others. */
export const planSweep = (recovery: Recovery, direction: Direction, parts: Parts): readonly SweepPlan[] =>
  recovery.parts.flatMap((p) => {
    const drafts = draftsOfPart(p, recovery, direction, parts).sweep ?? [];
    return drafts.length > 0 ? [{ part: p.id, drafts }] : [];
  });

const dataPart = (p: RecoveryPart, parts: Parts) => {
  const part = parts[p.kind];
  return part && isDataPart(part) ? part : undefined;
};

function chosen(
  chains: ReturnType<typeof chainsOf>,
  recovery: Recovery,
  systems: readonly string[] | undefined,
): ReturnType<typeof chainsOf> {
  if (!systems) return chains;
  const known = recovery.parts.map((p) => p.id);
  const unknown = systems.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new Error(
      `the facts know no system "${unknown}". Write some of ${known.join(", ")}.${didYouMean(unknown, known)}`,
    );
  return chains.filter((chain) => chain.some((p) => systems.includes(p.id)));
}

const draftsOfPart = (
  p: RecoveryPart,
  recovery: Recovery,
  direction: Direction,
  parts: Parts,
): Partial<Record<DrillPhase, readonly Draft[]>> =>
  dataPart(p, parts)?.drill?.(p.id, p.facts, direction, lookupOf(recovery)) ?? {};

/** A draft with needs of its own waits for those, whichever phase they are of; one without for the phase before. */
const joined = (
  drafts: readonly Draft[],
  phase: DrillStep["phase"],
  before: readonly string[],
): readonly DrillStep[] =>
  drafts.map((d) => stepOf(d, phase, d.needs.length > 0 ? d.needs.map((n) => n.id) : before));

const ends = (drafts: readonly Draft[]): readonly string[] =>
  drafts.filter((d) => !drafts.some((e) => e.needs.some((n) => n.id === d.id))).map((d) => d.id);

const stepOf = (draft: Draft, phase: DrillStep["phase"], needs: readonly string[]): DrillStep => ({
  id: draft.id,
  verb: draft.verb,
  args: draft.args,
  phase,
  needs: [...needs],
  timeoutSec: draft.timeoutSec,
});
