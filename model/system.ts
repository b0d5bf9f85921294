import * as z from "zod";
import { OptionalStep } from "./optional.ts";
import { Targets } from "./targets.ts";

/** What an owner says of a system as a whole; its part says the rest. */
export const SystemFacts = z.strictObject({
  /** Id of its part. */
  id: z.string().min(1),
  /** Ids of systems that are up before its services start. */
  after: z.array(z.string().min(1)),
  /** What may fail without stopping its cutover. */
  optional: z.array(OptionalStep),
  /** Its own; absent where none are declared. */
  targets: Targets.optional(),
});
export type SystemFacts = z.infer<typeof SystemFacts>;

/**
 * The strictest targets of the systems among these parts; undefined where they have none. Facts of versions that knew no
 * systems, and a whole estate, have one for all.
 */
export function targetsOf(
  { systems, targets }: { readonly systems?: readonly SystemFacts[] | undefined; readonly targets: Targets },
  parts?: readonly string[],
): Targets | undefined {
  if (!systems || !parts) return targets;
  const own = systems.flatMap((s) => (parts.includes(s.id) && s.targets ? [s.targets] : []));
  if (own.length === 0) return undefined;
  return { rtoMin: Math.min(...own.map((t) => t.rtoMin)), rpoMin: Math.min(...own.map((t) => t.rpoMin)) };
}
