import { isDone } from "../journal/situation.ts";
import type { Phase } from "../model/phase.ts";
import type { StepLine } from "./verdicts.ts";

/** Phases on the way to people, the last first: what each proves when all of it has passed. */
const proofs = [
  ["smoke-test", "smoke test"],
  ["flip-client-aliases", "client aliases"],
  ["verify-services", "services"],
] as const satisfies readonly (readonly [Phase, string])[];

/** Since when people could work, and what shows it. */
export interface Served {
  /** Seconds since 1970 UTC. */
  readonly atSec: number;
  /**
   * `smoke test`: it had passed. The next two: there is no smoke test, and names led there or services answered.
   * `completion`: nothing shows it earlier, or a smoke test was skipped or has failed.
   */
  readonly by: (typeof proofs)[number][1] | "completion";
}

/**
 * Up to where the time without a system is counted. `endedSec`: when the move, or the system, was completed; what runs
 * after that, such as backups that were owed, is not waited for by people.
 */
export function servedOf(steps: readonly StepLine[], endedSec: number): Served {
  const last = proofs.find(([phase]) => steps.some((s) => s.phase === phase));
  const proven =
    last && steps.filter((s) => s.phase === last[0]).every((s) => isDone({ verdict: s.standing }));
  if (!last || !proven) return { atSec: endedSec, by: "completion" };
  const ends = steps
    .filter((s) => isProof(s) && isDone({ verdict: s.standing }))
    .flatMap((s) => s.toSec ?? []);
  return { atSec: Math.min(endedSec, Math.max(...ends)), by: last[1] };
}

const isProof = ({ phase }: StepLine): boolean => proofs.some(([known]) => known === phase);
