import type { Entry } from "../journal/entries.ts";
import { situation, type Situation } from "../journal/situation.ts";
import { goesOn, isMoving, movementOf, stateOf } from "../journal/state.ts";
import { CliError } from "./failure.ts";

/**
 * Why nothing may be done any more for an activation that is abandoned or gone back from, as a sentence without a full
 * stop; undefined while it is the last one and its old site is not given back yet. A command may stand still for hours,
 * and others end what it began: then it must find its own work past, however much has moved since.
 */
export const overtaken = (entries: readonly Entry[], epoch: number): string | undefined =>
  unless(entries, epoch, (s) => stateOf(s) === "in doubt");

/** The same for what only looks before it: undefined while the activation is the last one and has not ended. */
export const ended = (entries: readonly Entry[], epoch: number): string | undefined =>
  unless(entries, epoch, isMoving);

/** Throws what has become of the activation, where its old site is not to be given back by this command any more. */
export function refuseOvertaken(entries: readonly Entry[], epoch: number): void {
  const since = overtaken(entries, epoch);
  if (since !== undefined) throw new CliError(`${since}: this command does nothing more`);
}

function unless(
  entries: readonly Entry[],
  epoch: number,
  holds: (s: Situation) => boolean,
): string | undefined {
  const s = situation(entries);
  return s.last?.epoch === epoch && holds(s) ? undefined : becameOf(entries, s, epoch);
}

/**
 * Why what was held before or in a move may not be released any more; undefined while nothing has moved since activation
 * `epoch`, nothing moves, and nobody has declared a move for which it is to be held.
 */
export function heldOn(entries: readonly Entry[], epoch: number): string | undefined {
  const s = situation(entries);
  if (s.epoch !== epoch) return becameOf(entries, s, epoch);
  const moves = movementOf(s);
  if (moves) return moves.says;
  return s.declaration?.mode === "unplanned"
    ? `${s.declaration.as} has declared an unplanned move to ${s.declaration.to} at ${s.declaration.at}`
    : undefined;
}

/**
 * Why nothing may be held any more for the declaration that is entry `seq`; undefined while it stands, or while its move
 * goes on and has opened no database: none at all, or, where systems are named, none of these.
 */
export function notHeldFor(
  entries: readonly Entry[],
  seq: number,
  systems?: readonly string[],
): string | undefined {
  const s = situation(entries);
  const { last } = s;
  if (systems === undefined && s.declaration?.seq === seq) return undefined;
  if (last?.declaration !== seq) return "what was declared does not stand any more";
  if (goesOn(s) && (systems === undefined ? !s.noReturn : !systems.some((name) => s.arrived.has(name))))
    return undefined;
  return movementOf(s)?.says ?? becameOf(entries, s, last.epoch);
}

/** What an activation came to, and what has begun since. */
function becameOf(entries: readonly Entry[], s: Situation, epoch: number): string {
  const end = entries.findLast(
    (e) => (e.kind === "abandoned" || e.kind === "completed") && e.epoch === epoch,
  );
  const by = end?.kind === "abandoned" ? ` by ${end.as}` : "";
  const what = `${epoch === 0 ? "the time before any activation" : `activation ${String(epoch)}`} ${end ? `was ${end.kind}${by} at ${end.at}` : "is past"}`;
  if (s.taken && s.epoch !== epoch)
    return `${what}, and ${s.taken.as} has recorded ${s.active} as active since`;
  return s.last && s.epoch !== epoch
    ? `${what}, and activation ${String(s.epoch)} toward ${s.last.to} has begun since`
    : what;
}
