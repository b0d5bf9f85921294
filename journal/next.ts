import type { Request } from "../model/part.ts";
import { otherSite, stackOf, type SiteId } from "../model/site.ts";
import type { EntryOf } from "./entries.ts";
import { changedTerms, modesOf } from "./mode-change.ts";
import type { Situation } from "./situation.ts";
import { movementOf, stateOf } from "./state.ts";
import type { Terms } from "./terms.ts";

/** How long a declaration is good for. */
export const declarationHours = 24;

/** What `up` of an activation stack means in a situation. */
export type Next =
  | { readonly kind: "nothing"; readonly says: string }
  | { readonly kind: "refused"; readonly says: string }
  /** Nobody has declared this move: the caller prints the exact `declare` command. */
  | { readonly kind: "undeclared"; readonly from: SiteId; readonly expired: boolean }
  /** An activation begins with this declaration; one that goes on in another mode, with the one before's. */
  | {
      readonly kind: "start";
      readonly epoch: number;
      readonly request: Request;
      readonly declaration: Terms & { readonly seq: number; readonly at: string };
      /** By system, the terms of those that move on others than the declaration's. */
      readonly terms: ReadonlyMap<string, Terms>;
    }
  /** An activation goes on, or one that has ended is shown again without acting. */
  | { readonly kind: "go on"; readonly epoch: number; readonly request: Request };

/** What to do when `up` of the stack that makes `target` active is called now. */
export function next(s: Situation, target: SiteId, now: Date): Next {
  if (!s.declared)
    return {
      kind: "refused",
      says: `the journal holds no facts yet. Run "pulumi up -s ${stackOf[otherSite(s.active)]}" first`,
    };
  const declaration = s.declaration?.to === target ? s.declaration : undefined;
  const expired =
    declaration !== undefined &&
    // Both ways: one that was written while the clock was ahead would otherwise stand until the clock gets there.
    Math.abs(now.getTime() - Date.parse(declaration.at)) > declarationHours * 3_600_000;
  const valid = expired ? undefined : declaration;
  const start = (from: SiteId): Next =>
    valid
      ? {
          kind: "start",
          epoch: s.epoch + 1,
          request: { from, to: target, mode: valid.mode },
          declaration: valid,
          terms: new Map(),
        }
      : { kind: "undeclared", from, expired };

  const { last } = s;
  const moving = movementOf(s);
  if (last && moving) {
    const state = stateOf(s);
    // Past no return nothing begins anew: not while it goes on, nor while the old site is gone back to.
    if (last.to === target && valid && !s.noReturn) return start(last.from);
    if (last.to === target && state !== "in doubt")
      return onward(s, last) ?? { kind: "go on", epoch: last.epoch, request: requestOf(last) };
    const says =
      state === "moving past no return"
        ? `${moving.says}, and ${last.from} cannot take over what is written there before it follows ${last.to}`
        : moving.says;
    const then =
      state === "moving past no return"
        ? '; then "pulumi up" of both sites, and a move back can be declared'
        : "";
    return { kind: "refused", says: `${says}. ${moving.ways}${then}` };
  }
  if (s.active !== target) return start(s.active);
  return last?.to === target && s.ended.get(last.epoch) === "completed"
    ? { kind: "go on", epoch: last.epoch, request: requestOf(last) }
    : { kind: "nothing", says: `${target} is active already: nothing to do` };
}

/** The activation goes on in a new one where the mode was changed for systems that have not arrived since. */
function onward(s: Situation, last: EntryOf<"activation started">): Next | undefined {
  if ([...s.modeChanges.keys()].every((system) => s.arrived.has(system))) return undefined;
  const terms = changedTerms(s, last);
  return {
    kind: "start",
    epoch: s.epoch + 1,
    request: { from: last.from, to: last.to, mode: last.mode, modes: modesOf(terms) },
    declaration: { ...last, seq: last.declaration },
    terms,
  };
}

/** What the activation was asked for. */
export function requestOf({ from, to, mode, systems = [] }: EntryOf<"activation started">): Request {
  const own = systems.flatMap((s): [string, Terms][] => (s.terms ? [[s.system, s.terms]] : []));
  return { from, to, mode, ...(own.length > 0 ? { modes: modesOf(own) } : {}) };
}
