import { runs, type Act, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { differs, intervalDifferences, samePath, type JobRow, type WantedJob } from "../differences.ts";
import { every, jobDetails, setJob, sundays, type Job } from "../tsql/agent.ts";
import { makeFolder } from "../tsql/changes.ts";
import {
  addPrimary,
  addPrimarySecondary,
  backupJobName,
  changePrimary,
  primaryConfig,
  primarySecondaries,
  weeklyFull,
  weeklyFullJobName,
  type PrimarySettings,
} from "../tsql/shipping.ts";
import { sourceAdopted, sourceJobs, type SourceJobs } from "../verbs.ts";
import { asAdopted, asWanted, jobsDiffer, notAdopted, scheduleJobs, scheduleName } from "./as-wanted.ts";
import { canCompress } from "./protect.ts";

interface PrimaryRow {
  readonly backupFolder: string;
  readonly backupShare: string;
  readonly retentionMin: number;
  readonly alertMin: number | null;
  readonly job: string | null;
  readonly lastFile: string | null;
}

const settingsOf = (a: SourceJobs): PrimarySettings => ({
  database: a.database,
  backupFolder: a.backupFolder,
  backupShare: a.backupShare,
  retentionMin: a.keepMin,
  alertMin: a.alertMin,
});

const primaryOf = async (sql: Sql, database: string): Promise<PrimaryRow | undefined> =>
  (await sql.rows<PrimaryRow>(primaryConfig(database)))[0];

/** Whether the log of a database is shipped: it is a source of log shipping, and the job that backs it up is there. */
export const isShipped = async (sql: Sql, database: string): Promise<boolean> =>
  typeof (await primaryOf(sql, database))?.job === "string";

/** The jobs of a source as they should be, with what the weekly one does: log shipping knows only the first. */
async function wantedJobs(
  sql: Sql,
  a: SourceJobs,
  row: PrimaryRow | undefined,
): Promise<{ readonly log: WantedJob; readonly full: WantedJob & Job }> {
  const log = row?.job ?? backupJobName(a.database);
  const full = weeklyFullJobName(a.database);
  return {
    log: { name: log, isEnabled: true, schedule: every(scheduleName(log), a.everyMin) },
    full: {
      name: full,
      isEnabled: true,
      schedule: sundays(scheduleName(full), 2),
      command: weeklyFull(a.database, a.backupFolder, a.slots, await canCompress(sql)),
      subsystem: "TSQL",
      description: `Full backup of ${a.database} beside the chain of its logs, for a rebuild at the standby.`,
    },
  };
}

async function sourceDifferences(sql: Sql, a: SourceJobs): Promise<readonly string[]> {
  const row = await primaryOf(sql, a.database);
  if (!row) return [`${a.database} is no source of log shipping`];
  const standbys = await sql.rows<{ server: string; database: string }>(primarySecondaries(a.database));
  const { log, full } = await wantedJobs(sql, a, row);
  return [
    ...folderDifferences(row, a),
    ...differs("the time that logs are kept", row.retentionMin, a.keepMin, row.retentionMin === a.keepMin),
    ...differs("the alert for late backups", row.alertMin, a.alertMin, row.alertMin === a.alertMin),
    ...(standbys.some((s) => s.server.toLowerCase() === a.standby.toLowerCase())
      ? []
      : [`${a.standby} is not named as its standby`]),
    ...(await jobsDiffer(sql, [log, full])),
  ];
}

const folderDifferences = (row: PrimaryRow, a: SourceJobs): readonly string[] => [
  ...differs(
    "the backup folder",
    row.backupFolder,
    a.backupFolder,
    samePath(row.backupFolder, a.backupFolder),
  ),
  ...differs("the backup share", row.backupShare, a.backupShare, samePath(row.backupShare, a.backupShare)),
];

const setUp: Act<SourceJobs> = {
  check: async (a, io) => {
    return asWanted(await sourceDifferences(await sqlOn(a.host, io), a), {
      well: `the log of ${a.database} is backed up on ${a.host} every ${String(a.everyMin)} minutes`,
      where: `${a.database} on ${a.host}`,
      expected: "log and full backups on schedule",
    });
  },
  act: async (a, io) => {
    const sql = await sqlOn(a.host, io);
    const compress = await canCompress(sql);
    await sql.run(makeFolder(a.backupFolder));
    const row = await primaryOf(sql, a.database);
    await sql.run(row ? changePrimary(settingsOf(a), compress) : addPrimary(settingsOf(a), compress));
    const standbys = await sql.rows<{ server: string }>(primarySecondaries(a.database));
    if (!standbys.some((s) => s.server.toLowerCase() === a.standby.toLowerCase()))
      await sql.run(addPrimarySecondary(a.database, a.standby));
    const { log, full } = await wantedJobs(sql, a, row);
    await sql.run(setJob(full));
    await scheduleJobs(sql, [log, full]);
  },
};

const adopted: Act<SourceJobs> = {
  check: async (a, io) => {
    const sql = await sqlOn(a.host, io);
    const row = await primaryOf(sql, a.database);
    if (!row) throw notAdopted(`${a.database} on ${a.host} is no source of log shipping`);
    const found = [
      ...folderDifferences(row, a),
      ...intervalDifferences(row.job, a.everyMin, await sql.rows<JobRow>(jobDetails(row.job ?? ""))),
    ];
    return asAdopted(found, a.database, a.host);
  },
};

/** The verbs of the source's side. */
export const sourceRunnables: readonly Runnable[] = [runs(sourceJobs, setUp), runs(sourceAdopted, adopted)];
