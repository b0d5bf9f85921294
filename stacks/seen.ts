import { isGivenUp } from "../journal/break-glass.ts";
import type { Entry } from "../journal/entries.ts";
import { breakingGlass } from "../journal/put-back.ts";
import type { SiteId } from "../model/site.ts";
import { Refused } from "../steps/act.ts";

/** What a stack has kept of the journal in its outputs. */
export interface Seen {
  readonly genesis?: string;
  readonly head?: string;
  readonly epoch?: number;
  /** Number of the drill that the stack holds. */
  readonly drill?: number;
}

/** What of a stack's outputs speaks of the journal; what has another shape is left out. */
export const seenIn = ({ genesis, head, epoch, drill }: Readonly<Record<string, unknown>>): Seen => ({
  ...(typeof genesis === "string" ? { genesis } : {}),
  ...(typeof head === "string" ? { head } : {}),
  ...(typeof epoch === "number" ? { epoch } : {}),
  ...(typeof drill === "number" ? { drill } : {}),
});

/**
 * Throws `Refused` where the journal lacks what a stack has seen: an older copy would forget a cutover. A newer one is
 * taken: whoever ran without the engine has written on in it. `target`: the site that this stack makes active, where it
 * does; `place`: where the journal lies; `stack`: how the stack is called in the sentence.
 */
export function refuseOlder(
  entries: readonly Entry[],
  seen: Seen,
  target: SiteId | undefined,
  place: string,
  stack = "this stack",
): void {
  const lacks = lacking(entries, seen, target);
  if (lacks === undefined) return;
  throw new Refused(
    entries.length === 0
      ? `there is no journal in ${place}, or an empty one, and ${stack} has seen ${lacks}. Is journal in estate.ts right, and its drive, share or server there? If so, restore the journal from its mirror or a backup. Never begin a new one: it would forget every cutover`
      : `${stack} has seen ${lacks}; the journal in ${place} does not hold it. It is another one, or an older copy: restore the newest from its mirror or a backup${naming(entries, seen)}`,
  );
}

/** What to type where somebody has given up, by a word or with an older copy, what a stack has seen, and did not name it. */
function naming(entries: readonly Entry[], { genesis, head, epoch }: Seen): string {
  if (!entries.some((e) => e.kind === "break-glass" || e.kind === "restored")) return "";
  // Also what was named already: a number that was not passed over then is passed over with what it belongs to.
  const named = [...new Set([genesis, head])].flatMap((h) =>
    h === undefined || entries.some((e) => e.hash === h) ? [] : [h.slice(0, 12)],
  );
  if (named.length === 0) return "";
  const typed = [
    breakingGlass,
    "--knows",
    ...named,
    ...(epoch === undefined ? [] : ["--last-activation", String(epoch)]),
  ];
  return `. If it was lost when glass was broken or a copy was restored, name it: ${typed.join(" ")}`;
}

/** A chain that was begun anew takes the place of the one that a stack knows only where it names what was seen of it. */
const holds = (entries: readonly Entry[], hash: string): boolean =>
  entries.some((e) => e.hash === hash) || isGivenUp(entries, hash);

/** What of that the journal does not hold. */
function lacking(
  entries: readonly Entry[],
  { genesis, head, epoch }: Seen,
  target: SiteId | undefined,
): string | undefined {
  if (genesis !== undefined && !holds(entries, genesis))
    return `a journal that begins with ${genesis.slice(0, 12)} (its output genesis)`;
  // Before the head: it is the clearer word. The number alone may have been given out a second time, for the other site.
  const began = entries.some(
    (e) => e.kind === "activation started" && e.epoch === epoch && (target === undefined || e.to === target),
  );
  const isPassedOver =
    epoch !== undefined &&
    head !== undefined &&
    isGivenUp(entries, head) &&
    entries.some((e) => e.kind === "break-glass" && e.epoch > epoch);
  if (epoch !== undefined && !began && !isPassedOver)
    return `activation ${String(epoch)}${target === undefined ? "" : ` toward ${target}`} begin (its output epoch)`;
  return head === undefined || holds(entries, head)
    ? undefined
    : `entry ${head.slice(0, 12)} (its output head)`;
}
