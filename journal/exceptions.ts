import { atOldSite, mayBeOwed, type Phase } from "../model/phase.ts";
import type { EntryOf } from "./entries.ts";
import type { Situation } from "./situation.ts";
import { systemOf } from "./systems.ts";

/**
 * Whether a step that ended otherwise than planned is an exception of the move: one that somebody skipped, or one that an
 * owner lets fail. What can still be done is owed instead, and what could not be had at a lost site is part of the loss.
 */
export function isException(v: Pick<EntryOf<"step">, "verdict" | "critical" | "phase">): boolean {
  const phase = v.phase as Phase;
  if (v.verdict === "skipped") return v.critical || !mayBeOwed.has(phase);
  return v.verdict === "failed" && !v.critical && !mayBeOwed.has(phase) && !atOldSite.has(phase);
}

/** Steps of the last activation that are exceptions; of one system where it is named. */
export const exceptionsOf = (s: Situation, system?: string): readonly string[] =>
  [...s.verdicts.values()].filter((v) => isException(v) && isOf(s, v.step, system)).map((v) => v.step);

/** Steps of the last activation that are owed; of one system where it is named. */
export const owedOf = (s: Situation, system?: string): readonly string[] =>
  [...s.owed].filter((step) => isOf(s, step, system));

const isOf = (s: Situation, step: string, system: string | undefined): boolean =>
  system === undefined || systemOf(step, s.last?.systems) === system;
