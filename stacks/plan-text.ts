import { endedSteps, type Situation } from "../journal/situation.ts";
import { stateOf } from "../journal/state.ts";
import { phases } from "../model/phase.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Plan } from "../planning/plan.ts";
import { siteText } from "../model/site-text.ts";

/** Between what can be abandoned and what cannot. */
const line =
  "  ---- no return: until here it can be abandoned; once a database is open, one can only finish, or go back and lose what was written since ----";
const passedLine = "  ---- no return: PASSED, a database is open ----";

/**
 * The plan as people read it in a preview: phase by phase with the numbers that its steps have in their progress, what
 * has ended already, where the point of no return is, and what people will be asked to do.
 */
export function planText(
  { request, steps, byHand }: Plan,
  recovery: Recovery,
  epoch: number,
  s: Situation,
): string {
  const { from, to, mode } = request;
  // An activation that begins now has none yet; what the journal holds is of the one before.
  const isOwn = s.epoch === epoch;
  const verdicts = isOwn ? s.verdicts : new Map<string, never>();
  const ended = isOwn ? endedSteps(s).size : 0;
  const passed = isOwn && stateOf(s) === "moving past no return";
  let number = 0;
  const lines = phases.flatMap((phase) => {
    const own = steps.filter((step) => step.phase === phase);
    if (own.length === 0) return [];
    const first = number + 1;
    number += own.length;
    const border = phase === "open" ? [passed ? passedLine : line] : [];
    const named = own.map(({ id }) => {
      const verdict = verdicts.get(id)?.verdict;
      return verdict === undefined ? id : `${id} (${verdict})`;
    });
    return [
      ...border,
      `  ${first === number ? String(first) : `${String(first)}-${String(number)}`} ${phase}: ${named.join(", ")}`,
    ];
  });
  return [
    `${mode} move from ${siteText(from, recovery)} to ${siteText(to, recovery)}, activation ${String(epoch)}, ${String(steps.length)} steps${ended > 0 ? `, ${String(ended)} of them ended` : ""}`,
    ...lines,
    ...byHand.map(
      ({ step, says, owner, telephone }) => `  by hand: ${step}: ${says} · ${owner} · ${telephone}`,
    ),
  ].join("\n");
}
