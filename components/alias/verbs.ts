import * as z from "zod";
import { SiteId } from "../../model/site.ts";
import { verb } from "../../model/verb.ts";
import { AliasFacts } from "./facts.ts";

/** Id of the alias among the parts. */
const alias = z.string().min(1);

/**
 * Creates the name with the value of the active site if there is none. It never changes and never deletes one: no
 * stack owns the value of an alias, or the next `up` would put it back to the dead site.
 */
export const createAlias = verb(
  "alias/create",
  z.strictObject({ facts: AliasFacts, active: SiteId, site: SiteId }),
  60,
  "either",
);

/** Changes the name from the value of the one site to that of the other, only if it has the former (compare-and-swap). */
export const flipAlias = verb(
  "alias/flip",
  z.strictObject({ alias, from: SiteId, to: SiteId }),
  180,
  undefined,
  20,
);

/**
 * Looks whether the name server of the target answers, the name is as the move expects it, and the key is accepted.
 * For the last, what is there is written once more over itself, which changes nothing but needs the right to the name.
 */
export const checkAlias = verb("alias/check", z.strictObject({ alias, from: SiteId, to: SiteId }), 60);

/**
 * Looks on a quiet day whether the key of a provisioned site's name server may change the name, as `checkAlias` does in a
 * move: what is there is written once more over itself.
 */
export const keyAccepted = verb(
  "alias/key-accepted",
  z.strictObject({ facts: AliasFacts, site: SiteId }),
  60,
  "either",
);

/** Asks the name server of the target for the name and connects to what it says, as a client would. */
export const aliasAnswers = verb(
  "alias/answers",
  z.strictObject({ alias, to: SiteId, port: z.int().min(1).max(65535) }),
  120,
);
