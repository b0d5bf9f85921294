import * as z from "zod";
import { SiteId } from "../model/site.ts";

const name = z.string().min(1);

/** Steps that would fence the site that is not active. What was done there outside of this tool is not proven: each is owed. */
const unfenced = z.array(z.object({ step: name, phase: name })).optional();

/** A cutover that was made outside of this tool. What was planned before it, for the other site, never acts. */
export const Adopted = z.object({
  kind: z.literal("adopted"),
  active: SiteId,
  /** Counts up as an activation does. */
  epoch: z.int().positive(),
  as: name,
  reason: z.string(),
  /** Why it is so although what was seen speaks against it. */
  although: z.string().optional(),
  /** What both sites showed. */
  seen: z.array(z.string()),
  unfenced,
});

/** The journal could not be read: what follows the last entry that could is given up, and the chain goes on here. */
export const BreakGlass = z.object({
  kind: z.literal("break-glass"),
  estate: name,
  active: SiteId,
  /** Higher than that of any activation that is known. */
  epoch: z.int().positive(),
  as: name,
  reason: z.string(),
  although: z.string().optional(),
  seen: z.array(z.string()),
  unfenced,
  /** Hash of the last entry that could be read; empty where none could. */
  lastHash: z.string(),
  /** How many lines were given up. */
  lines: z.int().nonnegative(),
  /** Hashes of what was given up, or their first 12 digits or more: what stacks and mirrors may have seen of it. */
  gaveUp: z.array(z.string().regex(/^[0-9a-f]{12,64}$/)),
});

/** A copy of the journal was put in its place: somebody has decided that this is the right one. */
export const Restored = z.object({
  kind: z.literal("restored"),
  as: name,
  reason: name,
  /** How somebody knows that the copy is right although journal or mirror held entries that it lacks. */
  although: z.string().optional(),
  /** Where the copy lay. */
  from: name,
  /** How many lines of what it replaced it does not hold. */
  lines: z.int().nonnegative(),
});
export type Restored = z.infer<typeof Restored>;
