import { plain } from "./types.ts";
import { refuse } from "./errors.ts";
import type { SqlInstance } from "./instance.ts";
import { agentTables, newGuid } from "./msdb.ts";
import { addJob, addStep, removeJob } from "./procedures-agent.ts";
import type { Call, ProcedureTable } from "./procedures.ts";
import type { SystemRow } from "./system-table.ts";

export const same = (row: SystemRow, name: string, value: string | undefined): boolean =>
  plain(row[name] ?? "").toLowerCase() === (value ?? "").toLowerCase();
const agentProgram = (instance: SqlInstance): string =>
  `"C:\\Program Files\\Microsoft SQL Server\\${instance.version.major * 10}\\Tools\\Binn\\sqllogship.exe"`;

/** A job of log shipping: disabled, with one step that runs the agent program. A job of that name that is not of log shipping is 32022. */
export function addShippingJob(
  instance: SqlInstance,
  name: string,
  step: string,
  argument: string,
  id: string,
): string {
  const tables = agentTables(instance);
  const category = Number(
    tables.categories.find((row) => row["name"] === "Log Shipping")?.["category_id"] ?? 6,
  );
  const found = tables.jobs.find((row) => same(row, "name", name));
  if (found && found["category_id"] !== category) throw refuse(32022, name);
  if (found) removeJob(instance, plain(found["job_id"]));
  const job = addJob(instance, {
    name,
    enabled: 0,
    category,
    description: `Log shipping ${step.toLowerCase()} job for ${instance.serverName}`,
  });
  addStep(instance, job, {
    step_name: step,
    subsystem: "CMDEXEC",
    command: `${agentProgram(instance)} -${argument} ${id} -server ${instance.serverName}`,
    on_success_action: 1,
    on_fail_action: 2,
  });
  tables.servers.insert({ job_id: job });
  return job;
}
export function mustSupport(call: Call): void {
  if (call.frame.instance.edition.startsWith("Express")) throw refuse(32017, call.frame.instance.edition);
  if (!call.frame.session.isSysadmin) throw refuse(15247);
}
export function primaryOf(call: Call, database: string): SystemRow {
  const found = agentTables(call.frame.instance).primaries.find((row) =>
    same(row, "primary_database", database),
  );
  if (!found) throw refuse(32010, database);
  return found;
}
const monitor =
  "@monitor_server sysname = NULL, @monitor_server_security_mode bit = NULL, @monitor_server_login sysname = NULL, @monitor_server_password sysname = NULL";

/** The primary's procedures of log shipping (master.dbo). */
export const primaryProcedures: ProcedureTable = {
  sp_add_log_shipping_primary_database: {
    parameters: `@database sysname, @backup_directory nvarchar(500), @backup_share nvarchar(500), @backup_job_name sysname = NULL, @backup_retention_period int = 1440, ${monitor}, @backup_threshold int = 60, @threshold_alert int = 14420, @threshold_alert_enabled bit = 1, @history_retention_period int = 1440, @backup_job_id uniqueidentifier = NULL OUTPUT, @primary_id uniqueidentifier = NULL OUTPUT, @overwrite bit = 0, @ignoreremotemonitor bit = 0, @backup_compression tinyint = 2, @primary_server_with_port_override sysname = NULL`,
    run: (call) => {
      mustSupport(call);
      const { instance } = call.frame;
      const name = call.mustText("database");
      const database = instance.database(name);
      if (database?.state !== "ONLINE" || database.isInStandby) throw refuse(32007, name);
      if (database.settings.recoveryModel === "SIMPLE") throw refuse(32015, name);
      const tables = agentTables(instance);
      const old = tables.primaries.find((row) => same(row, "primary_database", name));
      if (old && call.number("overwrite") !== 1) throw refuse(32009, name);
      if (old) removePrimary(instance, old);
      const id = newGuid();
      const job = addShippingJob(
        instance,
        call.text("backup_job_name") ?? `LSBackup_${name}`,
        "Log shipping backup log job step.",
        "Backup",
        id,
      );
      tables.primaries.insert({
        primary_id: id,
        primary_database: database.name,
        backup_directory: call.mustText("backup_directory"),
        backup_share: call.mustText("backup_share"),
        backup_retention_period: call.number("backup_retention_period"),
        backup_job_id: job,
        monitor_server: call.text("monitor_server") ?? instance.serverName,
        user_specified_monitor: call.text("monitor_server") === undefined ? 0 : 1,
        monitor_server_security_mode: call.number("monitor_server_security_mode") ?? 1,
        backup_compression: call.number("backup_compression"),
      });
      tables.monitorPrimary.insert({
        primary_id: id,
        primary_server: instance.serverName,
        primary_database: database.name,
        backup_threshold: call.number("backup_threshold"),
        threshold_alert: call.number("threshold_alert"),
        threshold_alert_enabled: call.number("threshold_alert_enabled"),
        history_retention_period: call.number("history_retention_period"),
      });
      call.set("backup_job_id", job);
      call.set("primary_id", id);
    },
  },
  sp_change_log_shipping_primary_database: {
    parameters: `@database sysname, @backup_directory nvarchar(500) = NULL, @backup_share nvarchar(500) = NULL, @backup_retention_period int = NULL, ${monitor}, @backup_threshold int = NULL, @threshold_alert int = NULL, @threshold_alert_enabled bit = NULL, @history_retention_period int = NULL, @backup_compression tinyint = NULL`,
    run: (call) => {
      mustSupport(call);
      const tables = agentTables(call.frame.instance);
      const primary = primaryOf(call, call.mustText("database"));
      const mine = (row: SystemRow): boolean => row["primary_id"] === primary["primary_id"];
      tables.primaries.update(mine, {
        backup_directory: call.text("backup_directory"),
        backup_share: call.text("backup_share"),
        backup_retention_period: call.number("backup_retention_period"),
        backup_compression: call.number("backup_compression"),
      });
      tables.monitorPrimary.update(mine, {
        backup_threshold: call.number("backup_threshold"),
        threshold_alert: call.number("threshold_alert"),
        threshold_alert_enabled: call.number("threshold_alert_enabled"),
        history_retention_period: call.number("history_retention_period"),
      });
    },
  },
  sp_delete_log_shipping_primary_database: {
    parameters: "@database sysname, @ignoreremotemonitor bit = 0",
    run: (call) => {
      mustSupport(call);
      const name = call.mustText("database");
      const primary = primaryOf(call, name);
      if (
        agentTables(call.frame.instance).primarySecondaries.find(
          (row) => row["primary_id"] === primary["primary_id"],
        )
      )
        throw refuse(32011, name);
      removePrimary(call.frame.instance, primary);
    },
  },
  sp_add_log_shipping_primary_secondary: {
    parameters:
      "@primary_database sysname, @secondary_server sysname, @secondary_database sysname, @overwrite bit = 0",
    run: (call) => {
      mustSupport(call);
      const { primarySecondaries } = agentTables(call.frame.instance);
      const primary = primaryOf(call, call.mustText("primary_database"));
      const [server, database] = [call.mustText("secondary_server"), call.mustText("secondary_database")];
      const mine = (row: SystemRow): boolean =>
        row["primary_id"] === primary["primary_id"] &&
        same(row, "secondary_server", server) &&
        same(row, "secondary_database", database);
      if (primarySecondaries.find(mine)) {
        if (call.number("overwrite") === 1) return;
        throw refuse(32012, server, database, call.mustText("primary_database"));
      }
      primarySecondaries.insert({
        primary_id: primary["primary_id"],
        secondary_server: server,
        secondary_database: database,
      });
    },
  },
  sp_delete_log_shipping_primary_secondary: {
    parameters: "@primary_database sysname, @secondary_server sysname, @secondary_database sysname",
    run: (call) => {
      mustSupport(call);
      const primary = primaryOf(call, call.mustText("primary_database"));
      const removed = agentTables(call.frame.instance).primarySecondaries.remove(
        (row) =>
          row["primary_id"] === primary["primary_id"] &&
          same(row, "secondary_server", call.text("secondary_server")) &&
          same(row, "secondary_database", call.text("secondary_database")),
      );
      if (removed === 0) throw refuse(32014, call.mustText("secondary_database"));
    },
  },
  sp_help_log_shipping_primary_database: {
    parameters: "@database sysname = NULL, @primary_id uniqueidentifier = NULL",
    run: (call) => {
      const tables = agentTables(call.frame.instance);
      const found = tables.primaries.filter(
        (row) =>
          (call.text("database") === undefined || same(row, "primary_database", call.text("database"))) &&
          (call.text("primary_id") === undefined || row["primary_id"] === call.text("primary_id")),
      );
      if (
        found.length === 0 &&
        (call.text("database") !== undefined || call.text("primary_id") !== undefined)
      )
        throw refuse(32010, call.text("database") ?? "");
      call.result(
        "primary_id uniqueidentifier, primary_database sysname, backup_directory nvarchar(500), backup_share nvarchar(500), backup_retention_period int, backup_compression tinyint, backup_job_id uniqueidentifier, monitor_server sysname, monitor_server_security_mode bit, backup_threshold int, threshold_alert int, threshold_alert_enabled bit, last_backup_file nvarchar(500), last_backup_date datetime, last_backup_date_utc datetime, history_retention_period int",
        found.map((row) => ({
          ...tables.monitorPrimary.find((m) => m["primary_id"] === row["primary_id"]),
          ...row,
        })),
      );
    },
  },
  sp_help_log_shipping_primary_secondary: {
    parameters: "@primary_database sysname",
    run: (call) => {
      const primary = primaryOf(call, call.mustText("primary_database"));
      call.result(
        "primary_id uniqueidentifier, secondary_server sysname, secondary_database sysname",
        agentTables(call.frame.instance).primarySecondaries.filter(
          (row) => row["primary_id"] === primary["primary_id"],
        ),
      );
    },
  },
};

function removePrimary(instance: SqlInstance, primary: SystemRow): void {
  const tables = agentTables(instance);
  const mine = (row: SystemRow): boolean => row["primary_id"] === primary["primary_id"];
  removeJob(instance, plain(primary["backup_job_id"]));
  tables.primaries.remove(mine);
  tables.monitorPrimary.remove(mine);
}
