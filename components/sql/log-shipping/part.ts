import type { DataPart, NoReach, Reach, Request } from "../../../model/part.ts";
import type { Draft } from "../../../model/verb.ts";
import { otherSite, siteIds } from "../../../model/site.ts";
import { sqlServices } from "../instance/services.ts";
import { instanceReachable } from "../instance/verbs.ts";
import { archived } from "./copies.ts";
import { drillOf } from "./drill.ts";
import { onlyThere } from "./away.ts";
import { awayDrafts, sourceJobsArgs } from "./drafts.ts";
import { fullSlots, isSameName, LogShippingFacts, timeToDecideMin, worstLossMin } from "./facts.ts";
import { problems } from "./problems.ts";
import { pointLastsUntil } from "./lasts.ts";
import { reachOf } from "./reach.ts";
import { reprotection } from "./reprotection.ts";
import { LogShippingSeen } from "./seen.ts";
import {
  closeOld,
  copyLogs,
  firstFull,
  hold,
  openDatabase,
  release,
  reopenSource,
  repairIdentity,
  retireJobs,
  returnable,
  rollForward,
  sourceJobs,
  sourceReady,
  standbyReady,
  takeTail,
} from "./verbs.ts";

/** A log is restored once it was held back for as long as logs are held. */
const withHold = (reach: Reach | NoReach, { holdMin }: Pick<LogShippingFacts, "holdMin">): Reach | NoReach =>
  "byItselfSec" in reach ? { ...reach, byItselfSec: reach.byItselfSec + 60 * holdMin } : reach;

/** Databases whose logs SQL Server's own log shipping brings to the other site, recovered together to one point. */
export const logShipping: DataPart<"sql/log-shipping", LogShippingFacts, LogShippingSeen> = {
  kind: "sql/log-shipping",
  version: 1,
  facts: LogShippingFacts,
  written: {
    as: "logShipping",
    keys: {
      "host.primary": "from",
      "host.dr": "to",
      "way.primary": "",
      "way.primary.backupFolder": "backupFolder",
      "way.primary.backupShare": "backupShare",
      "way.primary.copyTo": "copyTo",
      "way.dr": "reverse",
      pointMinutesBefore: "point",
    },
  },
  seen: LogShippingSeen,
  opensOnlyLatest: false,
  guards: (_id, f, lookup) =>
    siteIds.flatMap((site) =>
      sqlServices(lookup.host(f.host[site])).map((service) => ({
        host: f.host[site],
        service,
        exclusive: false,
        ...(f.manage === "adopt" ? { isAdopted: true as const } : {}),
      })),
    ),
  uses: () => [],
  problems,
  pointMinutesBefore: (f) => f.pointMinutesBefore,
  worstLossMin,
  timeToDecideMin,
  pointLastsUntil,
  reach: (f, seen) =>
    new Map(
      f.databases.map((database) => {
        const db = seen[database];
        return [database, db ? withHold(reachOf(db), f) : { refused: "nothing was seen of it" }];
      }),
    ),
  plan: (id, f, request) => {
    const perDatabase = (make: (database: string) => readonly Draft[]): readonly Draft[] =>
      f.databases.flatMap(make);
    const host = f.host[request.to];
    return {
      preflight: preflight(id, f, request),
      hold: perDatabase((database) => [hold.step(`${id}/hold/${database}`, { database, host })]),
      "final-sync": finalSync(id, f, request),
      "roll-forward": perDatabase((database) => [
        rollForward.step(`${id}/roll-forward/${database}`, { part: id, database, host }),
      ]),
      open: perDatabase((database) => [
        openDatabase.step(`${id}/open/${database}`, { part: id, database, host }),
      ]),
      "fence-data": perDatabase((database) => [
        closeOld.step(`${id}/close-old/${database}`, { database, host: f.host[request.from] }),
      ]),
      "repair-databases": perDatabase((database) => [
        repairIdentity.step(`${id}/repair-identity/${database}`, { database, host }),
      ]),
      protect: perDatabase((database) => protect(id, f, request, database)),
    };
  },
  inverse: (id, f, { from }) => ({
    reopen: f.databases.map((database) =>
      reopenSource.step(`${id}/reopen/${database}`, { database, host: f.host[from] }),
    ),
  }),
  reprotect: (id, f, { to }) => reprotection(id, f, to),
  drill: drillOf,
  archived: (seen) => Object.fromEntries(Object.entries(seen).map(([name, db]) => [name, archived(db)])),
  back: (id, f, { from, to }) => ({
    "may-go-back": f.databases.map((database) =>
      returnable.step(`${id}/returnable/${database}`, { database, host: f.host[from] }),
    ),
    "close-target": f.databases.flatMap((database) => {
      const host = f.host[to];
      const retired = retireJobs.step(`${id}/back/retire-jobs/${database}`, {
        database,
        host,
        role: "source",
      });
      return [
        retired,
        closeOld.step(`${id}/back/close/${database}`, { database, host }, { needs: [retired] }),
      ];
    }),
  }),
  overwrites: (f, passive, wasActive) => {
    if (f.manage === "adopt") return [];
    const replaced = wasActive
      ? []
      : f.databases.filter((d) => f.replaces.some((name) => isSameName(name, d)));
    return [
      ...(replaced.length > 0 ? [`overwrites ${replaced.join(", ")} on ${f.host[passive]} (replaces)`] : []),
      `takes a full backup of ${f.databases.join(", ")} on ${f.host[otherSite(passive)]}`,
    ];
  },
  onlyThere,
  release: (id, f, { to }) =>
    f.databases.map((database) => release.step(`${id}/release/${database}`, { database, host: f.host[to] })),
};

function preflight(id: string, f: LogShippingFacts, { from, to, mode }: Request): readonly Draft[] {
  const sides = mode === "planned" ? [to, from] : [to];
  const instances = sides.map((site) =>
    instanceReachable.step(`${id}/instance/${f.host[site]}`, { host: f.host[site], agent: true }),
  );
  return [
    ...instances,
    ...f.databases.flatMap((database) => [
      standbyReady.step(
        `${id}/standby-ready/${database}`,
        { part: id, database, host: f.host[to] },
        { needs: instances.slice(0, 1) },
      ),
      ...(mode === "planned"
        ? [
            sourceReady.step(
              `${id}/source-ready/${database}`,
              { part: id, database, host: f.host[from] },
              { needs: instances.slice(1) },
            ),
          ]
        : []),
    ]),
  ];
}

/** In an unplanned move the source may be dead: nothing there is waited for longer than it takes to see that. */
const unplannedLimitSec = 600;

/**
 * What is written is copied first, of all databases before any is closed: little is left to do once they are, and a
 * chain with a hole stops a planned move while production is still open.
 */
function finalSync(id: string, f: LogShippingFacts, { from, to, mode }: Request): readonly Draft[] {
  const hosts = { from: f.host[from], to: f.host[to] };
  const bound = mode === "planned" ? {} : { timeoutSec: unplannedLimitSec };
  const copies = f.databases.map((database) =>
    copyLogs.step(`${id}/copy/${database}`, { part: id, database, ...hosts, tail: false }, bound),
  );
  return [
    ...copies,
    ...f.databases.flatMap((database) => {
      const tail = takeTail.step(
        `${id}/tail/${database}`,
        { part: id, database, host: f.host[from] },
        { needs: copies, fences: f.host[from], ...bound },
      );
      const arrived = copyLogs.step(
        `${id}/tail-arrived/${database}`,
        { part: id, database, ...hosts, tail: true },
        { needs: [tail], ...bound },
      );
      return [tail, arrived];
    }),
  ];
}

function protect(id: string, f: LogShippingFacts, { to }: Request, database: string): readonly Draft[] {
  const host = f.host[to];
  const full = firstFull.step(`${id}/first-full/${database}`, {
    database,
    host,
    folder: f.way[to].backupFolder,
    slots: fullSlots(f),
  });
  const jobs = sourceJobs.step(`${id}/source-jobs/${database}`, sourceJobsArgs(f, to, database), {
    needs: [full],
  });
  return [
    full,
    jobs,
    ...awayDrafts(id, f, to, database, [jobs]),
    retireJobs.step(`${id}/retire-standby-jobs/${database}`, { database, host, role: "standby" }),
  ];
}
