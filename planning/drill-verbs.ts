import * as z from "zod";
import { verb } from "../model/verb.ts";

/** Says that a drill has begun. Its resource is the first of the drill's, and the one whose `delete` removes everything. */
export const beginDrill = verb("machinery/drill-begin", z.strictObject({}), 60);

/** Finds the one point that all databases of a group are copied at, and writes it to the journal. */
export const chooseDrillPoint = verb(
  "machinery/drill-point",
  z.strictObject({ group: z.string(), parts: z.array(z.string()) }),
  300,
);

/** Writes what was seen of the copies, once all are verified. */
export const concludeDrill = verb("machinery/drill-conclude", z.strictObject({}), 60);
