import type { Declared, Estate, Server } from "../model/estate.ts";

/** Every server that an estate names, once, production first. Works on an estate that is not finished yet. */
export function serversOf(estate: Pick<Estate, "systems">): readonly Server[] {
  const servers = new Map<string, Server>();
  const seen = new Set<Declared>();
  const walk = (declared: Declared): void => {
    if (seen.has(declared)) return;
    seen.add(declared);
    declared.uses.forEach(walk);
    for (const server of declared.servers) servers.set(server.id, server);
  };
  estate.systems.forEach(walk);
  return [...servers.values()].sort((a, b) => Number(a.site === "dr") - Number(b.site === "dr"));
}
