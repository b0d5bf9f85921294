import type * as z from "zod";
import type { GuardedService } from "./guard.ts";
import type { Host } from "./host.ts";
import type { DrillPhase } from "./drill.ts";
import type { BackPhase, InversePhase, Phase } from "./phase.ts";
import type { SiteId } from "./site.ts";
import type { Approvals } from "./approvals.ts";
import type { Draft } from "./verb.ts";

/** `planned`: nothing may be lost, any doubt stops it. `unplanned`: loss is computed, shown, and within what was accepted. */
export type Mode = "planned" | "unplanned";

/** What is asked of a plan: from which site to which, and how. */
export interface Request {
  /** The site that is active when the move begins. */
  readonly from: SiteId;
  /** The site that is active when it has completed. */
  readonly to: SiteId;
  /** Decides which steps may fail. */
  readonly mode: Mode;
  /** By system, the mode of those that move otherwise than the rest. A part is asked in its own system's mode. Default: none. */
  readonly modes?: Readonly<Record<string, Mode>>;
}

/** A mistake in an estate, as one sentence for its owner: `at: says. Write write.` */
export interface Problem {
  /** The key as the owner wrote it: `logShipping k2-data.rpoMin`. */
  readonly at: string;
  /** What was found there, as a sentence without a full stop. A value that may be a secret is never repeated. */
  readonly says: string;
  /** What to write instead. */
  readonly write: string;
}

/** How a part finds what it names by id. */
export interface Lookup {
  /** Undefined where the estate has no server of that id. */
  host(id: string): Host | undefined;
  /** All servers of both sites. */
  hosts(): readonly Host[];
  /** Undefined where the estate has no part of that id. Facts are not yet parsed: those of another part may be wrong. */
  part(id: string): { readonly kind: string; readonly facts: unknown } | undefined;
  /** All parts, each after those it uses. */
  parts(): readonly { readonly id: string; readonly kind: string; readonly facts: unknown }[];
  /** Whether only a guard starts what parts say is guarded: such services have the start type manual. */
  readonly isGuarded: boolean;
}

/** How an owner writes a part: what messages about its facts are told in. */
export interface Written {
  /** The function that declares it: `logShipping`. */
  readonly as: string;
  /** By key of the facts, the owner's key where it has another name; empty where what is below it stands one level up. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** What makes a site that was active follow the other one. */
export interface Reprotection {
  /** Save what no other copy has. */
  readonly save: readonly Draft[];
  /** Overwrite it and keep it in step. Begins only when all of `save` has succeeded. */
  readonly follow: readonly Draft[];
}

/** Work in a move that no program does: what people are told beforehand, and asked when it has its turn. */
export interface ByHand {
  /** Id of the step that waits for it. */
  readonly step: string;
  /** What is to be done. */
  readonly says: string;
  /** Who does it. */
  readonly owner: string;
  /** Where they are reached at night. */
  readonly telephone: string;
}

/** What lies on one server alone, and how that is mended. */
export interface OnlyThere {
  /** As a phrase that names it. */
  readonly says: string;
  /** What to do, without a full stop. */
  readonly todo: string;
}

/** One thing that can fail over. Pure: it says what to do; `run.ts` of the same folder does it. */
export interface Part<K extends string, F> {
  /** Its public name: in facts and in the registries. */
  readonly kind: K;
  /** Version of the facts' shape; an older one in a journal is upgraded in memory. */
  readonly version: number;
  /** The shape of its facts; messages of its errors are sentences for the owner. */
  readonly facts: z.ZodType<F>;
  /** How its owner writes it. Default: messages name its id, and the keys of its facts. */
  readonly written?: Written;
  /** Facts of an older version as this one's. Needed once `version` is above 1: journals keep facts for years. */
  upgrade?(facts: unknown, from: number): unknown;
  /** Ids of the parts that this one stands on. Connected parts form a chain, and only chains are ordered. */
  uses(facts: F): readonly string[];
  /** Mistakes that types and shape cannot show, each once, all at once. */
  problems(id: string, facts: F, lookup: Lookup): readonly Problem[];
  /** What has to be done in each phase of that move. It orders only inside a phase; the planner joins phases. */
  plan(id: string, facts: F, request: Request, lookup: Lookup): Partial<Record<Phase, readonly Draft[]>>;
  /** What people have to do in that move. Default: nothing. */
  byHand?(id: string, facts: F, request: Request): readonly ByHand[];
  /** What a move must not do to it before somebody approves; the planner makes the steps. Default: nothing. */
  approvals?(facts: F): Approvals | undefined;
  /**
   * Its Windows services at both sites that must not start by themselves where their site is not active, in start order.
   * Default: none.
   */
  guards?(id: string, facts: F, lookup: Lookup): readonly GuardedService[];
  /**
   * Looks at its servers of a site that need no move, each at one `host`: readiness makes them at those that run, an
   * exercise at one that is parked. Default: none.
   */
  probes?(id: string, facts: F, site: SiteId): readonly Draft[];
  /**
   * What provisioning its passive site overwrites there, and what it asks of the active one, where the passive one does not
   * follow yet: phrases that name databases and servers, shown before anything is done. `wasActive`: people worked at that
   * site, so nothing there gives way. Default: nothing that has to be said.
   */
  overwrites?(facts: F, passive: SiteId, wasActive: boolean): readonly string[];
  /**
   * Backups that lie on the server alone that holds the data, while that site is active and has no standby, as after
   * each move: told after it, and by readiness. Undefined where they lie elsewhere too. Default: nothing that has to be said.
   */
  onlyThere?(facts: F, site: SiteId): OnlyThere | undefined;
  /**
   * Takes back what the `hold` phase of that move did: restore jobs at its target run again. For a part whose plan has
   * steps in `hold`; asked for when a declaration is withdrawn.
   */
  release?(id: string, facts: F, request: Request, lookup: Lookup): readonly Draft[];
  /**
   * Makes a site that was active follow the other again: `request.to` is the site that follows, `request.from` the one
   * that is active. Steps of provisioning for a passive site; each finds out by itself whether there is anything to do.
   * For a part that carries data; asked for by `parallel-standby reprotect` alone, never by `pulumi up`.
   */
  reprotect?(id: string, facts: F, request: Request, lookup: Lookup): Reprotection;
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
  /**
   * What going back past no return of that move needs beside `inverse`: a look whether the old site can be opened with
   * all that it had, what writes at the target stopped and closed, names led back. For a part whose plan lets the target
   * write or lets people reach it. Each step finds out by itself whether there is anything to do.
   */
  back?(id: string, facts: F, request: Request, lookup: Lookup): Partial<Record<BackPhase, readonly Draft[]>>;
}

/** A span of moments, each of which a database can be recovered to. Seconds since 1970 UTC. */
export interface Span {
  /** The earliest point: what lies before it is past already, and no older copy leads back. */
  readonly fromSec: number;
  /** The latest point that is proven. */
  readonly toSec: number;
  /** What proves it, for the journal and the report: the name of the log that holds `toSec`. */
  readonly evidence: string;
}

/** Which points in time a database can be recovered to, from what the target site holds: the latest span, and those before it. */
export interface Reach extends Span {
  /** The chain ends with the tail of the source's log: going to its end loses nothing, and any later moment is the same. */
  readonly complete: boolean;
  /** Earlier spans, apart from this one and from one another, the latest first: between them nothing can be chosen. Default: none. */
  readonly also?: readonly Span[];
}
/** All spans of a reach, the latest first. */
export const spansOf = (reach: Reach): readonly [Span, ...Span[]] => [reach, ...(reach.also ?? [])];

/** Why no point can be reached. */
export interface NoReach {
  /** The reason, as a sentence without a full stop: which file lacks, and what to do. */
  readonly refused: string;
  /** From when on a point can be had by itself, while logs are restored as always. Seconds since 1970 UTC; absent where that can't be told. */
  readonly byItselfSec?: number;
}

/** A part that carries data: databases that must be recovered to the same point. */
export interface DataPart<K extends string, F, S> extends Part<K, F> {
  /** True where only the newest state can be opened; "two hours back" is then refused with the reason. */
  readonly opensOnlyLatest: boolean;
  /** The shape of what `observe` of its run.ts reads. */
  readonly seen: z.ZodType<S>;
  /** By database. */
  reach(facts: F, seen: S): ReadonlyMap<string, Reach | NoReach>;
  /** The most that a disaster can cost as this part is set up; checked against the targets of the systems on it. Minutes. */
  worstLossMin?(facts: F): number;
  /**
   * Until when a point can still be had as things stand, without going back to an older full copy: then the standby goes
   * past it by itself. Seconds since 1970 UTC; undefined where nothing ends it.
   */
  pointLastsUntil?(facts: F, seen: S, atSec: number): number | undefined;
  /**
   * How long after a disaster the standby still stands before the point by itself, if nobody stops restores: how long
   * people have to declare. Minutes. Default: nothing ends it.
   */
  timeToDecideMin?(facts: F): number;
  /** How far before the disaster the point lies when the declaration does not say: 0 is the latest. Minutes. */
  pointMinutesBefore(facts: F): number;
  /**
   * How its databases are tried beside production, under other names and from backups alone: what is done in each phase
   * of a drill, and how all of it is removed. The step's code knows the drill's number. Default: it can't be tried.
   */
  drill?(
    id: string,
    facts: F,
    request: Pick<Request, "from" | "to">,
    lookup: Lookup,
  ): Partial<Record<DrillPhase, readonly Draft[]>>;
  /** What would be seen if the databases at the standby were gone and only its backups were left: what a drill restores from. */
  archived?(seen: S): S;
}

/** A part of which only the kind is known; its facts are parsed by itself. */
export type AnyPart = Part<string, unknown> | DataPart<string, unknown, unknown>;
/** The closed registry of part kinds. */
export type Parts = Readonly<Record<string, AnyPart>>;

/** Whether a part carries data. */
export const isDataPart = (part: AnyPart): part is DataPart<string, unknown, unknown> => "reach" in part;
