import * as z from "zod";
import { Recovery } from "../model/recovery.ts";
import { SiteId } from "../model/site.ts";
import { verb } from "../model/verb.ts";

/** Finds the one point that all databases of a group can be recovered to, and writes it to the journal. */
export const choosePoint = verb(
  "machinery/choose-point",
  z.strictObject({ group: z.string(), parts: z.array(z.string()) }),
  300,
);

/**
 * Proves that nothing at the old site can write any more, or that somebody has waived the proof. For each host: the
 * steps that each alone prove it (`strong`: the VM is deallocated), and the steps that prove it together.
 */
export const proveFence = verb(
  "machinery/prove-fence",
  z.strictObject({
    site: SiteId,
    parts: z.array(z.string()),
    hosts: z.record(
      z.string(),
      z.strictObject({ strong: z.array(z.string()), together: z.array(z.string()) }),
    ),
  }),
  120,
);

/** All before it have ended: keeps the edges between two wide phases at n + m, not n times m. */
export const gate = verb("machinery/gate", z.strictObject({}), 30);

/** Says in the journal that a system is up at the target site, what it owes, and what went otherwise than planned. */
export const completeSystem = verb("machinery/complete-system", z.strictObject({ system: z.string() }), 60);
/** Waits until somebody approves what comes next; fails where it is declined, or nobody does within the limit. */
export const approval = verb(
  "machinery/approval",
  z.strictObject({
    /** Its own id: what people name when they approve. */
    step: z.string(),
    group: z.string(),
    before: z.enum(["open", "clients"]),
    limitSec: z.int().positive(),
    secondPerson: z.boolean(),
  }),
  3600,
);

/** Makes the target site active in the journal, and lists what is owed. */
export const complete = verb("machinery/complete", z.strictObject({ to: SiteId }), 60);

/** Writes the facts of the estate to the journal once all of a site is provisioned. */
export const declareFacts = verb(
  "machinery/declare-facts",
  z.strictObject({ recovery: Recovery }),
  60,
  "either",
);

/** Makes sure that the activation stacks exist: at 3 a.m. nobody should have to create one. */
export const createStacks = verb(
  "machinery/create-stacks",
  z.strictObject({ names: z.array(z.string()) }),
  120,
  "either",
);
