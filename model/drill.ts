import * as z from "zod";

/**
 * What happens in a drill, in this order: looking before anything is made, copies of the databases, proof that they are
 * good. `sweep` is no phase of an `up`: it removes all that a drill has made, and is run when it ends.
 */
export const drillPhases = ["preflight", "restore", "verify", "sweep"] as const;
/** What a part says of a drill. */
export type DrillPhase = (typeof drillPhases)[number];

/** One step of a drill: plain data, what its process reads on standard input and what state keeps. */
export const DrillStep = z.strictObject({
  /** Its name in state and journal. */
  id: z.string().min(1),
  /** Name of its verb. */
  verb: z.string().min(1),
  /** Parsed by the verb, and only when it may act. */
  args: z.unknown(),
  /** `choose-point` and `conclude` are the machinery's own. */
  phase: z.enum(["begin", "preflight", "choose-point", "restore", "verify", "conclude"]),
  /** Steps that come first, and must have ended well. */
  needs: z.array(z.string().min(1)).readonly(),
  /** How long it may take, connecting and both checks included. Seconds. */
  timeoutSec: z.number().positive(),
});
export type DrillStep = z.infer<typeof DrillStep>;

/** How thoroughly copies are checked: all of their contents, or only that pages can be read and fit together. */
export type DrillCheck = "full" | "physical";
