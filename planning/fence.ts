import { atOldSite, phases, type Phase } from "../model/phase.ts";
import type { SiteId } from "../model/site.ts";
import type { Draft } from "../model/verb.ts";
import { proveFence } from "./verbs.ts";

/**
 * The step that proves a chain's fence, from what its parts do at the old site: a step of `fence-site` that fences a
 * host proves it alone (its VM is deallocated); steps of the phases before prove it together. Nothing for a chain
 * that fences no host.
 */
export function fenceProof(
  chain: string,
  site: SiteId,
  parts: readonly string[],
  drafts: ReadonlyMap<Phase, readonly Draft[]>,
): Draft | undefined {
  const hosts: Record<string, { strong: string[]; together: string[] }> = {};
  for (const phase of phases.filter((p) => atOldSite.has(p)))
    for (const draft of drafts.get(phase) ?? []) {
      if (draft.fences === undefined) continue;
      const proof = (hosts[draft.fences] ??= { strong: [], together: [] });
      (phase === "fence-site" ? proof.strong : proof.together).push(draft.id);
    }
  if (Object.keys(hosts).length === 0) return undefined;
  return proveFence.step(
    `${chain}/prove-fence`,
    { site, parts: [...parts], hosts },
    { needs: drafts.get("fence-site") ?? [] },
  );
}
