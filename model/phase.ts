/**
 * The phases of a move, and after which other phases each may begin. Parts say what happens in a phase; the planner
 * alone joins phases. A phase without steps is passed through.
 */
export const follows = {
  preflight: [],
  hold: ["preflight"],
  "fence-apps": ["hold"],
  "final-sync": ["fence-apps"],
  "fence-site": ["final-sync"],
  "choose-point": ["final-sync"],
  "start-hosts": ["fence-apps"],
  "roll-forward": ["choose-point"],
  "approve-open": ["roll-forward", "fence-site"],
  open: ["approve-open"],
  "flip-dependency-aliases": ["open"],
  "fence-data": ["open"],
  "repair-databases": ["open"],
  "repair-identity": ["repair-databases"],
  "start-services": ["repair-identity", "flip-dependency-aliases", "start-hosts", "fence-data"],
  "verify-services": ["start-services"],
  "approve-clients": ["verify-services"],
  "flip-client-aliases": ["approve-clients"],
  "smoke-test": ["flip-client-aliases"],
  protect: ["open"],
  complete: ["smoke-test", "protect", "flip-client-aliases"],
} as const satisfies Record<string, readonly string[]>;

/** The name of a phase: in plans, in the journal, in reports. */
export type Phase = keyof typeof follows;
/** In the order in which they are listed in a preview. */
export const phases = Object.keys(follows) as readonly Phase[];

/**
 * Phases that let the new site write or let people reach it. What joins them to the phases before is a safety edge,
 * which a skip never satisfies, and the old site is probed live just before each of their steps acts.
 */
export const letsWrite: ReadonlySet<Phase> = new Set<Phase>([
  "open",
  "start-services",
  "flip-client-aliases",
]);

/** Phases in which somebody has to approve what comes next, where an owner asks for it. */
const approves = ["approve-open", "approve-clients"] as const;

/**
 * Phases that are joined to those before by safety edges: what lets the new site write, and the approval of it. A skip
 * would otherwise get around an approval by what stands before it.
 */
export const joinedBySafety: ReadonlySet<Phase> = new Set<Phase>([...letsWrite, ...approves]);

/** Phases that act at the old site. In an unplanned move it may be gone: their steps end with a verdict, not an error. */
export const atOldSite: ReadonlySet<Phase> = new Set<Phase>([
  "fence-apps",
  "final-sync",
  "fence-site",
  "fence-data",
]);

/** Phases with which the old site is fenced, whenever it answers. */
export const fencePhasesAtOldSite: ReadonlySet<Phase> = new Set<Phase>([
  "fence-apps",
  "fence-site",
  "fence-data",
]);

/** Phases whose work may stay owed after `completed`: a tail-log backup taken later would be a tail of another time. */
export const mayBeOwed: ReadonlySet<Phase> = new Set<Phase>([
  "fence-apps",
  "fence-site",
  "fence-data",
  "protect",
]);

/**
 * What abandoning a move before no return does at the site that stays active, in this order: the inverse of what the
 * phases before no return did to it. A phase without steps is passed through.
 */
export const inversePhases = ["restart-hosts", "reopen", "restart-services", "verify-again"] as const;
/** A phase of the inverse plan. */
export type InversePhase = (typeof inversePhases)[number];

/**
 * What going back past no return does, in this order. First a look that changes nothing: whether the old site can be
 * opened with all that it had. Then the target is fenced, as a cutover fences an old site.
 */
export const fencePhases = ["may-go-back", "stop-target", "close-target"] as const;
/** Once nothing can write at the target, the old site is given back, and names lead to it again. */
export const returnPhases = [
  "restart-hosts",
  "reopen",
  "return-dependency-aliases",
  "restart-services",
  "verify-again",
  "return-client-aliases",
] as const satisfies readonly (InversePhase | `return-${string}`)[];
/** A phase of the way back past no return. */
export type BackPhase = (typeof fencePhases)[number] | (typeof returnPhases)[number];

/** All phases in which a step can be reported, in the order in which they are listed. */
export const reportedPhases: readonly (Phase | BackPhase)[] = [...phases, ...fencePhases, ...returnPhases];
