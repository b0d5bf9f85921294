import { runs, type Act, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import {
  differs,
  intervalDifferences,
  jobDifferences,
  samePath,
  type JobRow,
  type WantedJob,
} from "../differences.ts";
import { enableJob, every, jobDetails, setJob, setSchedule, sundays } from "../tsql/agent.ts";
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
import { canCompress } from "./protect.ts";

interface PrimaryRow {
  readonly backupFolder: string;
  readonly backupShare: string;
  readonly retentionMin: number;
  readonly alertMin: number | null;
  readonly job: string | null;
  readonly lastFile: string | null;
}

/** Schedules that this library makes are named after it, and told apart from those of others by that. */
export const scheduleName = (job: string): string => `parallel-standby ${job}`;

const settingsOf = (a: SourceJobs): PrimarySettings => ({
  database: a.database,
  backupFolder: a.backupFolder,
  backupShare: a.backupShare,
  retentionMin: a.keepMin,
  alertMin: a.alertMin,
});

const primaryOf = async (sql: Sql, database: string): Promise<PrimaryRow | undefined> =>
  (await sql.rows<PrimaryRow>(primaryConfig(database)))[0];

/** The jobs of a source as they should be, with what the weekly one does. */
async function wantedJobs(
  sql: Sql,
  a: SourceJobs,
): Promise<{ readonly log: WantedJob; readonly full: WantedJob & { readonly command: string } }> {
  const log = backupJobName(a.database);
  const full = weeklyFullJobName(a.database);
  return {
    log: { name: log, isEnabled: true, schedule: every(scheduleName(log), a.everyMin) },
    full: {
      name: full,
      isEnabled: true,
      schedule: sundays(scheduleName(full), 2),
      command: weeklyFull(a.database, a.backupFolder, a.slots, await canCompress(sql)),
    },
  };
}

async function sourceDifferences(sql: Sql, a: SourceJobs): Promise<readonly string[]> {
  const row = await primaryOf(sql, a.database);
  if (!row) return [`${a.database} is no source of log shipping`];
  const standbys = await sql.rows<{ server: string; database: string }>(primarySecondaries(a.database));
  const { log, full } = await wantedJobs(sql, a);
  const name = row.job ?? log.name;
  return [
    ...folderDifferences(row, a),
    ...differs("the time that logs are kept", row.retentionMin, a.keepMin, row.retentionMin === a.keepMin),
    ...differs("the alert for late backups", row.alertMin, a.alertMin, row.alertMin === a.alertMin),
    ...(standbys.some((s) => s.server.toLowerCase() === a.standby.toLowerCase())
      ? []
      : [`${a.standby} is not named as its standby`]),
    ...jobDifferences({ ...log, name }, await sql.rows<JobRow>(jobDetails(name))),
    ...jobDifferences(full, await sql.rows<JobRow>(jobDetails(full.name))),
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
    const found = await sourceDifferences(await sqlOn(a.host, io), a);
    return {
      there: found.length === 0,
      says:
        found.length === 0
          ? `the log of ${a.database} is backed up on ${a.host} every ${String(a.everyMin)} minutes`
          : `${a.database} on ${a.host}: ${found.join("; ")}`,
      expected: "log and full backups on schedule",
    };
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
    const { log, full } = await wantedJobs(sql, a);
    const name = row?.job ?? log.name;
    await sql.run(setSchedule(name, log.schedule));
    await sql.run(
      setJob({
        ...full,
        subsystem: "TSQL",
        description: `Full backup of ${a.database} beside the chain of its logs, for a rebuild at the standby.`,
      }),
    );
    await sql.run(setSchedule(full.name, full.schedule));
    // Enabled last: a job that runs before all is set would run with half of it.
    for (const job of [name, full.name]) await sql.run(enableJob(job, true));
  },
};

const adopted: Act<SourceJobs> = {
  check: async (a, io) => {
    const sql = await sqlOn(a.host, io);
    const row = await primaryOf(sql, a.database);
    if (!row)
      throw new Error(
        `${a.database} on ${a.host} is no source of log shipping, and manage is "adopt". Set it up there, or write manage: "provision"`,
      );
    const found = [
      ...folderDifferences(row, a),
      ...intervalDifferences(row.job, a.everyMin, await sql.rows<JobRow>(jobDetails(row.job ?? ""))),
    ];
    if (found.length > 0)
      throw new Error(
        `log shipping of ${a.database} on ${a.host} is not what the estate says: ${found.join("; ")}. Write what it is, or change it there`,
      );
    return {
      there: true,
      says: `log shipping of ${a.database} on ${a.host} is what the estate says`,
      expected: "log shipping as the estate says",
    };
  },
};

/** The verbs of the source's side. */
export const sourceRunnables: readonly Runnable[] = [runs(sourceJobs, setUp), runs(sourceAdopted, adopted)];
