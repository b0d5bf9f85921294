import { message, refuse } from "./errors.ts";
import type { SqlInstance } from "./instance.ts";
import { same } from "./log-shipping-primary.ts";
import { agentTables } from "./msdb.ts";
import { addJob, addStep, removeJob } from "./procedures-agent.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import type { SystemRow } from "./system-table.ts";
import { type V, plain } from "./types.ts";

/** Minutes since a time (UTC, as a datetime value); undefined where it never was. */
const minutesSince = (instance: SqlInstance, at: V | undefined): number | undefined =>
  typeof at === "number" ? Math.floor((instance.now() - at) / 60_000) : undefined;

interface Status {
  readonly row: Record<string, V | undefined>;
  readonly alert: ReturnType<typeof message> | undefined;
}
function primaryStatus(instance: SqlInstance, row: SystemRow): Status {
  const since = minutesSince(instance, row["last_backup_date_utc"] ?? undefined);
  const threshold = Number(row["backup_threshold"] ?? 60);
  const isBad = row["threshold_alert_enabled"] === 1 && (since === undefined || since > threshold);
  const alert = isBad
    ? message(
        14420,
        `${plain(row["primary_server"])}.${plain(row["primary_database"])}`,
        threshold,
        since ?? 0,
      )
    : undefined;
  return {
    alert,
    row: {
      status: isBad ? 1 : 0,
      is_primary: 1,
      server: row["primary_server"],
      database_name: row["primary_database"],
      time_since_last_backup: since,
      last_backup_file: row["last_backup_file"],
      backup_threshold: threshold,
      is_backup_alert_enabled: row["threshold_alert_enabled"],
    },
  };
}
function secondaryStatus(instance: SqlInstance, row: SystemRow): Status {
  const restored = minutesSince(instance, row["last_restored_date_utc"] ?? undefined);
  const threshold = Number(row["restore_threshold"] ?? 0);
  const latency = Number(row["last_restored_latency"] ?? 0);
  const isBad =
    row["threshold_alert_enabled"] === 1 &&
    (restored === undefined || restored > threshold || latency > threshold);
  const alert = isBad
    ? message(
        14421,
        `${plain(row["secondary_server"])}.${plain(row["secondary_database"])}`,
        threshold,
        restored ?? 0,
        latency,
      )
    : undefined;
  return {
    alert,
    row: {
      status: isBad ? 1 : 0,
      is_primary: 0,
      server: row["secondary_server"],
      database_name: row["secondary_database"],
      time_since_last_copy: minutesSince(instance, row["last_copied_date_utc"] ?? undefined),
      last_copied_file: row["last_copied_file"],
      time_since_last_restore: restored,
      last_restored_file: row["last_restored_file"],
      last_restored_latency: row["last_restored_latency"],
      restore_threshold: threshold,
      is_restore_alert_enabled: row["threshold_alert_enabled"],
    },
  };
}
function statuses(instance: SqlInstance): Status[] {
  const tables = agentTables(instance);
  return [
    ...tables.monitorPrimary.all().map((row) => primaryStatus(instance, row)),
    ...tables.monitorSecondary.all().map((row) => secondaryStatus(instance, row)),
  ];
}

/** Raises 14420 and 14421 into the error log where thresholds are passed, as the alert job does; gives their texts. */
export async function checkLogShipping(instance: SqlInstance): Promise<readonly string[]> {
  const alerts = statuses(instance).flatMap((status) => (status.alert ? [status.alert] : []));
  for (const alert of alerts)
    instance.log(`Error: ${alert.number}, Severity: ${alert.severity}, State: ${alert.state}. ${alert.text}`);
  await Promise.resolve();
  return alerts.map((alert) => alert.text);
}

/** Both sides' monitoring of log shipping. */
export const monitorProcedures: ProcedureTable = {
  sp_help_log_shipping_monitor: {
    parameters: "@verbose bit = 1",
    run: (call) =>
      call.result(
        "status bit, is_primary bit, server sysname, database_name sysname, time_since_last_backup int, last_backup_file nvarchar(500), backup_threshold int, is_backup_alert_enabled bit, time_since_last_copy int, last_copied_file nvarchar(500), time_since_last_restore int, last_restored_file nvarchar(500), last_restored_latency int, restore_threshold int, is_restore_alert_enabled bit",
        statuses(call.frame.instance).map((status) => status.row),
      ),
  },
  sp_help_log_shipping_monitor_primary: {
    parameters: "@primary_server sysname, @primary_database sysname",
    run: (call) =>
      call.result(
        "primary_id uniqueidentifier, primary_server sysname, primary_database sysname, backup_threshold int, threshold_alert int, threshold_alert_enabled bit, last_backup_file nvarchar(500), last_backup_date datetime, last_backup_date_utc datetime, history_retention_period int",
        agentTables(call.frame.instance).monitorPrimary.filter(
          (row) =>
            same(row, "primary_server", call.text("primary_server")) &&
            same(row, "primary_database", call.text("primary_database")),
        ),
      ),
  },
  sp_help_log_shipping_monitor_secondary: {
    parameters: "@secondary_server sysname, @secondary_database sysname",
    run: (call) =>
      call.result(
        "secondary_server sysname, secondary_database sysname, secondary_id uniqueidentifier, primary_server sysname, primary_database sysname, restore_threshold int, threshold_alert int, threshold_alert_enabled bit, last_copied_file nvarchar(500), last_copied_date datetime, last_copied_date_utc datetime, last_restored_file nvarchar(500), last_restored_date datetime, last_restored_date_utc datetime, last_restored_latency int, history_retention_period int",
        agentTables(call.frame.instance).monitorSecondary.filter(
          (row) =>
            same(row, "secondary_server", call.text("secondary_server")) &&
            same(row, "secondary_database", call.text("secondary_database")),
        ),
      ),
  },
  sp_add_log_shipping_alert_job: {
    parameters: "@alert_job_id uniqueidentifier = NULL OUTPUT",
    run: (call) => {
      const { instance } = call.frame;
      const tables = agentTables(instance);
      const old = tables.alert.all()[0];
      if (old) {
        call.set("alert_job_id", old["alert_job_id"] ?? null);
        return;
      }
      const category = Number(
        tables.categories.find((row) => row["name"] === "Log Shipping")?.["category_id"] ?? 6,
      );
      const job = addJob(instance, { name: `LSAlert_${instance.serverName}`, enabled: 1, category });
      addStep(instance, job, {
        step_name: "Log shipping alert job step.",
        command: "exec sys.sp_check_log_shipping_monitor_alert",
        database_name: "master",
      });
      tables.servers.insert({ job_id: job });
      const schedule = tables.schedules.insert({
        schedule_uid: job,
        name: "Log shipping alert job schedule.",
        owner_sid: Buffer.from([1]),
        enabled: 1,
        freq_type: 4,
        freq_interval: 1,
        freq_subday_type: 4,
        freq_subday_interval: 2,
        freq_relative_interval: 0,
        freq_recurrence_factor: 0,
        active_start_date: 20050101,
        active_end_date: 99991231,
        active_start_time: 0,
        active_end_time: 235900,
      });
      tables.jobSchedules.insert({ schedule_id: schedule, job_id: job });
      tables.alert.insert({ alert_job_id: job });
      instance.agent.arm(job);
      call.set("alert_job_id", job);
    },
  },
  sp_delete_log_shipping_alert_job: {
    parameters: "",
    run: (call) => {
      const tables = agentTables(call.frame.instance);
      for (const row of tables.alert.all()) removeJob(call.frame.instance, plain(row["alert_job_id"]));
      tables.alert.remove(() => true);
    },
  },
  sp_check_log_shipping_monitor_alert: {
    parameters: "",
    run: async (call) => {
      const alerts = statuses(call.frame.instance).flatMap((status) => (status.alert ? [status.alert] : []));
      await checkLogShipping(call.frame.instance);
      for (const alert of alerts) call.frame.emit({ kind: "message", message: alert });
      return alerts.length > 0 ? 1 : 0;
    },
  },
  sp_refresh_log_shipping_monitor: {
    parameters: "@agent_id uniqueidentifier, @agent_type tinyint, @database sysname = NULL, @mode tinyint",
    run: (call) => mustPair(call),
  },
  sp_cleanup_log_shipping_history: {
    parameters: "@agent_id uniqueidentifier, @agent_type tinyint",
    run: (call) => {
      mustPair(call);
      const tables = agentTables(call.frame.instance);
      const limit = call.frame.instance.now() - 1440 * 60_000;
      for (const table of [tables.historyDetail, tables.errorDetail])
        table.remove(
          (row) => row["agent_id"] === call.text("agent_id") && Number(row["log_time_utc"] ?? 0) < limit,
        );
    },
  },
};

/** The agent id must be of a primary (type 0) or of a secondary (1 copy, 2 restore): else 32016. */
function mustPair(call: Call): void {
  const tables = agentTables(call.frame.instance);
  const id = call.text("agent_id");
  const type = call.number("agent_type");
  const isKnown =
    type === 0
      ? tables.primaries.find((row) => row["primary_id"] === id)
      : type === 1 || type === 2
        ? tables.secondaries.find((row) => row["secondary_id"] === id)
        : undefined;
  if (!isKnown) throw refuse(32016, id ?? "", type ?? "");
}
