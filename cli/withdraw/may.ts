import type { Entry, EntryOf } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import { CliError } from "../failure.ts";

/** What can be taken back. */
export interface Withdrawal {
  /** The declaration by which something was held; absent only where nothing was ever declared. */
  readonly declaration?: EntryOf<"move declared">;
  /** The declaration, or a change of the mode, stands: nothing has used it. */
  readonly stands: boolean;
  /** The activation that used it has begun no step, and can be abandoned. */
  readonly abandons?: number;
  readonly held: ReadonlySet<string>;
}

/** What a withdrawal would take back. Throws a sentence where there is nothing, or where it is too late. */
export function withdrawalOf(entries: readonly Entry[]): Withdrawal {
  const s = situation(entries);
  const declaration = entries.findLast((e): e is EntryOf<"move declared"> => e.kind === "move declared");
  const all = { held: s.held, ...(declaration ? { declaration } : {}) };
  const movement = movementOf(s);
  const moving = movement && s.last;
  if (moving && (s.verdicts.size > 0 || s.begun.size > 0)) {
    // What holds belongs to the activation now: only the declaration that would follow it can go.
    if (s.declaration || s.modeChanges.size > 0) return { ...all, held: new Set(), stands: true };
    throw new CliError(
      `activation ${String(moving.epoch)} toward ${moving.to} has begun: ${String(s.verdicts.size + s.begun.size)} of its steps ran, so it can't be withdrawn. ${movement.ways}`,
    );
  }
  if (moving) return { ...all, stands: s.declaration !== undefined, abandons: moving.epoch };
  if (s.declaration || s.held.size > 0) return { ...all, stands: s.declaration !== undefined };
  throw new CliError("no declaration stands and nothing is held: there is nothing to withdraw");
}
