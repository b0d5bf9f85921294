import * as z from "zod";
import { verb } from "../../../model/verb.ts";

/**
 * Looks whether SQL Server on a host lets the runner in, with rights enough, and whether its clock and time zone are
 * what the estate says. `rights` are permissions on the server that do where the login is no sysadmin; `agent` asks
 * for a running SQL Server Agent, too. `clock: false` leaves clock and time zone to whoever reads them in another way.
 */
export const instanceReachable = verb(
  "sql/instance/reachable",
  z.strictObject({
    host: z.string().min(1),
    agent: z.boolean(),
    clock: z.boolean().optional(),
    rights: z
      .array(z.string().regex(/^[A-Z ]+$/))
      .min(1)
      .optional(),
  }),
  60,
  "either",
);
