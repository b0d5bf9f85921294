import type { Parts, Request } from "../model/part.ts";
import type { BackPhase, Phase } from "../model/phase.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";

/** A step of a plan beside a move's, as rules ask about it. */
export interface AsideStep {
  readonly id: string;
  readonly verb: string;
  /** The part that asks for it; undefined for one of the machinery. */
  readonly part: string | undefined;
  /** The chain that it belongs to; undefined for one of all chains. */
  readonly chain: string | undefined;
  readonly phase: string;
  /** Ids of the steps that come first. */
  readonly needs: readonly string[];
  readonly timeoutSec: number;
}

/** Steps of which none begins before all of the stage before it have ended well. */
export interface Stage {
  readonly name: string;
  readonly steps: readonly AsideStep[];
}

/** What a part does in the move that a plan beside it is about. */
export type InMove = Partial<Record<Phase, readonly Draft[]>>;

/** A plan beside that of a move: one that takes a move back, that has a site follow again, or that tries a copy. */
export interface Aside {
  readonly kind: "inverse" | "back" | "re-protection" | "drill";
  readonly stages: readonly Stage[];
  /** By part; one whose work in the move is people's own is left out. */
  readonly move: ReadonlyMap<string, InMove>;
  /** Names of all verbs by which moves, and what takes them back, change something. */
  readonly changes: ReadonlySet<string>;
  /** Whether one begins only when the other has ended. */
  isAfter(later: string, earlier: string): boolean;
}

/** A plan beside a move's whose order is worked out. */
export function asideOf(aside: Omit<Aside, "isAfter">): Aside {
  const stage = new Map(aside.stages.flatMap(({ steps }, i) => steps.map((s) => [s.id, i] as const)));
  const above = new Map<string, ReadonlySet<string>>();
  for (const s of aside.stages.flatMap(({ steps }) => steps))
    above.set(s.id, new Set(s.needs.flatMap((id) => [id, ...(above.get(id) ?? [])])));
  return {
    ...aside,
    isAfter: (later, earlier) =>
      (stage.get(later) ?? 0) > (stage.get(earlier) ?? Infinity) || above.get(later)?.has(earlier) === true,
  };
}

/** Steps of drafts that have a phase already; `owner` and `chain` by the id of a draft. */
export const asideSteps = (
  steps: readonly (Draft & { readonly phase?: string })[],
  ownerOf: (id: string) => string | undefined,
  chain: string | undefined,
  phase = "",
): readonly AsideStep[] =>
  steps.map((s) => ({
    id: s.id,
    verb: s.verb,
    part: ownerOf(s.id),
    chain,
    phase: s.phase ?? phase,
    needs: s.needs.map((n) => n.id),
    timeoutSec: s.timeoutSec,
  }));

/**
 * By which verbs parts change something in a move of that direction, in either mode, in what takes it back, and in what
 * saves and follows. What some phase only looks by changes nothing in another.
 */
export function changingVerbs(
  recovery: Recovery,
  { from, to }: Pick<Request, "from" | "to">,
  parts: Parts,
): ReadonlySet<string> {
  const lookup = lookupOf(recovery);
  const looking = new Set<string>();
  const changing = new Set<string>();
  const add = (phased: Readonly<Partial<Record<string, readonly Draft[]>>>): void => {
    for (const [phase, drafts = []] of Object.entries(phased))
      for (const { verb } of drafts) (looks.has(phase) ? looking : changing).add(verb);
  };
  for (const { id, kind, facts } of recovery.parts)
    for (const mode of ["planned", "unplanned"] as const) {
      const part = parts[kind];
      const request: Request = { from, to, mode };
      add(part?.plan(id, facts, request, lookup) ?? {});
      add(part?.inverse?.(id, facts, request, lookup) ?? {});
      add(part?.back?.(id, facts, request, lookup) ?? {});
      add({ ...part?.reprotect?.(id, facts, request, lookup) });
    }
  return new Set([...changing].filter((verb) => !looking.has(verb)));
}

/** Phases that change nothing. */
const looks: ReadonlySet<string> = new Set<Phase | BackPhase>(["preflight", "may-go-back"]);
