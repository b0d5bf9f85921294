import { fencePhasesAtOldSite, type Phase } from "../model/phase.ts";
import type { Situation } from "./situation.ts";

/** Steps of these phases that are owed at the site that was left. Default: all with which it is fenced. */
export const fenceOwed = (
  s: Pick<Situation, "owed" | "verdicts">,
  phases: ReadonlySet<Phase> = fencePhasesAtOldSite,
): readonly string[] => [...s.owed].filter((step) => phases.has(s.verdicts.get(step)?.phase as Phase));
