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
