import * as z from "zod";

/** A moment with its offset, as in `2026-11-22T03:10:00+00:00`. A naive time is none. */
export const Moment = z.iso.datetime({ offset: true });

/** Which point in time a declaration asks for; absent, the data part's own rule counts. */
export const PointRequest = z.union([
  z.strictObject({ latest: z.literal(true) }),
  z.strictObject({ at: Moment }),
  z.strictObject({ minutesBefore: z.number().nonnegative() }),
]);
export type PointRequest = z.infer<typeof PointRequest>;

/** What one database can be recovered to, and what proves it. Seconds since 1970 UTC. */
export const PointEvidence = z.strictObject({
  /** Its name; with the part's id where two servers have one of that name. */
  database: z.string().min(1),
  /** The earliest point that was within reach. */
  fromSec: z.number(),
  /** The latest point that was within reach. */
  toSec: z.number(),
  /** The log that proves `toSec`. */
  evidence: z.string(),
});
export type PointEvidence = z.infer<typeof PointEvidence>;
