import { phases } from "../model/phase.ts";
import type { Step } from "../model/verb.ts";
import { gate } from "./verbs.ts";

/** When a step of a plan has its turn. */
export interface Turn {
  /** Its number in the order of a preview, from 1. Steps that share nothing run side by side, whatever their numbers. */
  readonly number: number;
  /** How many steps the plan has. */
  readonly total: number;
  /** How many of them have ended. */
  readonly ended: number;
  /** Steps that wait for it and have not ended, in the same order. */
  readonly next: readonly string[];
}

/** The steps of a plan in the order of a preview: phase by phase, each after those it needs. */
export const inPhases = (steps: readonly Step[]): readonly Step[] =>
  phases.flatMap((phase) => steps.filter((s) => s.phase === phase));

/** When a step has its turn; undefined where the plan has no such step. `ended` holds what nothing waits for any more. */
export function turnOf(steps: readonly Step[], id: string, ended: ReadonlySet<string>): Turn | undefined {
  const ordered = inPhases(steps);
  const index = ordered.findIndex((s) => s.id === id);
  if (index < 0) return undefined;
  return {
    number: index + 1,
    total: ordered.length,
    ended: ordered.filter((s) => ended.has(s.id)).length,
    next: nextAfter(ordered, new Set([id]), ended),
  };
}

/**
 * Steps that wait for one of these and neither run nor have ended; of them those that wait for nothing else, where there
 * are any. A gate only joins steps and takes no time: those behind it are named in its place.
 */
export function nextAfter(
  steps: readonly Step[],
  running: ReadonlySet<string>,
  ended: ReadonlySet<string>,
): readonly string[] {
  const ordered = inPhases(steps);
  const before = new Set(running);
  const waits = (s: Step): boolean =>
    !before.has(s.id) && !ended.has(s.id) && s.needs.some((n) => before.has(n.id));
  for (const s of ordered) if (s.verb === gate.name && waits(s)) before.add(s.id);
  const next = ordered.filter(waits);
  const soon = next.filter((s) => s.needs.every((n) => before.has(n.id) || ended.has(n.id)));
  return (soon.length > 0 ? soon : next).map((s) => s.id);
}
