import { plain } from "./types.ts";
import { localTimeOf } from "./agent-time.ts";
import { refuse } from "./errors.ts";
import { agentTables, newGuid } from "./msdb.ts";
import { jobOf } from "./procedures-agent.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import { agentDate } from "./schedules.ts";
import type { SystemRow } from "./system-table.ts";

const timing =
  "@enabled tinyint = 1, @freq_type int = 1, @freq_interval int = 0, @freq_subday_type int = 0, @freq_subday_interval int = 0, @freq_relative_interval int = 0, @freq_recurrence_factor int = 0, @active_start_date int = NULL, @active_end_date int = 99991231, @active_start_time int = 0, @active_end_time int = 235959";
const timingColumns = [
  "enabled",
  "freq_type",
  "freq_interval",
  "freq_subday_type",
  "freq_subday_interval",
  "freq_relative_interval",
  "freq_recurrence_factor",
  "active_start_date",
  "active_end_date",
  "active_start_time",
  "active_end_time",
] as const;
const optional = timing.replace(/= \S+?(?=,|$)/g, "= NULL");

function addSchedule(call: Call, name: string): number {
  const { instance, session } = call.frame;
  if (![1, 4, 8, 16, 32, 64, 128].includes(call.number("freq_type") ?? 1))
    throw refuse(14266, "@freq_type", "0x1, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80");
  const now = localTimeOf(instance);
  const values = Object.fromEntries(timingColumns.map((column) => [column, call.number(column) ?? null]));
  return agentTables(instance).schedules.insert({
    ...values,
    schedule_uid: newGuid(),
    name,
    owner_sid: session.principal.sid,
    active_start_date: call.number("active_start_date") ?? agentDate(now),
    date_created: now,
    date_modified: now,
  });
}
function scheduleOf(call: Call): SystemRow {
  const { schedules } = agentTables(call.frame.instance);
  const [id, name] = [call.number("schedule_id"), call.text("schedule_name") ?? call.text("name")];
  const found = schedules.find((row) =>
    id === undefined ? plain(row["name"]).toLowerCase() === name?.toLowerCase() : row["schedule_id"] === id,
  );
  if (!found)
    throw id === undefined ? refuse(14262, "@schedule_name", name ?? "") : refuse(14262, "@schedule_id", id);
  return found;
}
function armAll(call: Call, schedule: SystemRow): void {
  const { instance } = call.frame;
  for (const link of agentTables(instance).jobSchedules.filter(
    (row) => row["schedule_id"] === schedule["schedule_id"],
  ))
    instance.agent.arm(plain(link["job_id"]));
}
function change(call: Call, schedule: SystemRow): void {
  const { instance } = call.frame;
  const values = Object.fromEntries(timingColumns.map((column) => [column, call.number(column)]));
  agentTables(instance).schedules.update((row) => row["schedule_id"] === schedule["schedule_id"], {
    ...values,
    name: call.text("new_name"),
    date_modified: localTimeOf(instance),
    version_number: Number(schedule["version_number"] ?? 1) + 1,
  });
  armAll(call, schedule);
}

/** msdb's procedures for schedules. */
export const scheduleProcedures: ProcedureTable = {
  sp_add_schedule: {
    parameters: `@schedule_name sysname, ${timing}, @owner_login_name sysname = NULL, @schedule_uid uniqueidentifier = NULL OUTPUT, @schedule_id int = NULL OUTPUT, @originating_server sysname = NULL`,
    run: (call) => {
      const id = addSchedule(call, call.mustText("schedule_name"));
      call.set("schedule_id", id);
      call.set(
        "schedule_uid",
        agentTables(call.frame.instance).schedules.find((row) => row["schedule_id"] === id)?.[
          "schedule_uid"
        ] ?? null,
      );
    },
  },
  sp_attach_schedule: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @schedule_id int = NULL, @schedule_name sysname = NULL, @automatic_post bit = 1",
    run: (call) => {
      const [job, schedule] = [jobOf(call), scheduleOf(call)];
      const { jobSchedules } = agentTables(call.frame.instance);
      const isThere = jobSchedules.find(
        (row) => row["job_id"] === job["job_id"] && row["schedule_id"] === schedule["schedule_id"],
      );
      if (!isThere) jobSchedules.insert({ schedule_id: schedule["schedule_id"], job_id: job["job_id"] });
      call.frame.instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_detach_schedule: {
    parameters:
      "@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @schedule_id int = NULL, @schedule_name sysname = NULL, @delete_unused_schedule bit = 0, @automatic_post bit = 1",
    run: (call) => {
      const [job, schedule] = [jobOf(call), scheduleOf(call)];
      const { jobSchedules, schedules } = agentTables(call.frame.instance);
      const removed = jobSchedules.remove(
        (row) => row["job_id"] === job["job_id"] && row["schedule_id"] === schedule["schedule_id"],
      );
      if (removed === 0) throw refuse(14374);
      if (
        call.number("delete_unused_schedule") === 1 &&
        !jobSchedules.find((row) => row["schedule_id"] === schedule["schedule_id"])
      )
        schedules.remove((row) => row["schedule_id"] === schedule["schedule_id"]);
      call.frame.instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_add_jobschedule: {
    parameters: `@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @name sysname = NULL, ${timing}, @schedule_id int = NULL OUTPUT, @automatic_post bit = 1, @schedule_uid uniqueidentifier = NULL OUTPUT`,
    run: (call) => {
      const job = jobOf(call);
      const id = addSchedule(call, call.mustText("name"));
      agentTables(call.frame.instance).jobSchedules.insert({ schedule_id: id, job_id: job["job_id"] });
      call.set("schedule_id", id);
      call.frame.instance.agent.arm(plain(job["job_id"]));
    },
  },
  sp_update_schedule: {
    parameters: `@schedule_id int = NULL, @name sysname = NULL, @new_name sysname = NULL, ${optional}, @owner_login_name sysname = NULL, @automatic_post bit = 1`,
    run: (call) => change(call, scheduleOf(call)),
  },
  sp_update_jobschedule: {
    parameters: `@job_id uniqueidentifier = NULL, @job_name sysname = NULL, @name sysname, @new_name sysname = NULL, ${optional}, @automatic_post bit = 1`,
    run: (call) => {
      const job = jobOf(call);
      const { jobSchedules, schedules } = agentTables(call.frame.instance);
      const ids = new Set(
        jobSchedules.filter((row) => row["job_id"] === job["job_id"]).map((row) => row["schedule_id"]),
      );
      const schedule = schedules.find(
        (row) =>
          ids.has(row["schedule_id"]) &&
          plain(row["name"]).toLowerCase() === call.text("name")?.toLowerCase(),
      );
      if (!schedule) throw refuse(14262, "@name", call.text("name") ?? "");
      change(call, schedule);
    },
  },
  sp_delete_schedule: {
    parameters:
      "@schedule_id int = NULL, @schedule_name sysname = NULL, @force_delete bit = 0, @automatic_post bit = 1",
    run: (call) => {
      const schedule = scheduleOf(call);
      const { jobSchedules, schedules } = agentTables(call.frame.instance);
      const links = jobSchedules.filter((row) => row["schedule_id"] === schedule["schedule_id"]);
      if (links.length > 0 && call.number("force_delete") !== 1) throw refuse(14372);
      jobSchedules.remove((row) => row["schedule_id"] === schedule["schedule_id"]);
      schedules.remove((row) => row["schedule_id"] === schedule["schedule_id"]);
      for (const link of links) call.frame.instance.agent.arm(plain(link["job_id"]));
    },
  },
};
