import { markFields, markMap, rewindAll, type Rewind } from "../../rewind.ts";
import { plain } from "./types.ts";
import { localTimeOf } from "./agent-time.ts";
import { runStep, type StepResult } from "./agent-steps.ts";
import { wallClock } from "./datetimes.ts";
import { Cancelled } from "./errors.ts";
import type { SqlInstance } from "./instance.ts";
import { agentTables } from "./msdb.ts";
import { pause } from "./pause.ts";
import { agentDate, agentTime, nextRun } from "./schedules.ts";
import type { SystemRow } from "./system-table.ts";

interface Running {
  readonly promise: Promise<void>;
  readonly abort: AbortController;
  readonly by: string;
}
/** hhmmss of a duration. */
const durationOf = (ms: number): number => {
  const s = Math.round(ms / 1000);
  return Math.floor(s / 3600) * 10000 + (Math.floor(s / 60) % 60) * 100 + (s % 60);
};

/** SQL Server Agent: runs jobs by their schedules on the lab's clock, and on request. */
export class Agent {
  public isRunning = false;
  private readonly instance: SqlInstance;
  private readonly running = new Map<string, Running>();
  private readonly timers = new Map<string, () => void>();
  private session = 0;

  constructor(instance: SqlInstance) {
    this.instance = instance;
  }
  private get tables(): ReturnType<typeof agentTables> {
    return agentTables(this.instance);
  }

  mark(): Rewind {
    return rewindAll([markFields(this), markMap(this.running), markMap(this.timers)]);
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.session = this.tables.sessions.insert({ agent_start_date: localTimeOf(this.instance) });
    for (const job of this.tables.jobs.all()) this.arm(plain(job["job_id"]));
    await Promise.resolve();
  }
  /** Stops the agent; jobs that run are cancelled and awaited. */
  async stop(): Promise<void> {
    this.isRunning = false;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    for (const running of this.running.values()) running.abort.abort();
    await Promise.all([...this.running.values()].map((running) => running.promise));
  }

  /** Sets the timer of a job anew, after anything about it or its schedules changed. */
  arm(jobId: string): void {
    this.timers.get(jobId)?.();
    this.timers.delete(jobId);
    const job = this.tables.jobs.find((row) => row["job_id"] === jobId);
    const links = this.tables.jobSchedules.filter((row) => row["job_id"] === jobId);
    const now = wallClock(this.instance.timeZone, this.instance.now());
    let next: number | undefined;
    for (const link of links) {
      const schedule = this.tables.schedules.find((row) => row["schedule_id"] === link["schedule_id"]);
      const at = schedule && job?.["enabled"] === 1 ? nextRun(schedule, now) : undefined;
      this.tables.jobSchedules.update(
        (row) => row["job_id"] === jobId && row["schedule_id"] === link["schedule_id"],
        {
          next_run_date: at === undefined ? 0 : agentDate(at),
          next_run_time: at === undefined ? 0 : agentTime(at),
        },
      );
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    if (
      !job ||
      !this.isRunning ||
      next === undefined ||
      !this.tables.servers.find((row) => row["job_id"] === jobId)
    )
      return;
    this.activity(jobId, { next_scheduled_run_date: next });
    const utc = next - (wallClock(this.instance.timeZone, this.instance.now()) - this.instance.now());
    this.timers.set(
      jobId,
      this.instance.clock.at(utc, async () => {
        this.timers.delete(jobId);
        this.arm(jobId);
        if (this.running.has(jobId)) return;
        const schedules = links.map((link) => Number(link["schedule_id"]));
        await this.launch(jobId, `Schedule ${schedules[0] ?? 0}`);
      }),
    );
  }
  forget(jobId: string): void {
    this.timers.get(jobId)?.();
    this.timers.delete(jobId);
    this.running.get(jobId)?.abort.abort();
  }

  isJobRunning(jobId: string): boolean {
    return this.running.has(jobId);
  }
  startedBy(jobId: string): string | undefined {
    return this.running.get(jobId)?.by;
  }
  /** Starts a job; gives a promise of its end. */
  launch(jobId: string, by: string, stepName?: string): Promise<void> {
    const abort = new AbortController();
    const startMs = this.instance.now();
    this.activity(jobId, {
      run_requested_date: localTimeOf(this.instance),
      run_requested_source: by.startsWith("Schedule") ? "1" : "4",
      start_execution_date: localTimeOf(this.instance),
      stop_execution_date: null,
      last_executed_step_id: null,
      job_history_id: null,
    });
    const promise = this.runJob(jobId, by, abort.signal, startMs, stepName).finally(() => {
      this.running.delete(jobId);
      this.instance.onChange();
    });
    this.running.set(jobId, { promise, abort, by });
    this.instance.onChange();
    return promise;
  }
  cancel(jobId: string): void {
    this.running.get(jobId)?.abort.abort();
  }
  /** Resolves when the job does not run (any more). */
  async whenIdle(jobId: string): Promise<void> {
    await this.running.get(jobId)?.promise;
  }

  private activity(jobId: string, changes: Readonly<Record<string, string | number | null>>): void {
    const mine = (row: SystemRow): boolean => row["job_id"] === jobId && row["session_id"] === this.session;
    if (this.tables.activity.update(mine, changes) === 0)
      this.tables.activity.insert({ session_id: this.session, job_id: jobId, ...changes });
  }

  private async runJob(
    jobId: string,
    by: string,
    signal: AbortSignal,
    startMs: number,
    stepName: string | undefined,
  ): Promise<void> {
    const job = this.tables.jobs.find((row) => row["job_id"] === jobId);
    const steps = this.tables.steps
      .filter((row) => row["job_id"] === jobId)
      .toSorted((a, b) => Number(a["step_id"]) - Number(b["step_id"]));
    let at =
      stepName === undefined
        ? steps.findIndex((step) => step["step_id"] === job?.["start_step_id"])
        : steps.findIndex((step) => step["step_name"] === stepName);
    let isGood = true;
    let last: SystemRow | undefined;
    let isCancelled = false;
    for (let guard = 0; at >= 0 && at < steps.length && guard < 100; guard++) {
      const step = steps[at];
      if (!step) break;
      last = step;
      const result = await this.attempt(step, jobId, signal);
      if (result === "cancelled") {
        isCancelled = true;
        break;
      }
      isGood = result.isGood;
      const action = Number(step[isGood ? "on_success_action" : "on_fail_action"]);
      if (action === 1 || action === 2) {
        isGood = action === 1;
        break;
      }
      at =
        action === 3
          ? at + 1
          : steps.findIndex(
              (other) => other["step_id"] === step[isGood ? "on_success_step_id" : "on_fail_step_id"],
            );
    }
    this.conclude(
      jobId,
      by,
      startMs,
      steps.length === 0 ? undefined : last,
      isCancelled ? 3 : isGood ? 1 : 0,
    );
  }

  private async attempt(
    step: SystemRow,
    jobId: string,
    signal: AbortSignal,
  ): Promise<StepResult | "cancelled"> {
    const tries = Number(step["retry_attempts"] ?? 0) + 1;
    let result: StepResult = { isGood: false, message: "", number: 0, severity: 0 };
    for (let round = 1; round <= tries; round++) {
      const startMs = this.instance.now();
      let isCancelled = false;
      try {
        await pause(this.instance.speed.jobStepMs, signal);
        result = await runStep(this.instance, step, signal);
      } catch (error) {
        if (!(error instanceof Cancelled))
          result = {
            isGood: false,
            message: error instanceof Error ? error.message : String(error),
            number: 0,
            severity: 0,
          };
        else isCancelled = true;
      }
      isCancelled ||= signal.aborted;
      const status = isCancelled ? 3 : result.isGood ? 1 : round < tries ? 2 : 0;
      const wall = wallClock(this.instance.timeZone, startMs);
      const user = `Executed as user: ${this.instance.identity.name}\\SQLSERVERAGENT. `;
      const tail = isCancelled
        ? "The step was cancelled (stopped) as the result of a stop job request."
        : `${result.message}${result.isGood ? "  The step succeeded." : "  The step failed."}`;
      const run = {
        run_date: agentDate(wall),
        run_time: agentTime(wall),
        run_duration: durationOf(this.instance.now() - startMs),
      };
      this.tables.history.insert({
        job_id: jobId,
        step_id: step["step_id"],
        step_name: step["step_name"],
        sql_message_id: result.number,
        sql_severity: result.severity,
        message: (user + tail).slice(0, 4000),
        run_status: status,
        ...run,
        retries_attempted: round - 1,
        server: this.instance.serverName,
      });
      this.tables.steps.update((row) => row["job_id"] === jobId && row["step_id"] === step["step_id"], {
        last_run_outcome: status,
        last_run_date: run.run_date,
        last_run_time: run.run_time,
        last_run_duration: run.run_duration,
        last_run_retries: round - 1,
      });
      this.activity(jobId, {
        last_executed_step_id: Number(step["step_id"]),
        last_executed_step_date: localTimeOf(this.instance),
      });
      if (isCancelled) return "cancelled";
      if (result.isGood) break;
    }
    return result;
  }

  private conclude(
    jobId: string,
    by: string,
    startMs: number,
    last: SystemRow | undefined,
    status: 0 | 1 | 3,
  ): void {
    const ending = {
      0: "The job failed.",
      1: "The job succeeded.",
      3: "The job was stopped prior to completion by a stop request.",
    }[status];
    const invoked = by.startsWith("Schedule")
      ? `The Job was invoked by ${by} ().`
      : `The Job was invoked by User ${by}.`;
    const message = `${ending}  ${invoked}  The last step to run was step ${Number(last?.["step_id"] ?? 0)} (${plain(last?.["step_name"] ?? "")}).`;
    const wall = wallClock(this.instance.timeZone, startMs);
    const run = {
      run_date: agentDate(wall),
      run_time: agentTime(wall),
      run_duration: durationOf(this.instance.now() - startMs),
    };
    const id = this.tables.history.insert({
      job_id: jobId,
      step_id: 0,
      step_name: "(Job outcome)",
      sql_message_id: 0,
      sql_severity: 0,
      message,
      run_status: status,
      ...run,
      server: this.instance.serverName,
    });
    this.tables.servers.update((row) => row["job_id"] === jobId, {
      last_run_outcome: status,
      last_outcome_message: message,
      last_run_date: run.run_date,
      last_run_time: run.run_time,
      last_run_duration: run.run_duration,
    });
    this.activity(jobId, { stop_execution_date: localTimeOf(this.instance), job_history_id: id });
  }
}
