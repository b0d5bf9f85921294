import { plain } from "./types.ts";
import { refuse } from "./errors.ts";
import { addShippingJob, mustSupport, same } from "./log-shipping-primary.ts";
import { agentTables, newGuid } from "./msdb.ts";
import { removeJob } from "./procedures-agent.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import type { SystemRow } from "./system-table.ts";

const monitor =
  "@monitor_server sysname = NULL, @monitor_server_security_mode bit = NULL, @monitor_server_login sysname = NULL, @monitor_server_password sysname = NULL";
function secondaryOf(call: Call): SystemRow | undefined {
  return agentTables(call.frame.instance).secondaries.find(
    (row) =>
      same(row, "primary_server", call.text("primary_server")) &&
      same(row, "primary_database", call.text("primary_database")),
  );
}
function databaseOf(call: Call): SystemRow {
  const name = call.mustText("secondary_database");
  const found = agentTables(call.frame.instance).secondaryDatabases.find((row) =>
    same(row, "secondary_database", name),
  );
  if (!found) throw refuse(32014, name);
  return found;
}
const restoreColumns = [
  "restore_delay",
  "restore_all",
  "restore_mode",
  "disconnect_users",
  "block_size",
  "buffer_count",
  "max_transfer_size",
] as const;
const monitorColumns = [
  "restore_threshold",
  "threshold_alert",
  "threshold_alert_enabled",
  "history_retention_period",
] as const;
const pick = (call: Call, names: readonly string[]): Record<string, number | undefined> =>
  Object.fromEntries(names.map((name) => [name, call.number(name)]));

/** The secondary's procedures of log shipping (master.dbo). */
export const secondaryProcedures: ProcedureTable = {
  sp_add_log_shipping_secondary_primary: {
    parameters: `@primary_server sysname, @primary_database sysname, @backup_source_directory nvarchar(500), @backup_destination_directory nvarchar(500), @copy_job_name sysname, @restore_job_name sysname, @file_retention_period int = 14420, ${monitor}, @copy_job_id uniqueidentifier = NULL OUTPUT, @restore_job_id uniqueidentifier = NULL OUTPUT, @secondary_id uniqueidentifier = NULL OUTPUT, @overwrite bit = 0, @ignoreremotemonitor bit = 0, @primary_server_with_port_override sysname = NULL`,
    run: (call) => {
      mustSupport(call);
      const { instance } = call.frame;
      const tables = agentTables(instance);
      const [server, database] = [call.mustText("primary_server"), call.mustText("primary_database")];
      const old = secondaryOf(call);
      if (old && call.number("overwrite") !== 1) throw refuse(32024, server, database);
      const id = old ? plain(old["secondary_id"]) : newGuid();
      const copy = addShippingJob(
        instance,
        call.mustText("copy_job_name"),
        "Log shipping copy job step.",
        "Copy",
        id,
      );
      const restore = addShippingJob(
        instance,
        call.mustText("restore_job_name"),
        "Log shipping restore log job step.",
        "Restore",
        id,
      );
      tables.secondaries.remove((row) => row["secondary_id"] === id);
      tables.secondaries.insert({
        secondary_id: id,
        primary_server: server,
        primary_database: database,
        backup_source_directory: call.mustText("backup_source_directory"),
        backup_destination_directory: call.mustText("backup_destination_directory"),
        file_retention_period: call.number("file_retention_period"),
        copy_job_id: copy,
        restore_job_id: restore,
        monitor_server: call.text("monitor_server") ?? instance.serverName,
        monitor_server_security_mode: call.number("monitor_server_security_mode") ?? 1,
        user_specified_monitor: call.text("monitor_server") === undefined ? 0 : 1,
      });
      call.set("copy_job_id", copy);
      call.set("restore_job_id", restore);
      call.set("secondary_id", id);
    },
  },
  sp_change_log_shipping_secondary_primary: {
    parameters: `@primary_server sysname, @primary_database sysname, @backup_source_directory nvarchar(500) = NULL, @backup_destination_directory nvarchar(500) = NULL, @file_retention_period int = NULL, ${monitor}`,
    run: (call) => {
      mustSupport(call);
      const found = secondaryOf(call);
      if (!found) throw refuse(32023, call.mustText("primary_server"), call.mustText("primary_database"));
      agentTables(call.frame.instance).secondaries.update(
        (row) => row["secondary_id"] === found["secondary_id"],
        {
          backup_source_directory: call.text("backup_source_directory"),
          backup_destination_directory: call.text("backup_destination_directory"),
          file_retention_period: call.number("file_retention_period"),
        },
      );
    },
  },
  sp_delete_log_shipping_secondary_primary: {
    parameters: "@primary_server sysname, @primary_database sysname",
    run: (call) => {
      mustSupport(call);
      const { instance } = call.frame;
      const tables = agentTables(instance);
      const found = secondaryOf(call);
      if (!found) throw refuse(32023, call.mustText("primary_server"), call.mustText("primary_database"));
      if (tables.secondaryDatabases.find((row) => row["secondary_id"] === found["secondary_id"]))
        throw refuse(32025, call.mustText("primary_server"), call.mustText("primary_database"));
      removeJob(instance, plain(found["copy_job_id"]));
      removeJob(instance, plain(found["restore_job_id"]));
      tables.secondaries.remove((row) => row["secondary_id"] === found["secondary_id"]);
    },
  },
  sp_add_log_shipping_secondary_database: {
    parameters:
      "@secondary_database sysname, @primary_server sysname, @primary_database sysname, @restore_delay int = 0, @restore_all bit = 1, @restore_mode bit = 0, @disconnect_users bit = 0, @block_size int = -1, @buffer_count int = -1, @max_transfer_size int = -1, @restore_threshold int, @threshold_alert int = 14421, @threshold_alert_enabled bit = 1, @history_retention_period int = 14420, @overwrite bit = 0, @ignoreremotemonitor bit = 0",
    run: (call) => {
      mustSupport(call);
      const { instance } = call.frame;
      const tables = agentTables(instance);
      const secondary = secondaryOf(call);
      if (!secondary) throw refuse(32023, call.mustText("primary_server"), call.mustText("primary_database"));
      const name = call.mustText("secondary_database");
      const mine = (row: SystemRow): boolean => same(row, "secondary_database", name);
      if (tables.secondaryDatabases.find(mine)) {
        if (call.number("overwrite") !== 1) throw refuse(32013, name);
        tables.secondaryDatabases.remove(mine);
        tables.monitorSecondary.remove(mine);
      }
      tables.secondaryDatabases.insert({
        secondary_database: name,
        secondary_id: secondary["secondary_id"],
        ...pick(call, restoreColumns),
      });
      tables.monitorSecondary.insert({
        secondary_server: instance.serverName,
        secondary_database: name,
        secondary_id: secondary["secondary_id"],
        primary_server: secondary["primary_server"],
        primary_database: secondary["primary_database"],
        ...pick(call, monitorColumns),
      });
    },
  },
  sp_change_log_shipping_secondary_database: {
    parameters:
      "@secondary_database sysname, @restore_delay int = NULL, @restore_all bit = NULL, @restore_mode bit = NULL, @disconnect_users bit = NULL, @block_size int = NULL, @buffer_count int = NULL, @max_transfer_size int = NULL, @restore_threshold int = NULL, @threshold_alert int = NULL, @threshold_alert_enabled bit = NULL, @history_retention_period int = NULL, @ignoreremotemonitor bit = 0",
    run: (call) => {
      mustSupport(call);
      const found = databaseOf(call);
      const tables = agentTables(call.frame.instance);
      const mine = (row: SystemRow): boolean => row["secondary_database"] === found["secondary_database"];
      tables.secondaryDatabases.update(mine, pick(call, restoreColumns));
      tables.monitorSecondary.update(mine, pick(call, monitorColumns));
    },
  },
  sp_delete_log_shipping_secondary_database: {
    parameters: "@secondary_database sysname, @ignoreremotemonitor bit = 0",
    run: (call) => {
      mustSupport(call);
      const { instance } = call.frame;
      const found = databaseOf(call);
      const tables = agentTables(instance);
      const mine = (row: SystemRow): boolean => row["secondary_database"] === found["secondary_database"];
      tables.secondaryDatabases.remove(mine);
      tables.monitorSecondary.remove(mine);
      // The last database of a primary takes the primary's entry and its jobs with it.
      const id = found["secondary_id"];
      if (tables.secondaryDatabases.find((row) => row["secondary_id"] === id)) return;
      const secondary = tables.secondaries.find((row) => row["secondary_id"] === id);
      if (!secondary) return;
      removeJob(instance, plain(secondary["copy_job_id"]));
      removeJob(instance, plain(secondary["restore_job_id"]));
      tables.secondaries.remove((row) => row["secondary_id"] === id);
    },
  },
  sp_help_log_shipping_secondary_primary: {
    parameters: "@primary_server sysname, @primary_database sysname",
    run: (call) => {
      const found = secondaryOf(call);
      if (!found) throw refuse(32023, call.mustText("primary_server"), call.mustText("primary_database"));
      call.result(
        "secondary_id uniqueidentifier, primary_server sysname, primary_database sysname, backup_source_directory nvarchar(500), backup_destination_directory nvarchar(500), file_retention_period int, copy_job_id uniqueidentifier, restore_job_id uniqueidentifier, monitor_server sysname, monitor_server_security_mode bit",
        [found],
      );
    },
  },
  sp_help_log_shipping_secondary_database: {
    parameters: "@secondary_database sysname = NULL, @secondary_id uniqueidentifier = NULL",
    run: (call) => {
      const tables = agentTables(call.frame.instance);
      const rows = tables.secondaryDatabases.filter(
        (row) =>
          (call.text("secondary_database") === undefined ||
            same(row, "secondary_database", call.text("secondary_database"))) &&
          (call.text("secondary_id") === undefined || row["secondary_id"] === call.text("secondary_id")),
      );
      if (rows.length === 0 && call.text("secondary_database") !== undefined)
        throw refuse(32014, call.mustText("secondary_database"));
      call.result(
        "secondary_id uniqueidentifier, primary_server sysname, primary_database sysname, backup_source_directory nvarchar(500), backup_destination_directory nvarchar(500), file_retention_period int, copy_job_id uniqueidentifier, restore_job_id uniqueidentifier, monitor_server sysname, monitor_server_security_mode bit, secondary_database sysname, restore_delay int, restore_all bit, restore_mode bit, disconnect_users bit, block_size int, buffer_count int, max_transfer_size int, restore_threshold int, threshold_alert int, threshold_alert_enabled bit, last_copied_file nvarchar(500), last_copied_date datetime, last_copied_date_utc datetime, last_restored_file nvarchar(500), last_restored_date datetime, last_restored_date_utc datetime, history_retention_period int, last_restored_latency int",
        rows.map((row) => ({
          ...tables.monitorSecondary.find((m) => m["secondary_database"] === row["secondary_database"]),
          ...tables.secondaries.find((s) => s["secondary_id"] === row["secondary_id"]),
          ...row,
        })),
      );
    },
  },
};
