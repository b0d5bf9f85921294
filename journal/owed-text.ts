import { inTwo } from "../model/finding.ts";
import { atOldSite, fencePhasesAtOldSite, type Phase } from "../model/phase.ts";
import { leavingMove } from "./outside.ts";
import type { Situation } from "./situation.ts";

/**
 * What is said of a step that is owed. One of a fence never repeats the advice of its message: what could not be reached
 * there is to be left dark, and "start the server" would bring a second site to work.
 */
export function owedText(s: Situation, step: string): string {
  const v = s.verdicts.get(step);
  const move = leavingMove(s);
  if (!v || !move || !fencePhasesAtOldSite.has(v.phase as Phase)) return v?.says ?? "";
  const found = withoutAdvice(v.says, v.phase);
  return `NOT FENCED: keep the power or the network of ${move.from} off; if it comes back, run "parallel-standby probe"${found === "" ? "" : ` (${found})`}`;
}

/** What was found at the site that is left, without what to do about it: nothing is to be started there. */
export const withoutAdvice = (says: string, phase: string | undefined): string =>
  atOldSite.has(phase as Phase) ? inTwo(says, "").says : says;
