import type { Parts } from "./part.ts";
import { Recovery } from "./recovery.ts";

/**
 * Facts from a journal, as this version understands them: those that an older version wrote are upgraded in memory,
 * those of a newer one are refused.
 */
export function upgraded(recorded: unknown, parts: Parts): Recovery {
  const recovery = Recovery.parse(recorded);
  return {
    ...recovery,
    parts: recovery.parts.map((p) => {
      const part = parts[p.kind];
      if (!part || p.version > part.version)
        throw new Error(
          `${p.id}: its facts were written by a newer version (${p.kind}, version ${String(p.version)}; this one knows ${part ? String(part.version) : "no such kind"}). Update parallel-standby on this runner`,
        );
      const facts = p.version === part.version ? p.facts : part.upgrade?.(p.facts, p.version);
      return { ...p, version: part.version, facts: part.facts.parse(facts) };
    }),
  };
}
