import { atOldSite, type Phase } from "../model/phase.ts";
import type { Mode } from "../model/part.ts";
import { proveFence } from "./verbs.ts";

/**
 * Whether a step that fails stops what depends on it. One rule for all parts: in an unplanned move the old site may be
 * gone, so what is done there ends with a verdict; that it is fenced must be proven or waived in any mode; and once
 * databases are open, backups of them and what the old site still holds are owed rather than a reason to keep people out.
 */
export function isCritical(phase: Phase, verbName: string, mode: Mode): boolean {
  if (verbName === proveFence.name) return true;
  if (phase === "protect" || phase === "fence-data") return false;
  return mode === "planned" || !atOldSite.has(phase);
}
