import type { EntryOf } from "./entries.ts";
import { termsIn, type MovingSystem, type Terms } from "./terms.ts";

type Started = EntryOf<"activation started">;

/** The system of an activation that a step belongs to: its id begins with that of one of the parts. */
export function systemOf(step: string, systems: readonly MovingSystem[] = []): string | undefined {
  let best: { readonly system: string; readonly length: number } | undefined;
  for (const { system, parts } of systems)
    for (const part of parts)
      if (step.startsWith(`${part}/`) && part.length > (best?.length ?? 0))
        best = { system, length: part.length };
  return best?.system;
}

/** Whether a step of that system only waits for others: of the phase that starts services, all but these start something. */
export function onlyWaits(step: string, system: string, systems: readonly MovingSystem[] = []): boolean {
  const own = systems.find((m) => m.system === system);
  return (
    step === `${system}/before-start-services` ||
    (own?.after ?? []).some((other) => own?.parts.some((part) => step === `${part}/after-${other}`))
  );
}

/** On what terms a system moves: its own, where the mode was changed for it, else those of the activation. */
export const termsOf = (last: Started, system: string | undefined): Terms =>
  last.systems?.find((s) => s.system === system)?.terms ?? termsIn(last);

/** What is remembered of an activation, by step, by system and by group of databases (which has its system's name). */
export interface Memory {
  readonly verdicts: Map<string, EntryOf<"step">>;
  readonly attempts: Map<string, number>;
  readonly points: Map<string, EntryOf<"point chosen">>;
  readonly opened: Map<string, EntryOf<"no return">>;
  readonly completed: Map<string, EntryOf<"system completed">>;
  readonly arrived: Set<string>;
  readonly starting: Set<string>;
}

/**
 * Forgets what the next activation does anew. One that goes on toward the same site, with another mode for some of its
 * systems, keeps what was done for a system that has arrived there: nothing of that is done a second time.
 */
export function begin(memory: Memory, next: Started, goesOn: boolean): void {
  const keeps = (system: string | undefined): boolean =>
    goesOn && system !== undefined && memory.arrived.has(system);
  const byStep = (step: string): boolean => keeps(systemOf(step, next.systems));
  drop(memory.verdicts, byStep);
  drop(memory.attempts, byStep);
  drop(memory.points, keeps);
  drop(memory.completed, keeps);
  drop(memory.opened, keeps);
  drop(memory.arrived, keeps);
  drop(memory.starting, keeps);
}

function drop(map: Map<string, unknown> | Set<string>, keeps: (key: string) => boolean): void {
  for (const key of map.keys()) if (!keeps(key)) map.delete(key);
}
