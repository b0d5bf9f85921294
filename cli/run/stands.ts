import { endedSteps, isDone, type Situation } from "../../journal/situation.ts";

/**
 * Steps that have nothing to do in a run: they have ended as their plan lets them end, and no new try of them is due.
 * The same that leaves a step's resource unchanged in `pulumi up`. `attempts` holds the number of vain tries by step.
 */
export const standing = (s: Situation, attempts: ReadonlyMap<string, number>): ReadonlySet<string> =>
  new Set(
    [...endedSteps(s)].filter((id) => {
      const verdict = s.verdicts.get(id);
      const attempt = attempts.get(id);
      return verdict !== undefined && (isDone(verdict) || (attempt ?? 0) === (verdict.attempt ?? 0));
    }),
  );
