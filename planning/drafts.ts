import { phases, type Phase } from "../model/phase.ts";
import { isDataPart, type AnyPart, type Parts, type Request } from "../model/part.ts";
import { lookupOf, type Recovery, type RecoveryPart } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";
import { approvalsOf } from "./approval.ts";
import { chainName } from "./chains.ts";
import { fenceProof } from "./fence.ts";
import { choosePoint } from "./verbs.ts";

/** All that the parts of a chain ask for. */
export interface Drafts {
  readonly byPhase: ReadonlyMap<Phase, readonly Draft[]>;
  /** The part that asks for a draft; undefined for one of the machinery. */
  ownerOf(draft: Draft): string | undefined;
  /** Whether a part of that id carries data. */
  carriesData(part: string): boolean;
}

/** All drafts of a chain by phase, those of the machinery among them. */
export function draftsOf(
  chain: readonly RecoveryPart[],
  recovery: Recovery,
  request: Request,
  parts: Parts,
): Drafts {
  const byPhase = new Map<Phase, Draft[]>();
  const owners = new Map<Draft, string>();
  const add = (phase: Phase, more: readonly Draft[]): void =>
    void byPhase.set(phase, [...(byPhase.get(phase) ?? []), ...more]);
  const lookup = lookupOf(recovery);
  for (const p of chain) {
    const asked = known(parts, p).plan(p.id, p.facts, request, lookup);
    for (const phase of phases) {
      const own = asked[phase] ?? [];
      for (const draft of own) owners.set(draft, p.id);
      add(phase, own);
    }
  }
  const name = chainName(chain);
  const data = chain.filter((p) => isDataPart(known(parts, p))).map((p) => p.id);
  if (data.length > 0)
    add("choose-point", [choosePoint.step(`${name}/choose-point`, { group: name, parts: data })]);
  const approvals = chain.flatMap((p) => known(parts, p).approvals?.(p.facts) ?? []);
  for (const [phase, steps] of approvalsOf(name, approvals)) add(phase, steps);
  const ids = chain.map((p) => p.id);
  const proof = fenceProof(name, request.from, ids, byPhase);
  if (proof) add("fence-site", [proof]);
  else if (byPhase.get("open")?.length || byPhase.get("start-services")?.length)
    throw new Error(
      `${name}: its parts open databases or start services at ${request.to}, but none says which of its steps fences a host of ${request.from}. Two sites could write.`,
    );
  return {
    byPhase,
    ownerOf: (draft) => owners.get(draft),
    carriesData: (part) => data.includes(part),
  };
}

function known(parts: Parts, p: RecoveryPart): AnyPart {
  const part = parts[p.kind];
  if (!part)
    throw new Error(
      `${p.id}: this version knows no part of kind "${p.kind}". It knows ${Object.keys(parts).join(", ")}.`,
    );
  return part;
}
