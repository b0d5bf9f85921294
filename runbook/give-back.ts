import { guardSteps, type ByHand, type Hand } from "../model/by-hand.ts";
import type { Parts, Request } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import { guardedHosts } from "../planning/guarded.ts";
import { inverse } from "../planning/inverse.ts";
import { contextOf, numbersOf, textOf } from "./context.ts";

/** One step of giving back. */
export interface BackStep extends ByHand {
  /** Its number in its chapter, from 1. */
  readonly number: number;
  readonly id: string;
  /** Numbers of the steps of its chapter that come first. */
  readonly after: readonly number[];
}

/** How a move is undone before no return; `why` where a part does not say it. */
export type GiveBack = { readonly steps: readonly BackStep[] } | { readonly why: string };

interface Undo {
  readonly id: string;
  readonly verb: string;
  readonly args: unknown;
  readonly after: readonly string[];
}

/** What `abandon` does, for people: the old site as it was, then what follows it at the target. */
export function giveBackOf(
  recovery: Recovery,
  request: Request,
  parts: Parts,
  hands: ReadonlyMap<string, Hand>,
): GiveBack {
  const undo = atOldSite(recovery, request, parts);
  if ("why" in undo) return undo;
  const lookup = lookupOf(recovery);
  const ends = undo.steps.map((s) => s.id);
  const releases = recovery.parts.flatMap((p) =>
    (parts[p.kind]?.release?.(p.id, p.facts, request, lookup) ?? []).map((draft): Undo => ({
      ...draft,
      after: ends,
    })),
  );
  const hosts = guardedHosts(recovery, parts).flatMap(({ host }) =>
    host.site === request.from ? [host.id] : [],
  );
  const all: readonly Undo[] = [
    ...undo.steps,
    ...releases,
    ...(hosts.length > 0
      ? [{ id: guardSteps.back, verb: guardSteps.back, args: { hosts }, after: ends }]
      : []),
  ];
  const numbers = new Map(all.map((s, i) => [s.id, i + 1]));
  const context = contextOf(recovery, request, parts);
  return {
    steps: all.map((s, i) => ({
      number: i + 1,
      id: s.id,
      after: numbersOf(s.after, numbers),
      ...textOf(s, hands, context),
    })),
  };
}

function atOldSite(
  recovery: Recovery,
  request: Request,
  parts: Parts,
): { readonly steps: readonly Undo[] } | { readonly why: string } {
  try {
    return {
      steps: inverse(recovery, request, parts).flatMap(({ steps }) =>
        steps.map((s) => ({ ...s, after: s.needs.map((n) => n.id) })),
      ),
    };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}
