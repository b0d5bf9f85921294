import * as z from "zod";
import { Approvals } from "../../model/approvals.ts";
import { SecretRef } from "../../model/secret.ts";
import { bySite } from "../../model/site.ts";
import { ServiceName } from "../windows/verbs.ts";
import { TableName } from "./captured.ts";

const name = z.string().min(1);
const day = z.iso.date({ error: "is no date. Write the licence's last day, such as 2027-03-31" });

/** The databases that K2 stands on, of one data part. */
const DataFacts = z.strictObject({
  /** Id of the data part. */
  id: name,
  /** By site, the host with their SQL Server. */
  sql: bySite(name),
  databases: z.array(name).nonempty(),
});

/** What K2 binds to its servers: two tables, whose rows each site has of its own. */
const LicenceFacts = z.strictObject({
  server: TableName,
  licenceKey: TableName,
  namesHosts: z.boolean(),
  otherRows: z.enum(["keep", "remove"]),
  /** By site and database, the one that rows are captured from instead. */
  copies: z.strictObject({
    primary: z.record(z.string(), name).optional(),
    dr: z.record(z.string(), name).optional(),
  }),
  /** By site, the last day of its licence, `YYYY-MM-DD`; absent where the licence table tells it. */
  endsAt: z.strictObject({ primary: day.optional(), dr: day.optional() }).optional(),
});

const KeyFacts = z.strictObject({
  /** Absent where no database has a master key; provisioning finds out. */
  password: SecretRef.optional(),
  databases: z.array(name),
  symmetricKey: name,
  certificate: name,
  proof: z.enum(["count", "open"]),
  encrypted: z.strictObject({ schema: name, table: name, value: name, flag: name }),
});

/** The facts of a K2, as `k2()` fills them in: all defaults are in them, so that a newer release plans the same. */
export const K2Facts = z.strictObject({
  version: z.literal([4, 5]),
  standby: z.enum(["cold", "warm", "hot"]),
  /** Hosts of K2 servers by site, in start order. */
  servers: bySite(z.array(name).nonempty()),
  /** Key names in start order. */
  services: z.array(ServiceName).nonempty(),
  otherServices: z.array(name),
  startType: z.enum(["auto", "delayed-auto", "manual"]),
  stopSec: z.int().positive(),
  startSec: z.int().positive(),
  port: z.int().min(1).max(65535),
  /** The port on which clients use K2 through its aliases. */
  clientPort: z.int().min(1).max(65535),
  data: z.array(DataFacts).nonempty(),
  /** Ids of alias parts. */
  aliases: z.array(name),
  /** Ids of manual steps. Absent where there are none. */
  manual: z.array(name).optional(),
  /** Absent where nothing has to be approved. */
  approve: Approvals.optional(),
  /** Id under which captured rows are kept: the part's own, or an earlier one. */
  keptAs: name,
  captureKey: SecretRef.optional(),
  /** Absent for a cold standby: its servers have the same names, and so the same licence. */
  licence: LicenceFacts.optional(),
  masterKey: KeyFacts,
  health: z.discriminatedUnion("log", [
    z.strictObject({ log: z.literal("none") }),
    z.strictObject({
      log: z.literal("event"),
      sources: z.array(name),
      ignore: z.array(name),
      settleSec: z.int().nonnegative(),
    }),
    z.strictObject({
      log: z.literal("file"),
      folder: name,
      ignore: z.array(name),
      settleSec: z.int().nonnegative(),
    }),
  ]),
});
export type K2Facts = z.infer<typeof K2Facts>;
