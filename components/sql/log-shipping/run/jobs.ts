import type { Io } from "../../../../steps/act.ts";
import { poll } from "../../../../steps/poll.ts";
import { SqlError, type Sql } from "../../../../steps/transports/sql.ts";
import { enableJob, jobOutcome, jobStates, startJob } from "../tsql/agent.ts";

/** A job of SQL Server Agent as it is now. */
export interface JobState {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly isRunning: boolean;
  /** Number of its last finished run in the history; 0 where there is none. */
  readonly lastRun: number;
}

/** Milliseconds between two looks at a job that runs. */
const everyMs = 300;

/** The jobs of these names that exist. */
export async function readJobs(sql: Sql, names: readonly string[]): Promise<readonly JobState[]> {
  if (names.length === 0) return [];
  const rows = await sql.rows<{ name: string; enabled: number; running: number; lastRun: number | null }>(
    jobStates(names),
  );
  return rows.map((r) => ({
    name: r.name,
    isEnabled: r.enabled === 1,
    isRunning: r.running === 1,
    lastRun: r.lastRun ?? 0,
  }));
}

export const jobSays = ({ name, isEnabled, isRunning }: JobState): string =>
  `"${name}" is ${isEnabled ? "enabled" : "disabled"}${isRunning ? " and running" : ""}`;

/** Disables jobs and waits until those that run have ended by themselves. */
export async function quietJobs(sql: Sql, names: readonly string[], limitSec: number, io: Io): Promise<void> {
  for (const job of await readJobs(sql, names)) if (job.isEnabled) await sql.run(enableJob(job.name, false));
  await poll(
    async () => {
      const running = (await readJobs(sql, names)).filter((j) => j.isRunning);
      if (running.length > 0) io.say(`waiting for ${running.map((j) => `"${j.name}"`).join(", ")} to end`);
      return running;
    },
    (running) => running.length === 0,
    { signal: io.signal, limitSec, everyMs },
  );
}

/** Runs a job to its end; one that runs already is waited for first, since it may have begun too early. Throws where it fails. */
export async function runJob(sql: Sql, host: string, name: string, limitSec: number, io: Io): Promise<void> {
  const idle = await settled(sql, name, limitSec, io);
  if (!idle) throw new Error(`${host} has no job "${name}". Look at SQL Server Agent there`);
  if (idle.isRunning)
    throw new Error(`${host}: the job "${name}" has run for ${String(limitSec)} s. Look at its history`);
  io.say(`running "${name}" on ${host}`);
  try {
    await sql.run(startJob(name));
  } catch (error) {
    // 22022: Agent runs it already, by its own schedule; that run began after the look above.
    if (!(error instanceof SqlError && error.has(22022))) throw error;
  }
  const ended = await poll(
    async () => (await readJobs(sql, [name]))[0],
    (job) => job !== undefined && !job.isRunning && job.lastRun > idle.lastRun,
    { signal: io.signal, limitSec, everyMs },
  );
  if (!ended || ended.isRunning || ended.lastRun <= idle.lastRun)
    throw new Error(`${host}: the job "${name}" has not ended in ${String(limitSec)} s. Look at its history`);
  const outcome = await lastOutcome(sql, name);
  if (outcome?.isWell === true) return;
  throw new Error(`${host}: the job "${name}" failed: ${outcome?.says ?? "no message"}`);
}

/** How the last run that has ended went, and what its step said; undefined where its history has none. */
export async function lastOutcome(
  sql: Sql,
  name: string,
): Promise<{ readonly isWell: boolean; readonly says: string } | undefined> {
  const rows = await sql.rows<{ run: number; step: number; status: number; message: string }>(
    jobOutcome(name),
  );
  const end = rows.findIndex((s) => s.step === 0);
  const outcome = rows[end];
  if (!outcome) return undefined;
  // The newest first: what stands before it is of a run that goes on.
  const said = rows.slice(end + 1).find((s) => s.step > 0)?.message ?? outcome.message;
  return { isWell: outcome.status === 1, says: said.trim() };
}

const settled = (sql: Sql, name: string, limitSec: number, io: Io): Promise<JobState | undefined> =>
  poll(
    async () => (await readJobs(sql, [name]))[0],
    (job) => !job?.isRunning,
    { signal: io.signal, limitSec, everyMs },
  );
