import { endedSteps, type Situation } from "../journal/situation.ts";
import { phases } from "../model/phase.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Plan } from "../planning/plan.ts";

/**
 * The plan as people read it in a preview: phase by phase with the numbers that its steps have in their progress, what
 * has ended already, where the point of no return is.
 */
export function planText({ request, steps }: Plan, recovery: Recovery, epoch: number, s: Situation): string {
  const { from, to, mode } = request;
  // An activation that begins now has none yet; what the journal holds is of the one before.
  const verdicts = s.epoch === epoch ? s.verdicts : new Map<string, never>();
  const ended = s.epoch === epoch ? endedSteps(s).size : 0;
  let number = 0;
  const lines = phases.flatMap((phase) => {
    const own = steps.filter((step) => step.phase === phase);
    if (own.length === 0) return [];
    const first = number + 1;
    number += own.length;
    const line =
      phase === "open"
        ? ["  ---- no return: once a database is open, one can only finish, or activate back ----"]
        : [];
    const named = own.map(({ id }) => {
      const verdict = verdicts.get(id)?.verdict;
      return verdict === undefined ? id : `${id} (${verdict})`;
    });
    return [
      ...line,
      `  ${first === number ? String(first) : `${String(first)}-${String(number)}`} ${phase}: ${named.join(", ")}`,
    ];
  });
  return [
    `${mode} move from ${from} (${recovery.sites[from].place}) to ${to} (${recovery.sites[to].place}), activation ${String(epoch)}, ${String(steps.length)} steps${ended > 0 ? `, ${String(ended)} of them ended` : ""}`,
    ...lines,
  ].join("\n");
}
