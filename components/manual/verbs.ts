import * as z from "zod";
import { SiteId } from "../../model/site.ts";
import { verb } from "../../model/verb.ts";

/** Waits until people have done it: its probe answers, or somebody says so. Looks nothing up but its own facts. */
export const confirmManual = verb(
  "manual/confirm",
  z.strictObject({
    /** Id of the manual step among the parts. */
    manual: z.string().min(1),
    /** Its own id in the plan: what people name when they answer. */
    step: z.string().min(1),
    to: SiteId,
  }),
  3600,
);
