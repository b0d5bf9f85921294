import type { Found } from "../../../../steps/act.ts";
import type { Sql } from "../../../../steps/transports/sql.ts";
import { jobDifferences, type JobRow, type WantedJob } from "../differences.ts";
import { enableJob, jobDetails, setSchedule } from "../tsql/agent.ts";

/** Schedules that this library makes are named after it, and told apart from those of others by that. */
export const scheduleName = (job: string): string => `parallel-standby ${job}`;

/** What a look at settings found: that nothing differs, as `well` says, or all that does. `where` begins that sentence. */
export const asWanted = (
  differences: readonly string[],
  { well, where, expected }: { readonly well: string; readonly where: string; readonly expected: string },
): Found => ({
  there: differences.length === 0,
  says: differences.length === 0 ? well : `${where}: ${differences.join("; ")}`,
  expected,
});

/** The same for log shipping that others have set up: it is never changed, so that what differs is an error. */
export function asAdopted(differences: readonly string[], database: string, host: string): Found {
  if (differences.length > 0)
    throw new Error(
      `log shipping of ${database} on ${host} is not what the estate says: ${differences.join("; ")}. Write what it is, or change it there`,
    );
  return {
    there: true,
    says: `log shipping of ${database} on ${host} is what the estate says`,
    expected: "log shipping as the estate says",
  };
}

/** The error for a database that is to be adopted and takes no part in log shipping on that side. */
export const notAdopted = (says: string): Error =>
  new Error(`${says}, and manage is "adopt". Set log shipping up there, or write manage: "provision"`);

/** Where jobs are not as they are wanted. */
export async function jobsDiffer(sql: Sql, jobs: readonly WantedJob[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const job of jobs) found.push(...jobDifferences(job, await sql.rows<JobRow>(jobDetails(job.name))));
  return found;
}

/** Gives jobs of log shipping their schedules, then enables or disables them: one that runs before all is set would run with half of it. */
export async function scheduleJobs(sql: Sql, jobs: readonly WantedJob[]): Promise<void> {
  for (const { name, schedule } of jobs) await sql.run(setSchedule(name, schedule));
  for (const { name, isEnabled } of jobs) await sql.run(enableJob(name, isEnabled));
}
