import type { Phase } from "../model/phase.ts";
import type { Step } from "../model/verb.ts";
import { folderOf } from "../model/verb.ts";
import { gate, proveFence } from "./verbs.ts";

/** Phases of which nothing may be left out: a restore that runs on, or a database that was left behind, would be opened at a wrong point. */
const wholePhases: ReadonlySet<Phase> = new Set<Phase>(["hold", "roll-forward", "open"]);

/** Phases of which all has to be so before services start, whatever of it is joined to them directly. */
const repairs: ReadonlySet<Phase> = new Set<Phase>(["repair-databases", "repair-identity"]);

/** Why a step of a plan must never be skipped, and what to do instead; undefined where somebody may skip it. */
export function whyNeverSkipped(steps: readonly Step[], step: Step): string | undefined {
  if (folderOf(step.verb) === folderOf(gate.name))
    return 'it is what holds the order and the proofs of a move together. Mend what it names, and run "pulumi up" again';
  if (wholePhases.has(step.phase))
    return 'a database would be opened at a wrong point, or not with the others. Mend what it names, and run "pulumi up" again, or give the move up with "parallel-standby abandon"';
  if (steps.some((s) => s.verb === proveFence.name && rests(s.args, step.id)))
    return "it fences the site that is left, and what is skipped proves nothing. Mend what it names, or make sure by hand that nothing there can write and declare the move anew with --mode unplanned and --waive-fence";
  const guarded = guards(steps, step);
  return guarded === undefined
    ? undefined
    : `${guarded} must not act without it. Mend what it names, or do by hand what it was to do: "pulumi up" then finds it done`;
}

/** Whether a fence's proof names that step. */
const rests = (args: unknown, id: string): boolean => JSON.stringify(args).includes(JSON.stringify(id));

/** The step to which a safety edge leads from this one, or from one that comes after it in its phase. */
function guards(steps: readonly Step[], step: Step): string | undefined {
  const seen = new Set<string>([step.id]);
  for (const id of seen)
    for (const after of steps) {
      const need = after.needs.find((n) => n.id === id);
      if (need?.kind === "safety") return after.verb === gate.name ? guardedBy(steps, after) : after.id;
      if (need && (after.phase === step.phase || (repairs.has(step.phase) && repairs.has(after.phase))))
        seen.add(after.id);
    }
  return undefined;
}

/** A gate only joins: what stands behind it is named in its place. */
const guardedBy = (steps: readonly Step[], { id }: Step): string =>
  steps.find((s) => s.needs.some((n) => n.id === id))?.id ?? id;
