import { plain } from "./types.ts";
import { refuseWith, type SqlError } from "./errors.ts";
import { agentTables } from "./msdb.ts";
import { jobOf } from "./procedures-agent.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import type { SystemRow } from "./system-table.ts";

/** 22022: what Agent says when it refuses a request. */
function refused(text: string): SqlError {
  return refuseWith({
    number: 22022,
    severity: 16,
    state: 1,
    line: 1,
    text: `SQLServerAgent Error: ${text}`,
  });
}
function mustRun(call: Call): void {
  if (!call.frame.instance.agent.isRunning)
    throw refuseWith({
      number: 22022,
      severity: 16,
      state: 1,
      line: 1,
      text: "SQLServerAgent is not currently running so it cannot be notified of this action.",
    });
}

/** sp_help_job's row of a job. */
function jobRow(call: Call, job: SystemRow): Record<string, SystemRow[string] | undefined> {
  const { instance } = call.frame;
  const { servers, jobSchedules, steps, categories } = agentTables(instance);
  const mine = (row: SystemRow): boolean => row["job_id"] === job["job_id"];
  const server = servers.find(mine);
  const schedule = jobSchedules.find(mine);
  const isRunning = instance.agent.isJobRunning(plain(job["job_id"]));
  return {
    ...job,
    originating_server: instance.serverName,
    category:
      categories.find((row) => row["category_id"] === job["category_id"])?.["name"] ??
      "[Uncategorized (Local)]",
    owner: instance.principals.bySid(job["owner_sid"] as Buffer)?.name ?? null,
    last_run_date: server?.["last_run_date"] ?? 0,
    last_run_time: server?.["last_run_time"] ?? 0,
    last_run_outcome: server?.["last_run_outcome"] ?? 5,
    next_run_date: schedule?.["next_run_date"] ?? 0,
    next_run_time: schedule?.["next_run_time"] ?? 0,
    next_run_schedule_id: schedule?.["schedule_id"] ?? 0,
    current_execution_status: isRunning ? 1 : 4,
    current_execution_step: "0 (unknown)",
    current_retry_attempt: 0,
    has_step: steps.filter(mine).length,
    has_schedule: jobSchedules.filter(mine).length,
    has_target: server ? 1 : 0,
    type: server ? 1 : 0,
  };
}
const jobColumns =
  "job_id uniqueidentifier, originating_server nvarchar(30), name sysname, enabled tinyint, description nvarchar(512), start_step_id int, category sysname, owner sysname, notify_level_eventlog int, notify_level_email int, notify_level_netsend int, notify_level_page int, delete_level int, date_created datetime, date_modified datetime, version_number int, last_run_date int, last_run_time int, last_run_outcome int, next_run_date int, next_run_time int, next_run_schedule_id int, current_execution_status int, current_execution_step sysname, current_retry_attempt int, has_step int, has_schedule int, has_target int, type int";

/** sp_start_job, sp_stop_job and what shows how jobs are. */
export const jobControlProcedures: ProcedureTable = {
  sp_start_job: {
    parameters:
      "@job_name sysname = NULL, @job_id uniqueidentifier = NULL, @error_flag int = 1, @server_name sysname = NULL, @step_name sysname = NULL, @output_flag int = 1",
    run: (call) => {
      const job = jobOf(call);
      mustRun(call);
      const { agent } = call.frame.instance;
      const id = plain(job["job_id"]);
      const user = call.frame.session.principal.name;
      const by = agent.startedBy(id);
      if (by !== undefined)
        throw refused(
          `Request to run job ${plain(job["name"])} (from User ${user}) refused because the job is already running from a request by ${by.startsWith("Schedule") ? by : `User ${by}`}.`,
        );
      if (!agentTables(call.frame.instance).steps.find((row) => row["job_id"] === id))
        throw refused(
          `Request to run job ${plain(job["name"])} (from User ${user}) refused because the job has no steps.`,
        );
      void agent.launch(id, user, call.text("step_name"));
      if (call.number("output_flag") === 1)
        call.frame.emit({
          kind: "message",
          message: {
            number: 14243,
            severity: 0,
            state: 1,
            line: 1,
            text: `Job '${plain(job["name"])}' started successfully.`,
          },
        });
    },
  },
  sp_stop_job: {
    parameters:
      "@job_name sysname = NULL, @job_id uniqueidentifier = NULL, @originating_server sysname = NULL, @server_name sysname = NULL",
    run: (call) => {
      const job = jobOf(call);
      mustRun(call);
      const { agent } = call.frame.instance;
      const id = plain(job["job_id"]);
      if (!agent.isJobRunning(id))
        throw refused(
          `Request to stop job ${plain(job["name"])} (from User ${call.frame.session.principal.name}) refused because the job is not currently running.`,
        );
      agent.cancel(id);
      call.frame.emit({
        kind: "message",
        message: {
          number: 14254,
          severity: 0,
          state: 1,
          line: 1,
          text: `Job '${plain(job["name"])}' stopped successfully.`,
        },
      });
    },
  },
  sp_help_job: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @job_aspect varchar(9) = NULL, @job_type varchar(12) = NULL, @owner_login_name sysname = NULL, @subsystem nvarchar(40) = NULL, @category_name sysname = NULL, @enabled tinyint = NULL, @execution_status int = NULL, @date_comparator char(1) = NULL, @date_created datetime = NULL, @date_last_modified datetime = NULL, @description nvarchar(512) = NULL",
    run: (call) => {
      const isOne = call.text("job_id") !== undefined || call.text("job_name") !== undefined;
      const jobs = isOne ? [jobOf(call)] : agentTables(call.frame.instance).jobs.all();
      call.result(
        jobColumns,
        jobs
          .map((job) => jobRow(call, job))
          .filter(
            (row) =>
              call.number("execution_status") === undefined ||
              row["current_execution_status"] === call.number("execution_status"),
          ),
      );
    },
  },
  sp_help_jobactivity: {
    parameters: "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @session_id int = NULL",
    run: (call) => {
      const tables = agentTables(call.frame.instance);
      const job =
        call.text("job_id") === undefined && call.text("job_name") === undefined ? undefined : jobOf(call);
      const session =
        call.number("session_id") ??
        Math.max(0, ...tables.sessions.all().map((row) => Number(row["session_id"])));
      const rows = tables.activity.filter(
        (row) => row["session_id"] === session && (!job || row["job_id"] === job["job_id"]),
      );
      call.result(
        "session_id int, job_id uniqueidentifier, job_name sysname, run_requested_date datetime, run_requested_source sysname, start_execution_date datetime, last_executed_step_id int, stop_execution_date datetime, next_scheduled_run_date datetime, job_history_id int, message nvarchar(1024), run_status int",
        rows.map((row) => {
          const history = tables.history.find((h) => h["instance_id"] === row["job_history_id"]);
          return {
            ...row,
            job_name: tables.jobs.find((j) => j["job_id"] === row["job_id"])?.["name"],
            message: history?.["message"],
            run_status: history?.["run_status"],
          };
        }),
      );
    },
  },
  sp_help_jobhistory: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @step_id int = NULL, @sql_message_id int = NULL, @sql_severity int = NULL, @start_run_date int = NULL, @end_run_date int = NULL, @start_run_time int = NULL, @end_run_time int = NULL, @minimum_run_duration int = NULL, @run_status int = NULL, @minimum_retries int = NULL, @oldest_first int = 0, @server sysname = NULL, @mode varchar(7) = 'SUMMARY'",
    run: (call) => {
      const tables = agentTables(call.frame.instance);
      const job =
        call.text("job_id") === undefined && call.text("job_name") === undefined ? undefined : jobOf(call);
      const rows = tables.history.filter(
        (row) =>
          (!job || row["job_id"] === job["job_id"]) &&
          (call.number("step_id") === undefined ? true : row["step_id"] === call.number("step_id")) &&
          (call.number("run_status") === undefined || row["run_status"] === call.number("run_status")),
      );
      const sorted = call.number("oldest_first") === 1 ? rows : rows.toReversed();
      call.result(
        "instance_id int, job_id uniqueidentifier, job_name sysname, step_id int, step_name sysname, sql_message_id int, sql_severity int, message nvarchar(4000), run_status int, run_date int, run_time int, run_duration int, retries_attempted int, server sysname",
        sorted.map((row) => ({
          ...row,
          job_name: tables.jobs.find((j) => j["job_id"] === row["job_id"])?.["name"],
        })),
      );
    },
  },
  sp_help_jobstep: {
    parameters: "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @step_id int = NULL",
    run: (call) => {
      const job = jobOf(call);
      const rows = agentTables(call.frame.instance).steps.filter(
        (row) =>
          row["job_id"] === job["job_id"] &&
          (call.number("step_id") === undefined || row["step_id"] === call.number("step_id")),
      );
      call.result(
        "step_id int, step_name sysname, subsystem nvarchar(40), command nvarchar(max), flags int, cmdexec_success_code int, on_success_action tinyint, on_success_step_id int, on_fail_action tinyint, on_fail_step_id int, server sysname, database_name sysname, retry_attempts int, retry_interval int, output_file_name nvarchar(200), last_run_outcome int, last_run_duration int, last_run_date int, last_run_time int",
        rows,
      );
    },
  },
};
