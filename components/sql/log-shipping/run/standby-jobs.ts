import { runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { differs, intervalDifferences, jobDifferences, samePath, type JobRow } from "../differences.ts";
import { isLogOf, filesOf } from "../look.ts";
import { daily, enableJob, every, jobDetails, setJob, setSchedule } from "../tsql/agent.ts";
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
import { secondariesOf, type SecondaryRow } from "./hold.ts";
import { readJobs, runJob } from "./jobs.ts";
import { scheduleName } from "./source-jobs.ts";

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

/**
 * Whether a declared move holds the restores of a part back: provisioning must not let them go on, else the point
 * before the disaster is passed while people decide.
 */
async function isHeld(part: string, io: Io): Promise<boolean> {
  const last = (await io.journal.entries()).findLast(
    (e) => e.kind === "completed" || ((e.kind === "held" || e.kind === "released") && e.part === part),
  );
  return last?.kind === "held";
}

async function standbyDifferences(
  sql: Sql,
  a: StandbyJobs,
  source: string,
  restores: boolean,
): Promise<readonly string[]> {
  const row = await secondaryOf(sql, a, source);
  if (!row) return [`${a.database} takes no logs from ${source}`];
  const copy = row.copyJob ?? copyJobName(source, a.database);
  const restore = row.restoreJob ?? restoreJobName(source, a.database);
  return [
    ...folderDifferences(row, a),
    ...differs("the time that files are kept", row.keepMin, a.keepMin, row.keepMin === a.keepMin),
    ...differs("the hold", row.holdMin, a.holdMin, row.holdMin === a.holdMin),
    ...differs("the alert for late restores", row.alertMin, a.alertMin, row.alertMin === a.alertMin),
    ...differs("the restore mode", row.restoreMode, 0, row.restoreMode === 0),
    ...jobDifferences(
      { name: copy, isEnabled: true, schedule: every(scheduleName(copy), a.copyEveryMin) },
      await sql.rows<JobRow>(jobDetails(copy)),
    ),
    ...jobDifferences(
      { name: restore, isEnabled: restores, schedule: every(scheduleName(restore), a.everyMin) },
      await sql.rows<JobRow>(jobDetails(restore)),
    ),
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
    const found = await standbyDifferences(await sqlOn(a.host, io), a, source, !held);
    return {
      there: found.length === 0,
      says:
        found.length === 0
          ? `logs of ${a.database} are copied to ${a.host} every ${String(a.copyEveryMin)} minutes and ${held ? "held, since a move is declared" : `restored after ${String(a.holdMin)}`}`
          : `${a.database} on ${a.host}: ${found.join("; ")}`,
      expected: "logs copied on schedule, restored after the hold",
    };
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
    const copy = row?.copyJob ?? copyJobName(source, a.database);
    const restore = row?.restoreJob ?? restoreJobName(source, a.database);
    await sql.run(setSchedule(copy, every(scheduleName(copy), a.copyEveryMin)));
    await sql.run(setSchedule(restore, every(scheduleName(restore), a.everyMin)));
    await sql.run(enableJob(copy, true));
    await sql.run(enableJob(restore, !(await isHeld(a.part, io))));
  },
};

const adopted: Act<StandbyJobs> = {
  check: async (a, io) => {
    const source = await nameOf(a.source, io);
    const sql = await sqlOn(a.host, io);
    const row = await secondaryOf(sql, a, source);
    if (!row)
      throw new Error(
        `${a.host} takes no logs of ${a.database} from ${source}, and manage is "adopt". Set log shipping up there, or write manage: "provision"`,
      );
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

/** The verbs of the standby's side. */
export const standbyRunnables: readonly Runnable[] = [
  runs(standbyJobs, setUp),
  runs(standbyAdopted, adopted),
  runs(copyFullsJob, {
    check: async ({ database, host, backupShare, copyTo }, io) => {
      const sql = await sqlOn(host, io);
      const name = copyFullsJobName(database);
      const found = jobDifferences(
        {
          name,
          isEnabled: true,
          schedule: daily(scheduleName(name), 6),
          command: copyFulls(database, backupShare, copyTo),
        },
        await sql.rows<JobRow>(jobDetails(name)),
      );
      return {
        there: found.length === 0,
        says:
          found.length === 0
            ? `full backups of ${database} are copied to ${host} daily`
            : `${host}: ${found.join("; ")}`,
        expected: "full backups copied on schedule",
      };
    },
    act: async ({ database, host, backupShare, copyTo }, io) => {
      const sql = await sqlOn(host, io);
      const name = copyFullsJobName(database);
      const schedule = daily(scheduleName(name), 6);
      const command = copyFulls(database, backupShare, copyTo);
      await sql.run(makeFolder(copyTo));
      await sql.run(
        setJob({
          name,
          command,
          subsystem: "CmdExec",
          description: `Brings full backups of ${database} to the standby.`,
        }),
      );
      await sql.run(setSchedule(name, schedule));
      await sql.run(enableJob(name, true));
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
        expected: `a log of ${database} from ${source}: run "pulumi up" of its site if it ships none yet, and look at the history of the copy job on ${host}`,
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
      await runJob(await sqlOn(source, io), source, backupJobName(database), firstLogSec, io);
      await copy();
    },
  }),
];
