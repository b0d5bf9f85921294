import * as z from "zod";
import { SiteId } from "../model/site.ts";
import { verb } from "../model/verb.ts";

/**
 * Writes the runbooks and the card for moves to a site beside the journal, from the facts that the journal holds.
 * `facts` is their hash: a change of the estate writes them anew. No path and no time is in it. Papers that were deleted,
 * or are of an older version, change no input: `pulumi up` itself renews those (stacks/provision.ts).
 */
export const writeRunbooks = verb(
  "runbook/write",
  z.strictObject({ to: SiteId, facts: z.string().min(1) }),
  60,
  "either",
);
