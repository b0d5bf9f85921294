import type { Entry, EntryOf } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import { CliError } from "../failure.ts";

/** What can be abandoned: the activation that has begun. Throws a sentence where there is none, or where it is too late. */
export function abandonable(entries: readonly Entry[]): {
  readonly last: EntryOf<"activation started">;
  /** Somebody has begun to abandon it, and it is to be gone on with. */
  readonly begun: boolean;
} {
  const s = situation(entries);
  const { last } = s;
  const state = stateOf(s);
  if (!last || state === "active")
    throw new CliError(
      s.declaration
        ? 'nothing has begun. Take the declaration back with "parallel-standby withdraw"'
        : `no move is under way: ${s.active} is active, and there is nothing to abandon`,
    );
  if (s.noReturn && state === "in doubt") {
    const { says, ways } = movementOf(s) ?? { says: "", ways: "" };
    throw new CliError(`${says}. ${ways}`);
  }
  if (state === "moving past no return")
    throw new CliError(
      `activation ${String(last.epoch)} is past the point of no return: a database is open at ${last.to}, and opening ${last.from} again would make two writers. Finish it with "pulumi up -s ${last.to}-active", after which a move back to ${last.from} can be declared, or go back at once with "parallel-standby back", which loses what was written at ${last.to}`,
    );
  return { last, begun: state === "in doubt" };
}
