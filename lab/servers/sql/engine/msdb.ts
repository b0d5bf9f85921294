import { randomUUID } from "node:crypto";
import type { TableDefinition } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import type { SqlInstance } from "./instance.ts";
import { parseTableDefinition } from "./parse-definitions.ts";
import { SystemTable } from "./system-table.ts";

/** msdb's tables: backup history, Agent, log shipping; columns as SQL Server has them. */
const tables: Readonly<Record<string, string>> = {
  backupset:
    "backup_set_id int IDENTITY PRIMARY KEY, backup_set_uuid uniqueidentifier, media_set_id int, first_family_number tinyint, first_media_number smallint, last_family_number tinyint, last_media_number smallint, position int, expiration_date datetime, software_vendor_id int, name nvarchar(128), description nvarchar(255), user_name nvarchar(128), software_major_version tinyint, software_minor_version tinyint, software_build_version smallint, time_zone smallint, first_lsn numeric(25,0), last_lsn numeric(25,0), checkpoint_lsn numeric(25,0), database_backup_lsn numeric(25,0), database_creation_date datetime, backup_start_date datetime, backup_finish_date datetime, type char(1), compatibility_level tinyint, database_version int, backup_size numeric(20,0), database_name nvarchar(128), server_name nvarchar(128), machine_name nvarchar(128), collation_name nvarchar(128), is_password_protected bit, recovery_model nvarchar(60), has_bulk_logged_data bit, is_snapshot bit, is_readonly bit, is_single_user bit, has_backup_checksums bit, is_damaged bit, begins_log_chain bit, has_incomplete_metadata bit, is_force_offline bit, is_copy_only bit, first_recovery_fork_guid uniqueidentifier, last_recovery_fork_guid uniqueidentifier, fork_point_lsn numeric(25,0), database_guid uniqueidentifier, family_guid uniqueidentifier, differential_base_lsn numeric(25,0), differential_base_guid uniqueidentifier, compressed_backup_size numeric(20,0), key_algorithm nvarchar(32), encryptor_thumbprint varbinary(20), encryptor_type nvarchar(32)",
  backupmediaset:
    "media_set_id int IDENTITY PRIMARY KEY, media_uuid uniqueidentifier, media_family_count tinyint, name nvarchar(128), description nvarchar(255), software_name nvarchar(128), software_vendor_id int, MTF_major_version tinyint, mirror_count tinyint, is_password_protected bit, is_compressed bit, is_encrypted bit",
  backupmediafamily:
    "media_set_id int, family_sequence_number tinyint, media_family_id uniqueidentifier, media_count int, logical_device_name nvarchar(128), physical_device_name nvarchar(260), device_type tinyint, physical_block_size int, mirror tinyint",
  backupfile:
    "backup_set_id int, first_family_number tinyint, first_media_number smallint, filegroup_name nvarchar(128), page_size int, file_number numeric(10,0), backed_up_page_count numeric(10,0), file_type char(1), source_file_block_size numeric(10,0), file_size numeric(20,0), logical_name nvarchar(128), physical_drive nvarchar(260), physical_name nvarchar(260), state tinyint, state_desc nvarchar(64)",
  restorehistory:
    "restore_history_id int IDENTITY PRIMARY KEY, restore_date datetime, destination_database_name nvarchar(128), user_name nvarchar(128), backup_set_id int, restore_type char(1), replace bit, recovery bit, restart bit, stop_at datetime, device_count tinyint, stop_at_mark_name nvarchar(128), stop_before bit",
  restorefile:
    "restore_history_id int, file_number numeric(10,0), destination_phys_drive nvarchar(260), destination_phys_name nvarchar(260)",
  logmarkhistory:
    "database_name nvarchar(128), mark_name nvarchar(128), description nvarchar(255), user_name nvarchar(128), lsn numeric(25,0), mark_time datetime",
  sysjobs:
    "job_id uniqueidentifier PRIMARY KEY, originating_server_id int DEFAULT 0, name sysname, enabled tinyint DEFAULT 1, description nvarchar(512), start_step_id int DEFAULT 1, category_id int DEFAULT 0, owner_sid varbinary(85), notify_level_eventlog int DEFAULT 0, notify_level_email int DEFAULT 0, notify_level_netsend int DEFAULT 0, notify_level_page int DEFAULT 0, notify_email_operator_id int DEFAULT 0, notify_netsend_operator_id int DEFAULT 0, notify_page_operator_id int DEFAULT 0, delete_level int DEFAULT 0, date_created datetime, date_modified datetime, version_number int DEFAULT 1",
  sysjobsteps:
    "job_id uniqueidentifier, step_id int, step_name sysname, subsystem nvarchar(40), command nvarchar(max), flags int DEFAULT 0, additional_parameters nvarchar(max), cmdexec_success_code int DEFAULT 0, on_success_action tinyint DEFAULT 1, on_success_step_id int DEFAULT 0, on_fail_action tinyint DEFAULT 2, on_fail_step_id int DEFAULT 0, server sysname NULL, database_name sysname NULL, database_user_name sysname NULL, retry_attempts int DEFAULT 0, retry_interval int DEFAULT 0, os_run_priority int DEFAULT 0, output_file_name nvarchar(200), last_run_outcome int DEFAULT 0, last_run_duration int DEFAULT 0, last_run_retries int DEFAULT 0, last_run_date int DEFAULT 0, last_run_time int DEFAULT 0, proxy_id int, step_uid uniqueidentifier",
  sysjobservers:
    "job_id uniqueidentifier, server_id int DEFAULT 0, last_run_outcome tinyint DEFAULT 5, last_outcome_message nvarchar(4000), last_run_date int DEFAULT 0, last_run_time int DEFAULT 0, last_run_duration int DEFAULT 0",
  sysjobschedules:
    "schedule_id int, job_id uniqueidentifier, next_run_date int DEFAULT 0, next_run_time int DEFAULT 0",
  sysschedules:
    "schedule_id int IDENTITY PRIMARY KEY, schedule_uid uniqueidentifier, originating_server_id int DEFAULT 0, name sysname, owner_sid varbinary(85), enabled int DEFAULT 1, freq_type int, freq_interval int, freq_subday_type int, freq_subday_interval int, freq_relative_interval int, freq_recurrence_factor int, active_start_date int, active_end_date int, active_start_time int, active_end_time int, date_created datetime, date_modified datetime, version_number int DEFAULT 1",
  sysjobactivity:
    "session_id int, job_id uniqueidentifier, run_requested_date datetime, run_requested_source sysname NULL, queued_date datetime, start_execution_date datetime, last_executed_step_id int, last_executed_step_date datetime, stop_execution_date datetime, job_history_id int, next_scheduled_run_date datetime",
  sysjobhistory:
    "instance_id int IDENTITY PRIMARY KEY, job_id uniqueidentifier, step_id int, step_name sysname, sql_message_id int, sql_severity int, message nvarchar(4000), run_status int, run_date int, run_time int, run_duration int, operator_id_emailed int DEFAULT 0, operator_id_netsent int DEFAULT 0, operator_id_paged int DEFAULT 0, retries_attempted int DEFAULT 0, server sysname",
  syssessions: "session_id int IDENTITY PRIMARY KEY, agent_start_date datetime",
  syscategories:
    "category_id int IDENTITY PRIMARY KEY, category_class int, category_type tinyint, name sysname",
  sysoperators:
    "id int IDENTITY PRIMARY KEY, name sysname, enabled tinyint DEFAULT 1, email_address nvarchar(100)",
  sysalerts:
    "id int IDENTITY PRIMARY KEY, name sysname, event_source nvarchar(100), message_id int DEFAULT 0, severity int DEFAULT 0, enabled tinyint DEFAULT 1, job_id uniqueidentifier",
  sysproxies:
    "proxy_id int IDENTITY PRIMARY KEY, name sysname, credential_id int, enabled tinyint DEFAULT 1, description nvarchar(512)",
  log_shipping_primary_databases:
    "primary_id uniqueidentifier PRIMARY KEY, primary_database sysname, backup_directory nvarchar(500), backup_share nvarchar(500), backup_retention_period int, backup_job_id uniqueidentifier, monitor_server sysname, user_specified_monitor bit, monitor_server_security_mode bit, last_backup_file nvarchar(500), last_backup_date datetime, backup_compression tinyint DEFAULT 2",
  log_shipping_primary_secondaries:
    "primary_id uniqueidentifier, secondary_server sysname, secondary_database sysname",
  log_shipping_secondary:
    "secondary_id uniqueidentifier PRIMARY KEY, primary_server sysname, primary_database sysname, backup_source_directory nvarchar(500), backup_destination_directory nvarchar(500), file_retention_period int, copy_job_id uniqueidentifier, restore_job_id uniqueidentifier, monitor_server sysname, monitor_server_security_mode bit, user_specified_monitor bit, last_copied_file nvarchar(500), last_copied_date datetime",
  log_shipping_secondary_databases:
    "secondary_database sysname PRIMARY KEY, secondary_id uniqueidentifier, restore_delay int, restore_all bit, restore_mode bit, disconnect_users bit, block_size int, buffer_count int, max_transfer_size int, last_restored_file nvarchar(500), last_restored_date datetime",
  log_shipping_monitor_primary:
    "primary_id uniqueidentifier PRIMARY KEY, primary_server sysname, primary_database sysname, backup_threshold int, threshold_alert int, threshold_alert_enabled bit, last_backup_file nvarchar(500), last_backup_date datetime, last_backup_date_utc datetime, history_retention_period int",
  log_shipping_monitor_secondary:
    "secondary_server sysname, secondary_database sysname, secondary_id uniqueidentifier, primary_server sysname, primary_database sysname, restore_threshold int, threshold_alert int, threshold_alert_enabled bit, last_copied_file nvarchar(500), last_copied_date datetime, last_copied_date_utc datetime, last_restored_file nvarchar(500), last_restored_date datetime, last_restored_date_utc datetime, last_restored_latency int, history_retention_period int",
  log_shipping_monitor_history_detail:
    "agent_id uniqueidentifier, agent_type tinyint, session_id int, database_name sysname NULL, session_status tinyint, log_time datetime, log_time_utc datetime, message nvarchar(4000)",
  log_shipping_monitor_error_detail:
    "agent_id uniqueidentifier, agent_type tinyint, session_id int, database_name sysname NULL, sequence_number int, log_time datetime, log_time_utc datetime, message nvarchar(4000), source nvarchar(4000), help_url nvarchar(4000)",
  log_shipping_monitor_alert: "alert_job_id uniqueidentifier",
  suspect_pages:
    "database_id int, file_id int, page_id bigint, event_type int, error_count int, last_update_date datetime",
};
const definitions = new Map<string, TableDefinition>();

/** Fills the msdb of a new instance. */
export function createMsdb(instance: SqlInstance): void {
  for (const [name, columns] of Object.entries(tables)) {
    const definition = definitions.get(name) ?? parseTableDefinition(new Cursor(`(${columns})`));
    definitions.set(name, definition);
    SystemTable.create(instance.msdb, name, definition);
  }
  const categories = new SystemTable(instance.msdb, "syscategories");
  for (const name of [
    "[Uncategorized (Local)]",
    "Jobs from MSX",
    "Database Maintenance",
    "Web Assistant",
    "Full-Text",
    "Log Shipping",
    "Data Collector",
  ])
    categories.insert({ category_class: 1, category_type: 1, name });
}

const cache = new WeakMap<SqlInstance, ReturnType<typeof makeTables>>();
function makeTables(instance: SqlInstance) {
  const table = (name: keyof typeof tables): SystemTable => new SystemTable(instance.msdb, name);
  return {
    jobs: table("sysjobs"),
    steps: table("sysjobsteps"),
    servers: table("sysjobservers"),
    jobSchedules: table("sysjobschedules"),
    schedules: table("sysschedules"),
    activity: table("sysjobactivity"),
    history: table("sysjobhistory"),
    sessions: table("syssessions"),
    categories: table("syscategories"),
    operators: table("sysoperators"),
    backupSets: table("backupset"),
    mediaSets: table("backupmediaset"),
    mediaFamilies: table("backupmediafamily"),
    backupFiles: table("backupfile"),
    restores: table("restorehistory"),
    restoreFiles: table("restorefile"),
    marks: table("logmarkhistory"),
    primaries: table("log_shipping_primary_databases"),
    primarySecondaries: table("log_shipping_primary_secondaries"),
    secondaries: table("log_shipping_secondary"),
    secondaryDatabases: table("log_shipping_secondary_databases"),
    monitorPrimary: table("log_shipping_monitor_primary"),
    monitorSecondary: table("log_shipping_monitor_secondary"),
    historyDetail: table("log_shipping_monitor_history_detail"),
    errorDetail: table("log_shipping_monitor_error_detail"),
    alert: table("log_shipping_monitor_alert"),
  };
}
/** msdb's tables of an instance, for the server's own code. */
export function agentTables(instance: SqlInstance): ReturnType<typeof makeTables> {
  const found = cache.get(instance) ?? makeTables(instance);
  cache.set(instance, found);
  return found;
}
export const newGuid = (): string => randomUUID().toUpperCase();
