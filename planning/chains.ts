import type { Parts } from "../model/part.ts";
import type { Recovery, RecoveryPart } from "../model/recovery.ts";

/** Parts that stand on one another, directly or not, form a chain. Only within a chain does one phase wait for another. */
export function chainsOf(recovery: Recovery, parts: Parts): readonly (readonly RecoveryPart[])[] {
  const root = new Map(recovery.parts.map((p) => [p.id, p.id]));
  const find = (id: string): string => {
    const up = root.get(id) ?? id;
    return up === id ? id : find(up);
  };
  for (const p of recovery.parts)
    for (const used of parts[p.kind]?.uses(p.facts) ?? []) root.set(find(used), find(p.id));
  return [...Map.groupBy(recovery.parts, (p) => find(p.id)).values()];
}
