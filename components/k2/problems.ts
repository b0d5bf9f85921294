import { isParked } from "../../model/host.ts";
import type { Lookup, Problem } from "../../model/part.ts";
import { didYouMean } from "../../model/nearest.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { nameOf } from "./captured.ts";
import { sqlOf } from "./drafts.ts";
import { K2Facts } from "./facts.ts";

/** Mistakes in a K2 that its types cannot show. */
export const problems = (id: string, f: K2Facts, lookup: Lookup): readonly Problem[] => {
  const at = `k2 ${id}`;
  return [
    ...siteIds.flatMap((site) => serverProblems(at, f, site, lookup)),
    ...sharedVms(id, f, lookup),
    ...twice(`${at}.services`, f.services),
    ...f.data.flatMap((d) => dataProblems(at, d, lookup)),
    ...f.aliases
      .filter((alias) => lookup.part(alias)?.kind !== "alias")
      .map((alias) => ({
        at: `${at}.aliases`,
        says: `${alias} is no alias.${didYouMean(
          alias,
          idsOf(lookup, (kind) => kind === "alias"),
        )}`,
        write: "what alias(…) gives",
      })),
    ...(f.manual ?? [])
      .filter((id) => lookup.part(id)?.kind !== "manual")
      .map((id) => ({
        at: `${at}.manual`,
        says: `${id} is no manual step.${didYouMean(
          id,
          idsOf(lookup, (kind) => kind === "manual"),
        )}`,
        write: "what manualStep(…) gives",
      })),
    ...licenceProblems(at, f),
    ...keptProblems(id, f, lookup),
    ...keyProblems(at, f),
  ];
};

/** Ids of the parts of some kinds. */
const idsOf = (lookup: Lookup, isOf: (kind: string) => boolean): readonly string[] =>
  lookup
    .parts()
    .filter((p) => isOf(p.kind))
    .map((p) => p.id);

/** Two that keep their rows under one id would each put back what the other captured. Said once, of the one that was renamed. */
function keptProblems(id: string, { keptAs }: K2Facts, lookup: Lookup): readonly Problem[] {
  const other = lookup
    .parts()
    .find(
      (p) =>
        p.kind === "k2" &&
        (p.id === keptAs || p.id < id) &&
        K2Facts.safeParse(p.facts).data?.keptAs === keptAs,
    );
  return other === undefined || keptAs === id
    ? []
    : [
        {
          at: `k2 ${id}.keptAs`,
          says: `${other.id} keeps its rows under ${keptAs} too`,
          write: "the id that this K2 had before, and no other one's",
        },
      ];
}

function serverProblems(at: string, f: K2Facts, site: SiteId, lookup: Lookup): readonly Problem[] {
  const key = `${at}.servers.${site}`;
  return [
    ...twice(key, f.servers[site]),
    ...f.servers[site].flatMap((id): readonly Problem[] => {
      const host = lookup.host(id);
      if (!host) {
        const known = lookup
          .hosts()
          .filter((h) => h.site === site)
          .map((h) => h.id);
        return [
          {
            at: key,
            says: `there is no server ${id}.${didYouMean(id, known)}`,
            write: `a server of the site ${site}, such as ${known.join(", ")}`,
          },
        ];
      }
      if (host.site !== site)
        return [
          {
            at: key,
            says: `${id} is a server of the site ${host.site}`,
            write: `a server of the site ${site}`,
          },
        ];
      return host.ssh
        ? []
        : [
            {
              at: `server ${id}.ssh`,
              says: "it is missing, and K2's services are stopped and started over SSH",
              write: "ssh: { user, hostKey, privateKey } at its site or at the server",
            },
          ];
    }),
  ];
}

/** A VM that one system switches off before the other has stopped its own services there. */
function sharedVms(id: string, f: K2Facts, lookup: Lookup): readonly Problem[] {
  const others = lookup
    .parts()
    .filter((p) => p.kind === "k2" && p.id < id)
    .flatMap((p) => {
      const facts = K2Facts.safeParse(p.facts);
      return facts.success ? [{ id: p.id, hosts: siteIds.flatMap((site) => facts.data.servers[site]) }] : [];
    });
  return siteIds
    .flatMap((site) => f.servers[site])
    .flatMap((host) => lookup.host(host) ?? [])
    .filter(isParked)
    .flatMap((host) => {
      const other = others.find((o) => o.hosts.includes(host.id));
      return other
        ? [
            {
              at: `server ${host.id}.whilePassive`,
              says: `it is an Azure VM that ${other.id} and ${id} would each deallocate, one while the other still stops its services there`,
              write: '"running", so that neither does',
            },
          ]
        : [];
    });
}

const twice = (at: string, names: readonly string[]): readonly Problem[] =>
  names
    .filter((name, i) => names.findIndex((n) => n.toLowerCase() === name.toLowerCase()) !== i)
    .map((name) => ({ at, says: `"${name}" is there twice`, write: "it once" }));

function dataProblems(at: string, d: K2Facts["data"][number], lookup: Lookup): readonly Problem[] {
  if (!lookup.part(d.id))
    return [
      {
        at: `${at}.data`,
        says: `there is no data part ${d.id}.${didYouMean(
          d.id,
          idsOf(lookup, (kind) => kind !== "alias" && kind !== "k2" && kind !== "manual"),
        )}`,
        write: "what logShipping(…) gives",
      },
    ];
  return siteIds
    .filter((site) => !lookup.host(d.sql[site])?.sql)
    .map((site) => ({
      at: `server ${d.sql[site]}.sql`,
      says: "it is missing, and K2's licence rows and keys are repaired through it",
      write: 'sql: { user, password: secret.env("…") }',
    }));
}

function licenceProblems(at: string, f: K2Facts): readonly Problem[] {
  if (!f.licence)
    return f.standby === "cold"
      ? []
      : [
          {
            at: `${at}.licence`,
            says: `a ${f.standby} standby has servers of other names, and K2's licence is bound to them`,
            write: 'licence: {}, or standby: "cold" where both sites have servers of the same names',
          },
        ];
  const { server, licenceKey, copies } = f.licence;
  const databases = f.data.flatMap((d) => d.databases);
  const unknown = [server, licenceKey].filter((t) => !databases.includes(t.database));
  const known = [server, licenceKey].filter((t) => databases.includes(t.database));
  const apart = siteIds.some((site) => new Set(known.map((t) => sqlOf(f, t.database, site))).size > 1);
  return [
    ...(f.captureKey
      ? []
      : [
          {
            at: `${at}.captureKey`,
            says: "it is missing, and the file of captured licence rows is sealed with it",
            write: 'captureKey: secret.env("K2_CAPTURE_KEY")',
          },
        ]),
    ...unknown.map((t) => ({
      at: `${at}.licence`,
      says: `${nameOf(t)} is in no database of its data (${databases.join(", ")}).${didYouMean(t.database, databases)}`,
      write: "the database that holds the table, as database: … in licence.server and licence.licenceKey",
    })),
    ...(apart
      ? [
          {
            at: `${at}.licence`,
            says: "its two tables are on different SQL Servers, and their rows are put back in one transaction",
            write: "data whose databases are on one SQL Server at each site",
          },
        ]
      : []),
    ...siteIds.flatMap((site) =>
      Object.keys(copies[site] ?? {})
        .filter((database) => database !== server.database && database !== licenceKey.database)
        .map((database) => ({
          at: `${at}.licence.copies.${site}`,
          says: `${database} holds neither of the two tables.${didYouMean(database, [server.database, licenceKey.database])}`,
          write: `${[...new Set([server.database, licenceKey.database])].join(" or ")}: "name of the copy"`,
        })),
    ),
  ];
}

function keyProblems(at: string, f: K2Facts): readonly Problem[] {
  const databases = f.data.flatMap((d) => d.databases);
  return f.masterKey.databases
    .filter((database) => !databases.includes(database))
    .map((database) => ({
      at: `${at}.masterKey.databases`,
      says: `${database} is no database of its data.${didYouMean(database, databases)}`,
      write: `some of ${databases.join(", ")}`,
    }));
}
