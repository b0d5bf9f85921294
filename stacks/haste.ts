import { acceptLimitSec, observerLimitSec } from "../steps/observers.ts";

/** What is left of a look's time for loading what looks, and for ending it. Seconds. */
const restSec = 1.5;
/** How long a part looks for life where nothing presses (steps/act.ts). Seconds. */
const partLimitSec = 10;

/**
 * How long parts and observers may look where all of it together has so many seconds, so that each ends by itself and
 * says what it has seen: what is cut off has seen nothing. Never longer than they look for a move.
 */
export const hastyLimits = (
  limitSec: number,
): { readonly partSec: number; readonly observerSec: number } => ({
  partSec: Math.min(partLimitSec, Math.max(limitSec - restSec, limitSec / 2)),
  observerSec: Math.min(observerLimitSec, Math.max(limitSec - restSec - acceptLimitSec, limitSec / 4)),
});
