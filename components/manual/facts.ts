import * as z from "zod";
import { bySite } from "../../model/site.ts";

/**
 * Phases in which people may be asked for something. `preflight`: before anything is changed; `repair-identity`: before
 * services start; `flip-client-aliases`: beside the names that people use; `smoke-test`: after those.
 */
export const manualPhases = ["preflight", "repair-identity", "flip-client-aliases", "smoke-test"] as const;

/** A line that a terminal, a journal and a page show as it is: no line break, no control character. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most, { error: `it is longer than ${String(most)} characters. Write it shorter` })
    .regex(/^[^\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/u, {
      error: "it has a line break or a control character. Write it on one line",
    });

/** A TCP port that answers once the work is done. */
const Probe = z.strictObject({
  /** Name or address, as the runner reaches it. */
  address: line(253),
  port: z.int().min(1).max(65535),
});

/** The facts of something that people do in a move. */
export const ManualFacts = z.strictObject({
  /** By the site that becomes active, what is to be done. */
  text: bySite(line(300)),
  owner: line(100),
  telephone: line(100),
  phase: z.enum(manualPhases),
  /** By the site that becomes active. Absent where nothing shows it: then somebody says so. */
  probe: bySite(Probe).optional(),
  limitSec: z
    .int()
    .min(60)
    .max(24 * 3600, { error: "it is longer than a day. Write at most 1440" }),
  critical: z.boolean(),
});
export type ManualFacts = z.infer<typeof ManualFacts>;
