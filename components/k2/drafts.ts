import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { Draft } from "../../model/verb.ts";
import type { K2Facts } from "./facts.ts";
import { capture, masterKeyOpens, type Keys } from "./verbs.ts";

/** The host with the database at a site; its data part is known to hold it. */
export const sqlOf = (f: K2Facts, database: string, site: SiteId): string =>
  f.data.find((d) => d.databases.includes(database))?.sql[site] ?? "";

/** All hosts with SQL Server under K2, at one site or both. */
export const sqlHosts = (f: K2Facts, sites: readonly SiteId[] = siteIds): readonly string[] => [
  ...new Set(sites.flatMap((site) => f.data.map((d) => d.sql[site]))),
];

/** Whose rows, and what opens the file of them. */
export interface Kept {
  readonly part: string;
  readonly site: SiteId;
  readonly captureKey: SecretRef;
  readonly named: string[];
}

/** Whose rows, and where they are kept; undefined where nothing is bound to a site's servers. */
export const keptOf = (f: K2Facts, site: SiteId): Kept | undefined =>
  f.licence && f.captureKey
    ? {
        part: f.keptAs,
        site,
        captureKey: f.captureKey,
        named: f.licence.namesHosts ? [...f.servers[site]] : [],
      }
    : undefined;

/** Captures the rows of a site where they are its own; nothing for a cold standby. */
export const captureDraft = (id: string, f: K2Facts, site: SiteId, active: SiteId): readonly Draft[] =>
  captured(id, f, { site, from: site, database: site === active ? "live" : "own" });

/**
 * Captures the rows of the site that is left from its data at the other, before they are overwritten there: a licence
 * that was renewed since the last time would be lost on the way back. Only where rows name their servers: else nothing
 * tells rows that were overwritten already.
 */
export const captureRestoredDraft = (id: string, f: K2Facts, site: SiteId): readonly Draft[] =>
  f.licence?.namesHosts === true
    ? captured(id, f, { site, from: otherSite(site), database: "restored" })
    : [];

interface Captures {
  /** Whose rows. */
  readonly site: SiteId;
  /** Where they are read. */
  readonly from: SiteId;
  readonly database: "own" | "live" | "restored";
}

function captured(id: string, f: K2Facts, { site, from, database }: Captures): readonly Draft[] {
  const kept = keptOf(f, site);
  if (!kept || !f.licence) return [];
  const { server, licenceKey, copies, namesHosts } = f.licence;
  return [
    capture.step(`${id}/capture${database === "restored" ? "-restored" : ""}/${site}`, {
      ...kept,
      database,
      sql: sqlOf(f, server.database, from),
      tables: { server, licenceKey },
      copies: database === "own" ? (copies[site] ?? {}) : {},
      others: namesHosts ? [...f.servers[otherSite(site)]] : [],
      // The site that is left may be gone: its own SQL Server is not waited for.
      keepOn: [...sqlHosts(f, database === "restored" ? [from] : undefined)],
    }),
  ];
}

/** Names of the keys, and how they are proven. */
export const keysOf = ({ masterKey: m }: K2Facts): Keys => ({
  symmetricKey: m.symmetricKey,
  certificate: m.certificate,
  proof: m.encrypted,
  count: m.proof === "count",
});

/** The databases with K2's keys at a site, by their SQL Server. */
export const keyedDatabases = (f: K2Facts, site: SiteId): { sql: string; databases: string[] }[] =>
  f.data
    .map((d) => ({
      sql: d.sql[site],
      databases: d.databases.filter((database) => f.masterKey.databases.includes(database)),
    }))
    .filter((on) => on.databases.length > 0);

/** Tries the master keys' password where the keys are in use. */
export const masterKeyDraft = (id: string, f: K2Facts, active: SiteId): Draft =>
  masterKeyOpens.step(`${id}/master-key-opens`, {
    on: keyedDatabases(f, active),
    ...(f.masterKey.password ? { password: f.masterKey.password } : {}),
    keys: keysOf(f),
  });
