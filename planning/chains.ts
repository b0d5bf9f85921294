import { connected } from "../model/chains.ts";
import type { Mode, Parts, Request } from "../model/part.ts";
import type { Recovery, RecoveryPart } from "../model/recovery.ts";

/** Parts that stand on one another, directly or not, form a chain. Only within a chain does one phase wait for another. */
export function chainsOf(recovery: Recovery, parts: Parts): readonly (readonly RecoveryPart[])[] {
  const byId = new Map(recovery.parts.map((p) => [p.id, p]));
  const usesOf = (id: string): readonly string[] => {
    const p = byId.get(id);
    return p ? (parts[p.kind]?.uses(p.facts) ?? []) : [];
  };
  return connected([...byId.keys()], usesOf).map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
}

/** What a chain is called in plans, journal and reports: the id of its last part, on which none of it stands. */
export const chainName = (chain: readonly RecoveryPart[]): string => chain.at(-1)?.id ?? "";

/** How a chain of that name moves. */
export const modeOf = ({ mode, modes }: Request, chain: string): Mode => modes?.[chain] ?? mode;

/** What is asked of one chain. */
export const requestFor = (request: Request, chain: string): Request => ({
  from: request.from,
  to: request.to,
  mode: modeOf(request, chain),
});

/** Names of the chains that hold systems after which systems of this chain come; by the system that waits. */
export function waitsOf(
  chain: readonly RecoveryPart[],
  chains: readonly (readonly RecoveryPart[])[],
  { systems = [] }: Pick<Recovery, "systems">,
): ReadonlyMap<string, readonly string[]> {
  const nameFor = (id: string): string | undefined => {
    const found = chains.find((c) => c.some((p) => p.id === id));
    return found && chainName(found);
  };
  return new Map(
    systems
      .filter((s) => s.after.length > 0 && chain.some((p) => p.id === s.id))
      .map((s) => [s.id, [...new Set(s.after.flatMap((id) => nameFor(id) ?? []))]]),
  );
}

/** The same chains, each after those that it waits for. Throws where they wait for one another. */
export function inTheirOrder(
  chains: readonly (readonly RecoveryPart[])[],
  recovery: Pick<Recovery, "systems">,
): readonly (readonly RecoveryPart[])[] {
  const placed: (readonly RecoveryPart[])[] = [];
  const place = (chain: readonly RecoveryPart[], path: readonly string[]): void => {
    if (placed.includes(chain)) return;
    const name = chainName(chain);
    if (path.includes(name))
      throw new Error(`${[...path, name].join(" waits for ")}: none of them would ever start.`);
    const before = new Set([...waitsOf(chain, chains, recovery).values()].flat());
    for (const other of chains) if (before.has(chainName(other))) place(other, [...path, name]);
    placed.push(chain);
  };
  for (const chain of chains) place(chain, []);
  return placed;
}
