import type { OptionalStep } from "../model/optional.ts";
import type { Phase } from "../model/phase.ts";
import type { RecoveryPart, Recovery } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";

/** Whether an owner lets a draft of that phase fail. */
export type MayFail = (phase: Phase, draft: Draft) => boolean;

/**
 * What the systems of a chain let fail. A draft of a system goes by that system's own word; one of a part under several
 * may fail only where all of them say so.
 */
export function mayFailIn(
  chain: readonly RecoveryPart[],
  { systems = [] }: Pick<Recovery, "systems">,
  ownerOf: (draft: Draft) => string | undefined,
): MayFail {
  const own = systems.filter((s) => chain.some((p) => p.id === s.id));
  return (phase, draft) => {
    if (draft.critical === false) return true;
    const word: OptionalStep | undefined =
      draft.optionalAs ?? (phase === "smoke-test" ? "smoke-test" : undefined);
    if (word === undefined) return false;
    const owner = ownerOf(draft);
    const asked = own.some((s) => s.id === owner) ? own.filter((s) => s.id === owner) : own;
    return asked.length > 0 && asked.every((s) => s.optional.includes(word));
  };
}
