import { otherSite, provisionAgain } from "../../../../model/site.ts";
import { runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { isHeld } from "../../../../steps/held.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { differs, intervalDifferences, samePath, type JobRow, type WantedJob } from "../differences.ts";
import { isLogOf, filesOf } from "../look.ts";
import { daily, every, jobDetails, setJob, type Job } from "../tsql/agent.ts";
import { makeFolder } from "../tsql/changes.ts";
import { serverNow } from "../tsql/looks.ts";
import {
  addSecondaryDatabase,
  addSecondaryPrimary,
  backupJobName,
  changeSecondaryDatabase,
  changeSecondaryPrimary,
  copyFulls,
  copyFullsJobName,
  copyJobName,
  restoreJobName,
  type SecondarySettings,
} from "../tsql/shipping.ts";
import { copyFullsJob, standbyAdopted, standbyJobs, working, type StandbyJobs } from "../verbs.ts";
import { asAdopted, asWanted, jobsDiffer, notAdopted, scheduleJobs, scheduleName } from "./as-wanted.ts";
import { secondariesOf, type SecondaryRow } from "./hold.ts";
import { readJobs, runJob } from "./jobs.ts";

/** How long the first log may take to be backed up, and as long again to be copied. Seconds. */
const firstLogSec = 400;

/** A server's own name, under which the other one knows it. */
export async function nameOf(host: string, io: Io): Promise<string> {
  const [row] = await (await sqlOn(host, io)).rows<{ server: string | null }>(serverNow);
  if (!row?.server)
    throw new Error(
      `${host}: @@SERVERNAME is NULL, and log shipping needs it (error 32053). Set it with sp_addserver and restart SQL Server`,
    );
  return row.server;
}

const settingsOf = (a: StandbyJobs, source: string): SecondarySettings => ({
  database: a.database,
  source,
  backupShare: a.backupShare,
  copyTo: a.copyTo,
  keepMin: a.keepMin,
  holdMin: a.holdMin,
  alertMin: a.alertMin,
});

const secondaryOf = async (sql: Sql, a: StandbyJobs, source: string): Promise<SecondaryRow | undefined> =>
  (await secondariesOf(sql, a.database)).find((r) => r.source.toLowerCase() === source.toLowerCase());

/** The jobs of a standby as they should be. */
function wantedJobs(
  a: StandbyJobs,
  source: string,
  row: SecondaryRow | undefined,
  restores: boolean,
): readonly WantedJob[] {
  const copy = row?.copyJob ?? copyJobName(source, a.database);
  const restore = row?.restoreJob ?? restoreJobName(source, a.database);
  return [
    { name: copy, isEnabled: true, schedule: every(scheduleName(copy), a.copyEveryMin) },
    { name: restore, isEnabled: restores, schedule: every(scheduleName(restore), a.everyMin) },
  ];
}

async function standbyDifferences(
  sql: Sql,
  a: StandbyJobs,
  source: string,
  restores: boolean,
): Promise<readonly string[]> {
  const row = await secondaryOf(sql, a, source);
  if (!row) return [`${a.database} takes no logs from ${source}`];
  return [
    ...folderDifferences(row, a),
    ...differs("the time that files are kept", row.keepMin, a.keepMin, row.keepMin === a.keepMin),
    ...differs("the hold", row.holdMin, a.holdMin, row.holdMin === a.holdMin),
    ...differs("the alert for late restores", row.alertMin, a.alertMin, row.alertMin === a.alertMin),
    ...differs("the restore mode", row.restoreMode, 0, row.restoreMode === 0),
    ...(await jobsDiffer(sql, wantedJobs(a, source, row, restores))),
  ];
}

const folderDifferences = (row: SecondaryRow, a: StandbyJobs): readonly string[] => [
  ...differs(
    "the share that logs are copied from",
    row.backupShare,
    a.backupShare,
    samePath(row.backupShare, a.backupShare),
  ),
  ...differs("the folder that logs are copied to", row.copyTo, a.copyTo, samePath(row.copyTo, a.copyTo)),
];

const setUp: Act<StandbyJobs> = {
  check: async (a, io) => {
    const source = await nameOf(a.source, io);
    const held = await isHeld(a.part, io);
    return asWanted(await standbyDifferences(await sqlOn(a.host, io), a, source, !held), {
      well: `logs of ${a.database} are copied to ${a.host} every ${String(a.copyEveryMin)} minutes and ${held ? "held, since a move is declared" : `restored after ${String(a.holdMin)}`}`,
      where: `${a.database} on ${a.host}`,
      expected: "logs copied on schedule, restored after the hold",
    });
  },
  act: async (a, io) => {
    const source = await nameOf(a.source, io);
    const sql = await sqlOn(a.host, io);
    const settings = settingsOf(a, source);
    await sql.run(makeFolder(a.copyTo));
    const row = await secondaryOf(sql, a, source);
    if (row) {
      await sql.run(changeSecondaryPrimary(settings));
      await sql.run(changeSecondaryDatabase(settings));
    } else {
      await sql.run(addSecondaryPrimary(settings));
      await sql.run(addSecondaryDatabase(settings));
    }
    await scheduleJobs(sql, wantedJobs(a, source, row, !(await isHeld(a.part, io))));
  },
};

const adopted: Act<StandbyJobs> = {
  check: async (a, io) => {
    const source = await nameOf(a.source, io);
    const sql = await sqlOn(a.host, io);
    const row = await secondaryOf(sql, a, source);
    if (!row) throw notAdopted(`${a.host} takes no logs of ${a.database} from ${source}`);
    const restores =
      (await readJobs(sql, [row.restoreJob ?? ""])).some((j) => j.isEnabled) || (await isHeld(a.part, io));
    const found = [
      ...folderDifferences(row, a),
      ...differs("the hold", row.holdMin, a.holdMin, row.holdMin === a.holdMin),
      ...(row.keepMin > a.holdMin
        ? []
        : [`files are kept for ${String(row.keepMin)} minutes only, less than the hold`]),
      ...intervalDifferences(
        row.copyJob,
        a.copyEveryMin,
        await sql.rows<JobRow>(jobDetails(row.copyJob ?? "")),
      ),
      ...(restores ? [] : [`job "${row.restoreJob ?? "of log shipping"}" is disabled`]),
    ];
    return asAdopted(found, a.database, a.host);
  },
};

/** The job that brings full backups over, which log shipping does not. */
function fullsJob({
  database,
  backupShare,
  copyTo,
}: Parameters<(typeof copyFullsJob)["step"]>[1]): WantedJob & Job {
  const name = copyFullsJobName(database);
  return {
    name,
    isEnabled: true,
    schedule: daily(scheduleName(name), 6),
    command: copyFulls(database, backupShare, copyTo),
    subsystem: "CmdExec",
    description: `Brings full backups of ${database} to the standby.`,
  };
}

/** The verbs of the standby's side. */
export const standbyRunnables: readonly Runnable[] = [
  runs(standbyJobs, setUp),
  runs(standbyAdopted, adopted),
  runs(copyFullsJob, {
    check: async (a, io) =>
      asWanted(await jobsDiffer(await sqlOn(a.host, io), [fullsJob(a)]), {
        well: `full backups of ${a.database} are copied to ${a.host} daily`,
        where: a.host,
        expected: "full backups copied on schedule",
      }),
    act: async (a, io) => {
      const sql = await sqlOn(a.host, io);
      await sql.run(makeFolder(a.copyTo));
      await sql.run(setJob(fullsJob(a)));
      await scheduleJobs(sql, [fullsJob(a)]);
    },
  }),
  runs(working, {
    check: async ({ database, host, source, copyTo }, io) => {
      const files = (await filesOf(await sqlOn(host, io), copyTo)).filter((f) => isLogOf(database, f));
      return {
        there: files.length > 0,
        says:
          files.length > 0
            ? `${String(files.length)} log(s) of ${database} have arrived on ${host}`
            : `no log of ${database} has arrived in ${copyTo} on ${host}`,
        expected: `a log of ${database} from ${source}; look at the history of the copy job on ${host}`,
      };
    },
    act: async ({ database, host, source, copyTo, start }, io) => {
      // Adopted log shipping is only looked at: its own schedule brings the log, or there is something to mend.
      if (!start)
        throw new Error(
          `no log of ${database} has arrived on ${host}, and adopted log shipping is only looked at. Look at the history of its jobs`,
        );
      const sql = await sqlOn(host, io);
      const copy = async (): Promise<boolean> => {
        for (const { copyJob } of await secondariesOf(sql, database))
          if (copyJob) await runJob(sql, host, copyJob, firstLogSec, io);
        return (await filesOf(sql, copyTo)).some((f) => isLogOf(database, f));
      };
      // What the source has written already may do.
      if (await copy()) return;
      const at = await sqlOn(source, io);
      const backup = backupJobName(database);
      if ((await readJobs(at, [backup])).length === 0)
        throw new Error(
          `${source} has no job "${backup}", so no log of ${database} can come. Have it made there: ${provisionAgain(otherSite(io.to))}. Then run this again`,
        );
      await runJob(at, source, backup, firstLogSec, io);
      await copy();
    },
  }),
];
