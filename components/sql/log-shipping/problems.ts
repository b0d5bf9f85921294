import { didYouMean } from "../../../model/nearest.ts";
import type { Lookup, Problem } from "../../../model/part.ts";
import { otherSite, siteIds, type SiteId } from "../../../model/site.ts";
import { isOfAnother } from "./away.ts";
import { samePath } from "./differences.ts";
import { isSameName, LogShippingFacts, timeToDecideMin, worstLossMin } from "./facts.ts";

/** Mistakes in log shipping that its types cannot show. */
export const problems = (id: string, f: LogShippingFacts, lookup: Lookup): readonly Problem[] => {
  const at = `logShipping ${id}`;
  return [
    ...databaseProblems(at, id, f, lookup),
    ...siteIds.flatMap((site) => hostProblems(at, f, site, lookup)),
    ...siteIds.flatMap((site) => wayProblems(at, f, site)),
    ...siteIds.flatMap((site) => placeProblems(at, f, site)),
    ...clashes(at, f),
    ...timeProblems(at, f),
    ...f.replaces
      .filter((name) => !f.databases.some((d) => isSameName(d, name)))
      .map((name) => ({
        at: `${at}.replaces`,
        says: `"${name}" is none of its databases.${didYouMean(name, f.databases)}`,
        write: `some of ${f.databases.join(", ")}`,
      })),
    ...f.quiesce.filter((q) => !lookup.host(q.host)).map((q) => unknownHost(`${at}.quiesce`, q.host, lookup)),
    ...f.quiesce
      .filter((q) => lookup.host(q.host) && !lookup.host(q.host)?.ssh)
      .map((q) => ({
        at: `server ${q.host}.ssh`,
        says: `it is missing, and "${q.service}" is stopped there for the first full backup`,
        write: "ssh: { user, hostKey, privateKey } at its site or at the server",
      })),
  ];
};

/** What a Windows file name can't hold, and what cmd.exe and SQL Server Agent would read as their own. */
const unfit = /[<>:"/\\|?*%]|\$\(/;

function databaseProblems(at: string, id: string, f: LogShippingFacts, lookup: Lookup): readonly Problem[] {
  const key = `${at}.databases`;
  if (f.databases.length === 0) return [{ at: key, says: "no database is named", write: "at least one" }];
  const others = lookup
    .parts()
    .filter((p) => p.kind === "sql/log-shipping" && p.id !== id)
    .flatMap((p) => {
      const facts = LogShippingFacts.safeParse(p.facts);
      return facts.success ? [{ id: p.id, facts: facts.data }] : [];
    });
  return f.databases.flatMap((database, i): readonly Problem[] => [
    ...(f.databases.findIndex((d) => isSameName(d, database)) < i
      ? [{ at: key, says: `"${database}" is there twice`, write: "it once" }]
      : []),
    ...others
      .filter((o) => o.id < id && siteIds.some((s) => o.facts.host[s] === f.host[s]))
      .filter((o) => o.facts.databases.some((d) => isSameName(d, database)))
      .map((o) => ({
        at: key,
        says: `"${database}" is shipped by ${o.id} already`,
        write: "it in one of the two: a log that one takes is missing for the other",
      })),
    ...(unfit.test(database)
      ? [
          {
            at: key,
            says: `"${database}" has a character that no file name can hold, and log shipping names files after it`,
            write: 'a database whose name has none of < > : " / \\ | ? * % and no $(',
          },
        ]
      : []),
    ...(["master", "model", "msdb", "tempdb"].includes(database.toLowerCase())
      ? [
          {
            at: key,
            says: `"${database}" belongs to SQL Server itself and can't be shipped`,
            write: "user databases",
          },
        ]
      : []),
  ]);
}

const unknownHost = (at: string, id: string, lookup: Lookup): Problem => {
  const known = lookup.hosts().map((h) => h.id);
  return {
    at,
    says: `there is no server ${id}.${didYouMean(id, known)}`,
    write: `one of ${known.join(", ")}`,
  };
};

function hostProblems(at: string, f: LogShippingFacts, site: SiteId, lookup: Lookup): readonly Problem[] {
  const key = `${at}.${site === "primary" ? "from" : "to"}`;
  const host = lookup.host(f.host[site]);
  if (!host) return [unknownHost(key, f.host[site], lookup)];
  if (host.site !== site)
    return [
      {
        at: key,
        says: `${host.id} is a server of ${host.site}, and logs go from one site to the other`,
        write: `a server of ${site}`,
      },
    ];
  if (!host.sql)
    return [
      {
        at: `server ${host.id}.sql`,
        says: "it is missing, and logs of its databases are shipped",
        write: 'sql: { user: "…", password: secret.env("…") }',
      },
    ];
  return host.whilePassive === "running"
    ? []
    : [
        {
          at: `server ${host.id}.whilePassive`,
          says: "it is parked while its site is passive, and could not restore logs",
          write: '"running"',
        },
      ];
}

const isUnc = (path: string): boolean => /^\\\\[^\\]+\\[^\\]+/.test(path);
const isLocal = (path: string): boolean => /^[A-Za-z]:\\/.test(path);
/** Characters that SQL Server Agent or cmd.exe reads as its own. */
const bad = (path: string): boolean => /["%]|\$\(/.test(path);

/** Where backups go that must survive: a share of another server, and a place for what is saved. */
function placeProblems(at: string, f: LogShippingFacts, site: SiteId): readonly Problem[] {
  const away = f.awayTo?.[site];
  const salvage = f.salvageTo?.[site];
  const unfit = { away: `${at}.awayTo.${site}`, salvage: `${at}.salvageTo.${site}` };
  return [
    ...(away !== undefined && (!isOfAnother(away, f.host[site]) || bad(away))
      ? [
          {
            at: unfit.away,
            says: `"${away}" is no share of another server than ${f.host[site]}, and what lies on a server dies with it`,
            write: 'one such as \\\\FILE02\\K2, without ", % and $(',
          },
        ]
      : []),
    ...(salvage !== undefined && ((!isUnc(salvage) && !isLocal(salvage)) || bad(salvage))
      ? [
          {
            at: unfit.salvage,
            says: `"${salvage}" is neither a folder with a drive nor a share`,
            write: `one such as E:\\Salvage, as SQL Server on ${f.host[site]} writes it, without ", % and $(`,
          },
        ]
      : []),
    ...(salvage !== undefined && samePath(salvage, f.way[site].backupFolder)
      ? [
          {
            at: unfit.salvage,
            says: `it is the backup folder, whose old files log shipping deletes`,
            write: "another folder",
          },
        ]
      : []),
  ];
}

function wayProblems(at: string, f: LogShippingFacts, site: SiteId): readonly Problem[] {
  const key = site === "primary" ? at : `${at}.reverse`;
  const { backupFolder, backupShare, copyTo } = f.way[site];
  return [
    ...(isUnc(backupShare)
      ? []
      : [
          {
            at: `${key}.backupShare`,
            says: `"${backupShare}" is no share, and ${f.host[otherSite(site)]} reads the backups over the network`,
            write: `the share of ${backupFolder}: \\\\${f.host[site]}\\LogShip`,
          },
        ]),
    ...(isLocal(backupFolder) || isUnc(backupFolder)
      ? []
      : [
          {
            at: `${key}.backupFolder`,
            says: `"${backupFolder}" is no folder with a drive`,
            write: "it as SQL Server there writes it: D:\\LogShip",
          },
        ]),
    ...(isLocal(copyTo)
      ? []
      : [
          {
            at: `${key}.copyTo`,
            says: `"${copyTo}" is no folder of ${f.host[otherSite(site)]}`,
            write: "one with a drive: E:\\LogShip",
          },
        ]),
    ...(
      [
        ["backupFolder", backupFolder],
        ["backupShare", backupShare],
        ["copyTo", copyTo],
      ] as const
    )
      .filter(([, path]) => bad(path))
      .map(([name, path]) => ({
        at: `${key}.${name}`,
        says: `"${path}" has a character that SQL Server Agent or cmd.exe reads as its own`,
        write: 'a path without ", % and $(',
      })),
  ];
}

/** At one server a folder of the one direction is not that of the other: retention would delete what a rebuild needs. */
function clashes(at: string, f: LogShippingFacts): readonly Problem[] {
  if (f.manage === "adopt") return [];
  return siteIds
    .filter((site) => samePath(f.way[site].backupFolder, f.way[otherSite(site)].copyTo))
    .map((site) => ({
      at: `${at}.reverse.${site === "dr" ? "backupFolder" : "copyTo"}`,
      says: `${f.way[site].backupFolder} on ${f.host[site]} is the folder of both directions, so that backups of the one would be deleted or overwritten by the other`,
      write: `another folder, such as ${f.way[site].backupFolder.replace(/\\+$/, "")}\\${f.host.dr}`,
    }));
}

function timeProblems(at: string, f: LogShippingFacts): readonly Problem[] {
  const worst = worstLossMin(f);
  const decide = timeToDecideMin(f);
  const odd = (minutes: number): boolean => minutes > 100 && minutes % 60 !== 0;
  return [
    ...(f.rpoMin !== undefined && f.rpoMin < worst
      ? [
          {
            at: `${at}.rpoMin`,
            says: `${String(f.rpoMin)} minutes can't be kept: up to ${String(worst)} can be lost (the point lies ${String(f.pointMinutesBefore)} minutes before a disaster, logs are ${String(f.everyMin + f.copyEveryMin)} minutes on their way)`,
            write: `at least ${String(worst)}, or a later point and smaller everyMin and copyEveryMin`,
          },
        ]
      : []),
    ...(decide < f.decisionMin
      ? [
          {
            at: `${at}.holdMin`,
            says: `logs are held for ${String(f.holdMin)} minutes, and a point ${String(f.pointMinutesBefore)} minutes before a disaster leaves ${String(Math.max(0, decide))} to decide, not ${String(f.decisionMin)}`,
            write: `at least ${String(f.pointMinutesBefore + f.decisionMin)}`,
          },
        ]
      : []),
    ...(["everyMin", "copyEveryMin"] as const)
      .filter((key) => odd(f[key]))
      .map((key) => ({
        at: `${at}.${key}`,
        says: `SQL Server Agent takes up to 100 minutes or whole hours, not ${String(f[key])} minutes`,
        write: String(Math.max(60, Math.floor(f[key] / 60) * 60)),
      })),
  ];
}
