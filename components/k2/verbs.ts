import * as z from "zod";
import { SecretRef } from "../../model/secret.ts";
import { SiteId } from "../../model/site.ts";
import { ServiceName } from "../windows/verbs.ts";
import { verb } from "../../model/verb.ts";
import { TableName } from "./captured.ts";

const name = z.string().min(1);

/** The two tables that K2 binds to its servers. */
const Tables = z.strictObject({ server: TableName, licenceKey: TableName });

/** Whose rows, and where copies of them are looked for. */
const kept = {
  /** Name under which the rows are kept: the part's. */
  part: name,
  site: SiteId,
  /** Key of the file beside the journal. */
  captureKey: SecretRef,
  /** K2 servers of that site, which the licence rows must name; empty where they name none. */
  named: z.array(name),
};

/**
 * Reads the rows that K2 binds to the servers of a site, and keeps them on the SQL Servers of both sites and in a file
 * beside the journal.
 */
export const capture = verb(
  "k2/capture",
  z.strictObject({
    ...kept,
    /**
     * What the site's database is. `own`: that of a passive site, which becomes a copy of the other's; what is kept of
     * it stays. `live`: that of the active site; rows that have changed are kept anew. `restored`: the site's data, come
     * over to the other site and not yet given the other's rows; the newest rows of a site that is gone.
     */
    database: z.enum(["own", "live", "restored"]),
    /** Host with the K2 databases to read. */
    sql: name,
    tables: Tables,
    /** By database, the one that it is read from instead: a backup of the site's own, restored under another name. */
    copies: z.record(z.string(), name),
    /** K2 servers of the other site: rows that name them are not this site's. Empty where rows name no servers. */
    others: z.array(name),
    /** Hosts with SQL Server on which the rows are kept too. */
    keepOn: z.array(name),
  }),
  180,
  "either",
);

/** The rows of the target site can be read now, from a place that is there when production is gone. Changes nothing. */
export const rowsCaptured = verb(
  "k2/rows-captured",
  z.strictObject({ ...kept, keepOn: z.array(name) }),
  60,
  "either",
);

/** Puts the captured rows of the target site back over production's, in one transaction; read back column by column. */
export const reapplyLicences = verb(
  "k2/reapply-licences",
  z.strictObject({
    ...kept,
    sql: name,
    tables: Tables,
    keepOn: z.array(name),
    /** Whether licence rows that were not captured, those of the other site's servers, are deleted where no table refers to them. */
    removeOthers: z.boolean(),
  }),
  120,
);

const Databases = z.array(z.strictObject({ sql: name, databases: z.array(name) }));
const Keys = z.strictObject({
  symmetricKey: name,
  certificate: name,
  proof: z.strictObject({ schema: name, table: name, value: name, flag: name }),
  /** Whether encrypted values are counted that the key does not decrypt, or the key is only opened. */
  count: z.boolean(),
});
export type Keys = z.infer<typeof Keys>;

/**
 * The password of the master keys opens them where they are in use now: found when a site is provisioned, not first at
 * the cutover. Without a password: no database has a master key. Changes nothing.
 */
export const masterKeyOpens = verb(
  "k2/master-key-opens",
  z.strictObject({ on: Databases, password: SecretRef.optional(), keys: Keys }),
  60,
  "either",
);

/** The runner finds a secret that a later step needs. Changes nothing. */
export const secretResolves = verb("k2/secret-resolves", z.strictObject({ secret: SecretRef }), 60);

/** Each restored database's master key opens by itself on this instance, proven by opening K2's own key with it. */
export const protectMasterKey = verb(
  "k2/protect-master-key",
  z.strictObject({ on: Databases, password: SecretRef, keys: Keys }),
  180,
);

/**
 * Stops and disables K2's services on a VM that is parked afterwards, in the given order, so that they don't start with
 * it; nothing where the VM is deallocated already.
 */
export const stopBeforeParking = verb(
  "k2/stop-before-parking",
  z.strictObject({ host: name, services: z.array(ServiceName), waitSec: z.int().positive() }),
  600,
  "passive",
);

/**
 * Every service of K2 on a host is known to the estate: one that is not would run at both sites. Services of K2 Five
 * beside its main one have names that no document lists. Changes nothing.
 */
export const noOtherServices = verb(
  "k2/no-other-services",
  z.strictObject({ host: name, services: z.array(name) }),
  60,
  "either",
);

/** Nothing in the log of a started K2 server tells of an error since its start. Looks until that is so. */
export const healthy = verb(
  "k2/healthy",
  z.strictObject({
    host: name,
    service: name,
    /** The step that started the service: errors before it count for nothing. */
    startedBy: name,
    log: z.union([
      z.strictObject({ kind: z.literal("event"), sources: z.array(name) }),
      z.strictObject({ kind: z.literal("file"), folder: name }),
    ]),
    /** Seconds for which no error may come up once all looks well. */
    settleSec: z.int().nonnegative(),
    /** Errors with one of these texts in them are known and don't count. */
    ignore: z.array(name),
  }),
  180,
  undefined,
  60,
);

/** Looks whether K2 answers where it works now: a wrong port would be found only past the point of no return. */
export const listens = verb(
  "k2/listens",
  z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65535) }),
  60,
  "either",
);
