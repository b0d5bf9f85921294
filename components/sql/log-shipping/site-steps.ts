import { otherSite, type SiteId } from "../../../model/site.ts";
import type { Draft } from "../../../model/verb.ts";
import { instanceReachable } from "../instance/verbs.ts";
import { awayDrafts, sourceJobsArgs, standbyJobsArgs } from "./drafts.ts";
import { fullSlots, isSameName, salvageFolder, type LogShippingFacts } from "./facts.ts";
import {
  copyFullsJob,
  createLogins,
  factsDatabase,
  recordIdentity,
  retireJobs,
  seed,
  setAside,
  sourceAdopted,
  sourceFit,
  sourceJobs,
  standbyAdopted,
  standbyJobs,
  working,
} from "./verbs.ts";

/** Steps by the suffix of their resource's name, in the order in which they run. */
export type Steps = readonly (readonly [suffix: string, draft: Draft])[];

/** What a site needs, for all databases together and then for each. */
export interface StepsOf {
  common(id: string, f: LogShippingFacts, site: SiteId): Steps;
  perDatabase(id: string, f: LogShippingFacts, site: SiteId, database: string): Steps;
}

const instance = (id: string, host: string): Steps[number] => [
  `instance-${host}`,
  instanceReachable.step(`${id}/instance/${host}`, { host, agent: true }),
];
const facts = (id: string, host: string): Steps[number] => [
  `facts-database-${host}`,
  factsDatabase.step(`${id}/facts-database/${host}`, { host }),
];
const fit = (id: string, f: LogShippingFacts, active: SiteId, database: string): Steps[number] => [
  `source-fit-${database}`,
  sourceFit.step(`${id}/source-fit/${database}`, {
    database,
    host: f.host[active],
    backupFolder: f.way[active].backupFolder,
    adoptChain: f.adoptChain,
  }),
];

/** At the active site: its databases fit to be shipped, and the jobs of a source. */
export const sourceSteps: StepsOf = {
  common: (id, f, site) => [
    instance(id, f.host[site]),
    ...(f.recordIdentity ? [facts(id, f.host[site])] : []),
  ],
  perDatabase: (id, f, site, database) => {
    const args = sourceJobsArgs(f, site, database);
    return [
      fit(id, f, site, database),
      f.manage === "adopt"
        ? [`source-adopted-${database}`, sourceAdopted.step(`${id}/source-adopted/${database}`, args)]
        : [`source-jobs-${database}`, sourceJobs.step(`${id}/source-jobs/${database}`, args)],
      ...awayDrafts(id, f, site, database).map((draft) => [`copy-away-${database}`, draft] as const),
    ];
  },
};

/** At the passive site: the copy of each database, and the jobs that keep it in step. */
export const standbySteps: StepsOf = {
  common: (id, f, site) => {
    const source = f.host[otherSite(site)];
    return [
      instance(id, f.host[site]),
      instance(id, source),
      ...(f.recordIdentity ? [facts(id, source), facts(id, f.host[site])] : []),
    ];
  },
  perDatabase: (id, f, site, database) => {
    const active = otherSite(site);
    const host = f.host[site];
    const source = f.host[active];
    const { backupFolder, backupShare, copyTo } = f.way[active];
    const jobs = standbyJobsArgs(id, f, site, database);
    const record: Steps = f.recordIdentity
      ? [
          [
            `record-identity-${database}`,
            recordIdentity.step(`${id}/record-identity/${database}`, { database, from: source, to: host }),
          ],
        ]
      : [];
    if (f.manage === "adopt")
      return [
        fit(id, f, active, database),
        ...record,
        [`standby-adopted-${database}`, standbyAdopted.step(`${id}/standby-adopted/${database}`, jobs)],
        [
          `working-${database}`,
          working.step(`${id}/working/${database}`, { database, host, source, copyTo, start: false }),
        ],
      ];
    return [
      fit(id, f, active, database),
      ...record,
      ...(f.recordIdentity
        ? [[`logins-${database}`, createLogins.step(`${id}/logins/${database}`, { database, host })] as const]
        : []),
      [
        `retire-source-jobs-${database}`,
        retireJobs.step(`${id}/retire-source-jobs/${database}`, { database, host, role: "source" }),
      ],
      [
        `copy-fulls-${database}`,
        copyFullsJob.step(`${id}/copy-fulls/${database}`, { database, host, backupShare, copyTo }),
      ],
      [
        `seed-${database}`,
        seed.step(`${id}/seed/${database}`, {
          database,
          host,
          source,
          backupFolder,
          copyTo,
          slots: fullSlots(f),
          quiesce: f.quiesce,
          replaces: f.replaces.some((name) => isSameName(name, database)),
          salvageTo: salvageFolder(f, site),
          ...(f.reseed === undefined ? {} : { reseed: f.reseed }),
        }),
      ],
      [
        `set-aside-${database}`,
        setAside.step(`${id}/set-aside/${database}`, { database, host, source, backupFolder, copyTo }),
      ],
      [`standby-jobs-${database}`, standbyJobs.step(`${id}/standby-jobs/${database}`, jobs)],
      [
        `working-${database}`,
        working.step(`${id}/working/${database}`, { database, host, source, copyTo, start: true }),
      ],
    ];
  },
};
