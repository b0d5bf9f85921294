import type * as z from "zod";
import type { Host } from "./host.ts";
import type { InversePhase, Phase } from "./phase.ts";
import type { SiteId } from "./site.ts";
import type { Draft } from "./verb.ts";

/** `planned`: nothing may be lost, any doubt stops it. `unplanned`: loss is computed, shown, and within what was accepted. */
export type Mode = "planned" | "unplanned";

/** What is asked of a plan: from which site to which, and how. */
export interface Request {
  readonly from: SiteId;
  readonly to: SiteId;
  readonly mode: Mode;
}

/** A mistake in an estate, as one sentence for its owner: `at: says. Write write.` */
export interface Problem {
  /** The key as the owner wrote it: `logShipping k2-data.rpoMin`. */
  readonly at: string;
  readonly says: string;
  /** What to write instead. */
  readonly write: string;
}

/** How a part finds what it names by id. */
export interface Lookup {
  host(id: string): Host | undefined;
  hosts(): readonly Host[];
  part(id: string): { readonly kind: string; readonly facts: unknown } | undefined;
  parts(): readonly { readonly id: string; readonly kind: string; readonly facts: unknown }[];
}

/** One thing that can fail over. Pure: it says what to do; `run.ts` of the same folder does it. */
export interface Part<K extends string, F> {
  readonly kind: K;
  /** Version of the facts' shape; an older one in a journal is upgraded in memory. */
  readonly version: number;
  readonly facts: z.ZodType<F>;
  upgrade?(facts: unknown, from: number): unknown;
  /** Ids of the parts that this one stands on. Connected parts form a chain, and only chains are ordered. */
  uses(facts: F): readonly string[];
  problems(id: string, facts: F, lookup: Lookup): readonly Problem[];
  plan(id: string, facts: F, request: Request, lookup: Lookup): Partial<Record<Phase, readonly Draft[]>>;
  /**
   * Takes back what the `hold` phase of that move did: restore jobs at its target run again. For a part whose plan has
   * steps in `hold`; asked for when a declaration is withdrawn.
   */
  release?(id: string, facts: F, request: Request, lookup: Lookup): readonly Draft[];
  /**
   * Gives back to the old site what the phases before no return of that move took from it: databases open where they
   * were, services and jobs running again. For a part whose plan has steps at the old site; asked for when the move is
   * abandoned. Each step finds out by itself whether there is anything to do.
   */
  inverse?(
    id: string,
    facts: F,
    request: Request,
    lookup: Lookup,
  ): Partial<Record<InversePhase, readonly Draft[]>>;
}

/** Which points in time a database can be recovered to, from what the target site holds. Seconds since 1970 UTC. */
export interface Reach {
  readonly fromSec: number;
  readonly toSec: number;
  /** The chain ends with the tail of the source's log: going to its end loses nothing. */
  readonly complete: boolean;
  /** What proves it, for the journal and the report: the name of the log that holds `toSec`. */
  readonly evidence: string;
}
/** Why no point can be reached. */
export interface NoReach {
  readonly refused: string;
}

/** A part that carries data: databases that must be recovered to the same point. */
export interface DataPart<K extends string, F, S> extends Part<K, F> {
  /** True where only the newest state can be opened; "two hours back" is then refused with the reason. */
  readonly opensOnlyLatest: boolean;
  readonly seen: z.ZodType<S>;
  /** By database. */
  reach(facts: F, seen: S): ReadonlyMap<string, Reach | NoReach>;
  /** The most that a disaster can cost as this part is set up; checked against the targets of the systems on it. Minutes. */
  worstLossMin?(facts: F): number;
  /** How far before the disaster the point lies when the declaration does not say: 0 is the latest. Minutes. */
  pointMinutesBefore(facts: F): number;
}

export type AnyPart = Part<string, unknown> | DataPart<string, unknown, unknown>;
/** The closed registry of part kinds. */
export type Parts = Readonly<Record<string, AnyPart>>;

/** Whether a part carries data. */
export const isDataPart = (part: AnyPart): part is DataPart<string, unknown, unknown> => "reach" in part;
