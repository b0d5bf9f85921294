import { localTimeOf } from "./agent-time.ts";
import { refuse } from "./errors.ts";
import type { SqlInstance } from "./instance.ts";
import { agentTables, newGuid } from "./msdb.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import type { SystemRow } from "./system-table.ts";
import { type V, plain } from "./types.ts";

/** The job that @job_id or @job_name means; 14294 without either, 14262 where there is none. */
export function jobOf(call: Call): SystemRow {
  const { jobs } = agentTables(call.frame.instance);
  const [id, name] = [call.text("job_id"), call.text("job_name")];
  if (id === undefined && name === undefined) throw refuse(14294, "@job_id", "@job_name");
  const found = jobs.find((row) =>
    id === undefined ? plain(row["name"]).toLowerCase() === name?.toLowerCase() : row["job_id"] === id,
  );
  if (!found) throw id === undefined ? refuse(14262, "@job_name", name ?? "") : refuse(14262, "@job_id", id);
  return found;
}
/** A job of the server's own making (log shipping) or of sp_add_job. */
export function addJob(
  instance: SqlInstance,
  job: {
    readonly name: string;
    readonly enabled: number;
    readonly description?: string | undefined;
    readonly category?: number;
    readonly owner?: Buffer;
    readonly startStep?: number;
  },
): string {
  const id = newGuid();
  const now = localTimeOf(instance);
  agentTables(instance).jobs.insert({
    job_id: id,
    name: job.name,
    enabled: job.enabled,
    description: job.description ?? "No description available.",
    category_id: job.category ?? 0,
    owner_sid: job.owner ?? Buffer.from([1]),
    date_created: now,
    date_modified: now,
    start_step_id: job.startStep ?? 1,
  });
  return id;
}
export function addStep(
  instance: SqlInstance,
  jobId: string,
  step: Readonly<Record<string, V | undefined>>,
): number {
  const { steps } = agentTables(instance);
  const next =
    Math.max(0, ...steps.filter((row) => row["job_id"] === jobId).map((row) => Number(row["step_id"]))) + 1;
  const id = Number(step["step_id"] ?? next);
  steps.insert({ subsystem: "TSQL", ...step, job_id: jobId, step_id: id, step_uid: newGuid() });
  return id;
}
export function removeJob(instance: SqlInstance, jobId: string): void {
  const { jobs, steps, servers, jobSchedules, schedules, activity, history } = agentTables(instance);
  instance.agent.forget(jobId);
  const links = jobSchedules.filter((row) => row["job_id"] === jobId).map((row) => row["schedule_id"]);
  for (const table of [jobs, steps, servers, jobSchedules, activity, history])
    table.remove((row) => row["job_id"] === jobId);
  for (const schedule of links)
    if (schedule !== undefined && !jobSchedules.find((row) => row["schedule_id"] === schedule))
      schedules.remove((row) => row["schedule_id"] === schedule);
}
function categoryOf(call: Call): number | undefined {
  const name = call.text("category_name");
  if (name === undefined) return undefined;
  const found = agentTables(call.frame.instance).categories.find(
    (row) => plain(row["name"]).toLowerCase() === name.toLowerCase(),
  );
  if (!found) throw refuse(14234, "@category_name", "sp_help_category");
  return Number(found["category_id"]);
}
function ownerOf(call: Call): Buffer | undefined {
  const name = call.text("owner_login_name");
  if (name === undefined) return undefined;
  const found = call.frame.instance.principals.login(name);
  if (!found) throw refuse(14234, "@owner_login_name", "sp_helplogins [excluding Windows NT groups]");
  return found.sid;
}

const stepParameters = `@step_name sysname = NULL, @subsystem nvarchar(40) = NULL, @command nvarchar(max) = NULL, @additional_parameters nvarchar(max) = NULL, @cmdexec_success_code int = NULL, @on_success_action tinyint = NULL, @on_success_step_id int = NULL, @on_fail_action tinyint = NULL, @on_fail_step_id int = NULL, @server sysname = NULL, @database_name sysname = NULL, @database_user_name sysname = NULL, @retry_attempts int = NULL, @retry_interval int = NULL, @os_run_priority int = NULL, @output_file_name nvarchar(200) = NULL, @flags int = NULL, @proxy_id int = NULL, @proxy_name sysname = NULL`;
const stepColumns = [
  "step_name",
  "subsystem",
  "command",
  "additional_parameters",
  "cmdexec_success_code",
  "on_success_action",
  "on_success_step_id",
  "on_fail_action",
  "on_fail_step_id",
  "server",
  "database_name",
  "database_user_name",
  "retry_attempts",
  "retry_interval",
  "os_run_priority",
  "output_file_name",
  "flags",
  "proxy_id",
];
function stepValues(call: Call): Record<string, V | undefined> {
  return Object.fromEntries(
    stepColumns.flatMap((name) =>
      call.has(name) && call.value(name) !== null ? [[name, call.value(name)]] : [],
    ),
  );
}
const subsystems =
  /^(TSQL|CMDEXEC|POWERSHELL|ACTIVESCRIPTING|SSIS|SNAPSHOT|LOGREADER|DISTRIBUTION|MERGE|QUEUEREADER|ANALYSISQUERY|ANALYSISCOMMAND)$/i;

/** msdb's procedures for jobs and their steps. */
export const agentProcedures: ProcedureTable = {
  sp_add_job: {
    parameters:
      "@job_name sysname, @enabled tinyint = 1, @description nvarchar(512) = NULL, @start_step_id int = 1, @category_name sysname = NULL, @category_id int = NULL, @owner_login_name sysname = NULL, @notify_level_eventlog int = 2, @notify_level_email int = 0, @notify_level_netsend int = 0, @notify_level_page int = 0, @notify_email_operator_name sysname = NULL, @notify_netsend_operator_name sysname = NULL, @notify_page_operator_name sysname = NULL, @delete_level int = 0, @job_id uniqueidentifier = NULL OUTPUT, @originating_server sysname = NULL",
    run: (call) => {
      const { instance, session } = call.frame;
      const name = call.mustText("job_name");
      if (agentTables(instance).jobs.find((row) => plain(row["name"]).toLowerCase() === name.toLowerCase()))
        throw refuse(14261, "@job_name", name);
      const id = addJob(instance, {
        name,
        enabled: call.number("enabled") ?? 1,
        description: call.text("description"),
        category: categoryOf(call) ?? call.number("category_id") ?? 0,
        owner: ownerOf(call) ?? session.principal.sid,
        startStep: call.number("start_step_id") ?? 1,
      });
      call.set("job_id", id);
    },
  },
  sp_update_job: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @new_name sysname = NULL, @enabled tinyint = NULL, @description nvarchar(512) = NULL, @start_step_id int = NULL, @category_name sysname = NULL, @owner_login_name sysname = NULL, @notify_level_eventlog int = NULL, @notify_level_email int = NULL, @notify_level_netsend int = NULL, @notify_level_page int = NULL, @notify_email_operator_name sysname = NULL, @delete_level int = NULL, @automatic_post bit = 1",
    run: (call) => {
      const { instance } = call.frame;
      const { jobs } = agentTables(instance);
      const job = jobOf(call);
      const rename = call.text("new_name");
      if (
        rename !== undefined &&
        jobs.find(
          (row) =>
            plain(row["name"]).toLowerCase() === rename.toLowerCase() && row["job_id"] !== job["job_id"],
        )
      )
        throw refuse(14261, "@new_name", rename);
      jobs.update((row) => row["job_id"] === job["job_id"], {
        name: rename,
        enabled: call.number("enabled"),
        description: call.text("description"),
        start_step_id: call.number("start_step_id"),
        category_id: categoryOf(call),
        owner_sid: ownerOf(call),
        date_modified: localTimeOf(instance),
        version_number: Number(job["version_number"] ?? 1) + 1,
      });
      instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_delete_job: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @originating_server sysname = NULL, @delete_history bit = 1, @delete_unused_schedule bit = 1",
    run: (call) => removeJob(call.frame.instance, plain(jobOf(call)["job_id"])),
  },
  sp_add_jobstep: {
    parameters: `@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @step_id int = NULL, ${stepParameters}, @step_uid uniqueidentifier = NULL OUTPUT`,
    run: (call) => {
      const { instance } = call.frame;
      const job = jobOf(call);
      const name = call.mustText("step_name");
      const subsystem = call.text("subsystem") ?? "TSQL";
      if (!subsystems.test(subsystem)) throw refuse(14234, "@subsystem", "sp_enum_sqlagent_subsystems");
      const { steps } = agentTables(instance);
      if (
        steps.find(
          (row) =>
            row["job_id"] === job["job_id"] && plain(row["step_name"]).toLowerCase() === name.toLowerCase(),
        )
      )
        throw refuse(14261, "@step_name", name);
      const id = call.number("step_id");
      const same = (row: SystemRow): boolean => row["job_id"] === job["job_id"];
      if (id !== undefined)
        for (const row of steps
          .filter((r) => same(r) && Number(r["step_id"]) >= id)
          .toSorted((a, b) => Number(b["step_id"]) - Number(a["step_id"])))
          steps.update((r) => same(r) && r["step_id"] === row["step_id"], {
            step_id: Number(row["step_id"]) + 1,
          });
      addStep(instance, plain(job["job_id"]), {
        ...stepValues(call),
        subsystem: subsystem.toUpperCase() === "TSQL" ? "TSQL" : subsystem,
        step_id: id,
        database_name: call.text("database_name") ?? (subsystem.toUpperCase() === "TSQL" ? "master" : null),
      });
    },
  },
  sp_update_jobstep: {
    parameters: `@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @step_id int, ${stepParameters}`,
    run: (call) => {
      const job = jobOf(call);
      const changed = agentTables(call.frame.instance).steps.update(
        (row) => row["job_id"] === job["job_id"] && row["step_id"] === call.number("step_id"),
        stepValues(call),
      );
      if (changed === 0) throw refuse(14262, "@step_id", call.number("step_id") ?? 0);
    },
  },
  sp_delete_jobstep: {
    parameters: "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @step_id int",
    run: (call) => {
      const job = jobOf(call);
      const id = call.number("step_id") ?? 0;
      const { steps } = agentTables(call.frame.instance);
      const removed = steps.remove(
        (row) => row["job_id"] === job["job_id"] && (id === 0 || row["step_id"] === id),
      );
      if (removed === 0 && id !== 0) throw refuse(14262, "@step_id", id);
      if (id !== 0)
        for (const row of steps.filter((r) => r["job_id"] === job["job_id"] && Number(r["step_id"]) > id))
          steps.update((r) => r["step_uid"] === row["step_uid"], { step_id: Number(row["step_id"]) - 1 });
    },
  },
  sp_add_jobserver: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @server_name sysname = NULL, @automatic_post bit = 1",
    run: (call) => {
      const { instance } = call.frame;
      const job = jobOf(call);
      const { servers } = agentTables(instance);
      const name = call.text("server_name") ?? "(LOCAL)";
      if (name.toUpperCase() !== "(LOCAL)" && name.toUpperCase() !== instance.serverName.toUpperCase())
        throw refuse(14262, "@server_name", name);
      if (servers.find((row) => row["job_id"] === job["job_id"]))
        throw refuse(14263, name, plain(job["name"]));
      servers.insert({ job_id: job["job_id"] });
      instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_delete_jobserver: {
    parameters: "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @server_name sysname = NULL",
    run: (call) => {
      const job = jobOf(call);
      agentTables(call.frame.instance).servers.remove((row) => row["job_id"] === job["job_id"]);
      call.frame.instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_add_category: {
    parameters: "@class varchar(8) = 'JOB', @type varchar(12) = 'LOCAL', @name sysname = NULL",
    run: (call) => {
      const { categories } = agentTables(call.frame.instance);
      const name = call.mustText("name");
      if (categories.find((row) => plain(row["name"]).toLowerCase() === name.toLowerCase()))
        throw refuse(14261, "@name", name);
      categories.insert({ category_class: 1, category_type: 1, name });
    },
  },
};
