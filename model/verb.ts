import type * as z from "zod";
import type { OptionalStep } from "./optional.ts";
import type { Phase } from "./phase.ts";

/** At which role of a site a verb may act when a site is provisioned: what stops, parks or overwrites only where nothing is active. */
export type ProvisioningRole = "passive" | "either";

/** What a part asks for. The planner makes a `Step` of it by adding the phase and the needs that join phases. */
export interface Draft<A = unknown> {
  /** `part/verb/of what`: its name in state and journal, so it stays. No two steps of a plan have the same. */
  readonly id: string;
  /** Name of the verb. */
  readonly verb: string;
  /** What the verb is given: plain data that survives JSON, without a secret, a time or a path of this machine. */
  readonly args: A;
  /** Drafts of the same phase that come first. */
  readonly needs: readonly Draft[];
  /** The host that cannot write any more once this step is done; for steps at the old site. */
  readonly fences?: string;
  /** By what word an owner may let it fail; all steps of the phase `smoke-test` go by that. Default: by none. */
  readonly optionalAs?: OptionalStep;
  /** How long it may take, connecting and both checks included. Seconds. */
  readonly timeoutSec: number;
  /** False where its failure stops nothing, whatever its phase and the mode say. */
  readonly critical?: false;
}

/** Why a step waits for another: `safety` where a skip of the other would let two sites write. */
export interface Need {
  /** The step that comes first. */
  readonly id: string;
  /** `safety` is never satisfied by a skip; `order` by any end that the other may have. */
  readonly kind: "order" | "safety";
}

/** One step of a plan: plain data, what the step runner reads on standard input and what state keeps. */
export interface Step {
  /** Its name in state and journal. */
  readonly id: string;
  /** Name of its verb: `services/start`. */
  readonly verb: string;
  /** Parsed by the verb, and only when it may act. */
  readonly args: unknown;
  /** Stamped by the planner. */
  readonly phase: Phase;
  /** Steps that come first, within the phase and before it. */
  readonly needs: readonly Need[];
  /** A step that is not critical ends with a verdict where another would fail. */
  readonly critical: boolean;
  /** How long it may take, connecting and both checks included. Seconds. */
  readonly timeoutSec: number;
  /** Parts whose old site is probed live just before this step acts. */
  readonly probes?: readonly string[] | undefined;
  /** Somebody may skip it: no safety edge leads on from it, and no proof rests on it. */
  readonly skippable?: true | undefined;
  /** Id of the step after which what this one brings comes too late to be used; it does not act any more then. */
  readonly tooLateAfter?: string | undefined;
}

/** A kind of step: its public name, the shape of its arguments, how long one may take at most. */
export interface Verb<A> {
  /** `folder/verb`: public, it lives in state and journal. */
  readonly name: string;
  /** The shape of its arguments. */
  readonly args: z.ZodType<A>;
  /** Absent for verbs that belong to a cutover only. */
  readonly provisioning?: ProvisioningRole;
  /** How long one usually takes: what a preview reckons with before an earlier run has shown it. Seconds. */
  readonly usuallySec?: number;
  /** A step of this kind. Without `needs` it comes first in its phase; without `timeoutSec` the verb's own limit counts. */
  step(
    id: string,
    args: A,
    more?: {
      readonly needs?: readonly Draft[];
      readonly fences?: string;
      readonly timeoutSec?: number;
      readonly critical?: false;
    },
  ): Draft<A>;
}

/**
 * Declares a verb. Its name is `folder/verb`; the folder under components/ holds the code that acts. `timeoutSec`
 * bounds connecting, acting and both checks together; a draft may ask for another limit. `usuallySec` is what a preview
 * reckons with before an earlier run has shown how long one takes. Default: a few seconds.
 */
export function verb<A>(
  name: `${string}/${string}`,
  args: z.ZodType<A>,
  timeoutSec: number,
  provisioning?: ProvisioningRole,
  usuallySec?: number,
): Verb<A> {
  return {
    name,
    args,
    ...(provisioning ? { provisioning } : {}),
    ...(usuallySec === undefined ? {} : { usuallySec }),
    step: (id, a, more) => ({
      id,
      verb: name,
      args: a,
      needs: more?.needs ?? [],
      ...(more?.fences ? { fences: more.fences } : {}),
      timeoutSec: more?.timeoutSec ?? timeoutSec,
      ...(more?.critical === false ? { critical: false } : {}),
    }),
  };
}

/** The folder that holds a verb's code: all before the last slash. */
export const folderOf = (verbName: string): string => verbName.slice(0, verbName.lastIndexOf("/"));

/** One after the other: each draft needs the one before it. */
export function inOrder<T>(
  items: readonly T[],
  make: (item: T, needs: readonly Draft[]) => Draft,
): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const item of items) drafts.push(make(item, drafts.slice(-1)));
  return drafts;
}
