import * as z from "zod";

/** Targets of a system. They are printed beside what was measured; data that cannot keep `rpoMin` is a mistake in the estate. */
export const Targets = z.strictObject({
  /** How long it may be away at most (RTO). Minutes. */
  rtoMin: z.int().positive(),
  /** How much data it may lose at most (RPO), as the time before a disaster that it covers. Minutes; 0 for none. */
  rpoMin: z.int().nonnegative(),
});
export type Targets = z.infer<typeof Targets>;
