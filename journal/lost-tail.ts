import type { Situation } from "./situation.ts";
import { systemOf } from "./systems.ts";

/**
 * Whether the tail of a system's log failed at the old site in the activation that is under way. Another `up` tries what
 * is owed once more; a tail only an activation that begins anew.
 */
export const lostItsTail = ({ verdicts, last }: Situation, system: string): boolean =>
  [...verdicts.values()].some(
    ({ step, phase, verdict }) =>
      phase === "final-sync" &&
      (verdict === "failed" || verdict === "waived") &&
      systemOf(step, last?.systems) === system,
  );
