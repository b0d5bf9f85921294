import type { Entry, EntryOf } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { isMoving, movementOf, stateOf } from "../../journal/state.ts";
import { termsOf } from "../../journal/systems.ts";
import type { Terms } from "../../journal/terms.ts";
import { CliError } from "../failure.ts";

/** An activation whose fence can be waived, on the terms of what still moves unplanned. */
export interface Waivable {
  readonly last: EntryOf<"activation started">;
  readonly terms: Terms;
  /** Parts of what has not arrived and moves unplanned; undefined where no systems are known: all. */
  readonly parts?: readonly string[];
}

/** Throws the reason where there is nothing that a waiver would be for. */
export function waivable(entries: readonly Entry[]): Waivable {
  const s = situation(entries);
  const { last } = s;
  if (!last || !isMoving(s))
    throw new CliError(
      'no move is under way. A move whose fence nothing can prove is declared with it: "parallel-standby declare --mode unplanned --waive-fence"',
    );
  if (stateOf(s) === "in doubt") {
    const { says, ways } = movementOf(s) ?? { says: "", ways: "" };
    throw new CliError(`${says}: it opens nothing, and needs no waiver. ${ways}`);
  }
  if (last.systems === undefined || last.systems.length === 0) {
    if (last.mode === "planned") throw new CliError(planned);
    return { last, terms: termsOf(last, undefined) };
  }
  const open = last.systems.filter((m) => !s.arrived.has(m.system));
  if (open.length === 0)
    throw new CliError(`every system has arrived at ${last.to}: nothing waits for a fence any more`);
  const unplanned = open.filter((m) => termsOf(last, m.system).mode === "unplanned");
  const [first] = unplanned;
  if (!first) throw new CliError(planned);
  return { last, terms: termsOf(last, first.system), parts: unplanned.flatMap((m) => m.parts) };
}

const planned =
  'the move is planned, and proves its fence. If the old site was lost meanwhile, say so: "parallel-standby mode unplanned", which takes --waive-fence';
