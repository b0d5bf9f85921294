import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { hold, release, retireJobs } from "../verbs.ts";
import { enableJob } from "../tsql/agent.ts";
import {
  backupJobName,
  primaryConfig,
  secondaryConfig,
  weeklyFullJobName,
  copyAwayJobName,
  copyFullsJobName,
} from "../tsql/shipping.ts";
import { jobSays, quietJobs, readJobs } from "./jobs.ts";

/** How SQL Server's tables describe a standby of a database. */
export interface SecondaryRow {
  readonly source: string;
  readonly backupShare: string;
  readonly copyTo: string;
  readonly keepMin: number;
  readonly holdMin: number;
  readonly restoreMode: number;
  readonly disconnectUsers: number;
  readonly alertMin: number | null;
  readonly copyJob: string | null;
  readonly restoreJob: string | null;
  readonly lastCopied: string | null;
  readonly lastRestored: string | null;
}

export const secondariesOf = (sql: Sql, database: string): Promise<readonly SecondaryRow[]> =>
  sql.rows<SecondaryRow>(secondaryConfig(database));

const restoreJobs = async (sql: Sql, database: string): Promise<readonly string[]> =>
  (await secondariesOf(sql, database)).flatMap((row) => row.restoreJob ?? []);

/** The verbs that stop and start what SQL Server Agent does by itself. */
export const holdRunnables: readonly Runnable[] = [
  runs(hold, {
    check: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await readJobs(sql, await restoreJobs(sql, database));
      return {
        there: jobs.every((j) => !j.isEnabled && !j.isRunning),
        says:
          jobs.length === 0
            ? `${host} has no restore job for ${database}`
            : `${jobs.map(jobSays).join(", ")} on ${host}`,
        expected: "no restore job enabled or running",
      };
    },
    act: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await restoreJobs(sql, database);
      await io.mayStillAct();
      await quietJobs(sql, jobs, 2 * 3600, io);
    },
  }),
  runs(release, {
    check: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await readJobs(sql, await restoreJobs(sql, database));
      return {
        there: jobs.every((j) => j.isEnabled),
        says: `${jobs.map(jobSays).join(", ") || `no restore job for ${database}`} on ${host}`,
        expected: "its restore job enabled",
      };
    },
    act: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await restoreJobs(sql, database);
      await io.mayStillAct();
      for (const name of jobs) await sql.run(enableJob(name, true));
    },
  }),
  runs(retireJobs, {
    check: async ({ database, host, role }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await readJobs(sql, await jobsOfRole(sql, database, role));
      return {
        there: jobs.every((j) => !j.isEnabled && !j.isRunning),
        says: `${jobs.map(jobSays).join(", ") || `no jobs of a ${role} for ${database}`} on ${host}`,
        expected: `no job of a ${role} enabled`,
      };
    },
    act: async ({ database, host, role }, io) => {
      const sql = await sqlOn(host, io);
      const jobs = await jobsOfRole(sql, database, role);
      await io.mayStillAct();
      await quietJobs(sql, jobs, 300, io);
    },
  }),
];

/** The jobs that a server runs for a database as a source, or as a standby. */
export async function jobsOfRole(
  sql: Sql,
  database: string,
  role: "source" | "standby",
): Promise<readonly string[]> {
  if (role === "standby")
    return [
      ...(await secondariesOf(sql, database)).flatMap((row) =>
        [row.copyJob ?? [], row.restoreJob ?? []].flat(),
      ),
      copyFullsJobName(database),
    ];
  const [row] = await sql.rows<{ job: string | null }>(primaryConfig(database));
  return [row?.job ?? backupJobName(database), weeklyFullJobName(database), copyAwayJobName(database)];
}
