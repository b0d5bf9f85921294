import type { Views } from "./catalogue.ts";
import type { Context } from "./context.ts";
import { decimalOf } from "./decimals.ts";
import { databaseStates, type Database } from "./database.ts";
import { wallClock, roundDatetime } from "./datetimes.ts";
import { opensByItself } from "./keys.ts";

const models = { FULL: 1, BULK_LOGGED: 2, SIMPLE: 3 } as const;
const accesses = { MULTI_USER: 0, SINGLE_USER: 1, RESTRICTED_USER: 2 } as const;
export const localTime = ({ instance }: Context, ms: number): number =>
  roundDatetime(wallClock(instance.timeZone, ms));

/** The physical part of a path. */
const files = (
  context: Context,
  databases: readonly Database[],
): Record<string, ReturnType<typeof fileRow>[string]>[] =>
  databases.flatMap((database) => database.files.map((file) => fileRow(context, database, file)));

function fileRow(
  _context: Context,
  database: Database,
  file: Database["files"][number],
): Record<string, string | number | null | ReturnType<typeof decimalOf>> {
  const isOpening = database.state === "RESTORING" || database.isInStandby;
  const isData = file.type === "D";
  const groups = [...new Set(database.files.filter((f) => f.type === "D").map((f) => f.filegroup))];
  return {
    database_id: database.id,
    file_id: file.fileId,
    file_guid: file.guid,
    type: isData ? 0 : 1,
    type_desc: isData ? "ROWS" : "LOG",
    data_space_id: isData ? groups.indexOf(file.filegroup) + 1 : 0,
    name: file.logicalName,
    physical_name: file.physicalName,
    state: databaseStates[database.state],
    state_desc: database.state,
    size: file.pages,
    max_size: isData ? -1 : 268435456,
    growth: 8192,
    is_media_read_only: 0,
    is_read_only: database.settings.isReadOnly ? 1 : 0,
    is_sparse: 0,
    is_percent_growth: 0,
    is_name_reserved: 0,
    create_lsn: null,
    redo_start_lsn: isOpening && isData ? decimalOf(database.nextLsn) : null,
    redo_start_fork_guid: isOpening && isData ? database.fork.guid : null,
    redo_target_lsn: isOpening && isData ? decimalOf(database.nextLsn) : null,
    redo_target_fork_guid: isOpening && isData ? database.fork.guid : null,
    differential_base_lsn:
      database.differentialBase && isData ? decimalOf(database.differentialBase.lsn) : null,
    differential_base_guid: isData ? (database.differentialBase?.guid ?? null) : null,
    backup_lsn: null,
  };
}
const fileColumns = `file_id int, file_guid uniqueidentifier, type tinyint, type_desc nvarchar(60), data_space_id int, name sysname, physical_name nvarchar(260), state tinyint, state_desc nvarchar(60), size int, max_size int, growth int, is_media_read_only bit, is_read_only bit, is_sparse bit, is_percent_growth bit, is_name_reserved bit, create_lsn numeric(25,0), drop_lsn numeric(25,0), read_only_lsn numeric(25,0), read_write_lsn numeric(25,0), differential_base_lsn numeric(25,0), differential_base_guid uniqueidentifier, differential_base_time datetime, redo_start_lsn numeric(25,0), redo_start_fork_guid uniqueidentifier, redo_target_lsn numeric(25,0), redo_target_fork_guid uniqueidentifier, backup_lsn numeric(25,0)`;

/** Views about databases and their files. */
export const databaseViews: Views = {
  "sys.databases": {
    columns: `name sysname, database_id int, source_database_id int, owner_sid varbinary(85), create_date datetime, compatibility_level tinyint, collation_name sysname, user_access tinyint, user_access_desc nvarchar(60), is_read_only bit, is_auto_close_on bit, is_auto_shrink_on bit, state tinyint, state_desc nvarchar(60), is_in_standby bit, is_cleanly_shutdown bit, is_supplemental_logging_enabled bit, snapshot_isolation_state tinyint, snapshot_isolation_state_desc nvarchar(60), is_read_committed_snapshot_on bit, recovery_model tinyint, recovery_model_desc nvarchar(60), page_verify_option tinyint, page_verify_option_desc nvarchar(60), is_auto_create_stats_on bit, is_auto_update_stats_on bit, is_fulltext_enabled bit, is_trustworthy_on bit, is_db_chaining_on bit, is_parameterization_forced bit, is_master_key_encrypted_by_server bit, is_query_store_on bit, is_published bit, is_subscribed bit, is_merge_published bit, is_distributor bit, is_sync_with_backup bit, service_broker_guid uniqueidentifier, is_broker_enabled bit, log_reuse_wait tinyint, log_reuse_wait_desc nvarchar(60), is_date_correlation_on bit, is_cdc_enabled bit, is_encrypted bit, is_honor_broker_priority_on bit, replica_id uniqueidentifier, group_database_id uniqueidentifier, resource_pool_id int, default_language_name nvarchar(128), containment tinyint, containment_desc nvarchar(60), target_recovery_time_in_seconds int, delayed_durability int, delayed_durability_desc nvarchar(60), is_accelerated_database_recovery_on bit`,
    rows: (context) =>
      context.instance
        .databases()
        .filter((database) => database.id <= 2 || context.session.canSee(database))
        .map((database) => {
          const { settings } = database;
          const needsLog =
            settings.recoveryModel === "FULL" && database.logBackupFrom !== undefined && database.id > 4;
          return {
            name: database.name,
            database_id: database.id,
            owner_sid: database.ownerSid,
            create_date: localTime(context, database.createdMs),
            compatibility_level: settings.compatibility,
            collation_name: database.isReadable ? settings.collation : null,
            user_access: accesses[database.userAccess],
            user_access_desc: database.userAccess,
            is_read_only: settings.isReadOnly || database.isInStandby,
            is_auto_close_on: 0,
            is_auto_shrink_on: 0,
            state: databaseStates[database.state],
            state_desc: database.state,
            is_in_standby: database.isInStandby,
            is_cleanly_shutdown: database.state === "OFFLINE",
            is_supplemental_logging_enabled: 0,
            snapshot_isolation_state: settings.others["ALLOW_SNAPSHOT_ISOLATION"] === "ON" ? 1 : 0,
            snapshot_isolation_state_desc:
              settings.others["ALLOW_SNAPSHOT_ISOLATION"] === "ON" ? "ON" : "OFF",
            is_read_committed_snapshot_on: settings.isSnapshotRead,
            recovery_model: models[settings.recoveryModel],
            recovery_model_desc: settings.recoveryModel,
            page_verify_option: 2,
            page_verify_option_desc: "CHECKSUM",
            is_auto_create_stats_on: 1,
            is_auto_update_stats_on: 1,
            is_fulltext_enabled: 1,
            is_trustworthy_on: database.isTrustworthy,
            is_db_chaining_on: settings.isDbChaining,
            is_parameterization_forced: 0,
            is_master_key_encrypted_by_server: opensByItself(database, context.session),
            is_query_store_on: settings.others["QUERY_STORE"] === "ON",
            is_published: 0,
            is_subscribed: 0,
            is_merge_published: 0,
            is_distributor: 0,
            is_sync_with_backup: 0,
            service_broker_guid: settings.brokerGuid,
            is_broker_enabled: database.isBrokerEnabled,
            log_reuse_wait: needsLog ? 2 : 0,
            log_reuse_wait_desc: needsLog ? "LOG_BACKUP" : "NOTHING",
            is_date_correlation_on: 0,
            is_cdc_enabled: 0,
            is_encrypted: 0,
            is_honor_broker_priority_on: 0,
            containment: 0,
            containment_desc: "NONE",
            target_recovery_time_in_seconds: 60,
            delayed_durability: 0,
            delayed_durability_desc: "DISABLED",
            is_accelerated_database_recovery_on: 0,
          };
        }),
  },
  "sys.sysdatabases": {
    columns:
      "name sysname, dbid smallint, sid varbinary(85), mode smallint, status int, status2 int, crdate datetime, cmptlevel tinyint, filename nvarchar(260), version smallint",
    rows: (context) =>
      context.instance.databases().map((d) => ({
        name: d.name,
        dbid: d.id,
        sid: d.ownerSid,
        mode: 0,
        status: d.state === "ONLINE" ? 65536 : d.state === "RESTORING" ? 32 : 512,
        status2: 0,
        crdate: localTime(context, d.createdMs),
        cmptlevel: d.settings.compatibility,
        filename: d.files[0]?.physicalName ?? null,
      })),
  },
  "sys.master_files": {
    columns: `database_id int, ${fileColumns}`,
    rows: (context) => files(context, context.instance.databases()),
  },
  "sys.database_files": { columns: fileColumns, rows: (context) => files(context, [context.database]) },
  "sys.filegroups": {
    columns:
      "name sysname, data_space_id int, type char(2), type_desc nvarchar(60), is_default bit, is_system bit, filegroup_guid uniqueidentifier, log_filegroup_id int, is_read_only bit",
    rows: ({ database }) =>
      [...new Set(database.files.filter((f) => f.type === "D").map((f) => f.filegroup))].map((name, i) => ({
        name,
        data_space_id: i + 1,
        type: "FG",
        type_desc: "ROWS_FILEGROUP",
        is_default: i === 0,
        is_system: 0,
        is_read_only: 0,
      })),
  },
  "sys.data_spaces": {
    columns:
      "name sysname, data_space_id int, type char(2), type_desc nvarchar(60), is_default bit, is_system bit",
    rows: ({ database }) =>
      [...new Set(database.files.filter((f) => f.type === "D").map((f) => f.filegroup))].map((name, i) => ({
        name,
        data_space_id: i + 1,
        type: "FG",
        type_desc: "ROWS_FILEGROUP",
        is_default: i === 0,
        is_system: 0,
      })),
  },
  "sys.database_recovery_status": {
    columns:
      "database_id int, database_guid uniqueidentifier, family_guid uniqueidentifier, last_log_backup_lsn numeric(25,0), recovery_fork_guid uniqueidentifier, first_recovery_fork_guid uniqueidentifier, fork_point_lsn numeric(25,0)",
    rows: ({ instance }) =>
      instance.databases().map((d) => {
        const isOpen = d.state === "ONLINE";
        const previous = d.forks.at(-2);
        return {
          database_id: d.id,
          database_guid: isOpen ? d.forks[0]?.guid : null,
          family_guid: isOpen ? d.settings.familyGuid : null,
          last_log_backup_lsn: isOpen && d.logBackupFrom !== undefined ? decimalOf(d.logBackupFrom) : null,
          recovery_fork_guid: isOpen ? d.fork.guid : null,
          first_recovery_fork_guid: isOpen ? (previous?.guid ?? null) : null,
          fork_point_lsn: isOpen && previous ? decimalOf(d.fork.from) : null,
        };
      }),
  },
  "sys.database_mirroring": {
    columns:
      "database_id int, mirroring_guid uniqueidentifier, mirroring_state tinyint, mirroring_state_desc nvarchar(60), mirroring_role tinyint, mirroring_role_desc nvarchar(60), mirroring_partner_name nvarchar(128), mirroring_partner_instance nvarchar(128), mirroring_witness_name nvarchar(128), mirroring_safety_level tinyint",
    rows: ({ instance }) => instance.databases().map((d) => ({ database_id: d.id })),
  },
  "sys.availability_groups": {
    columns:
      "group_id uniqueidentifier, name sysname, resource_id nvarchar(40), cluster_type tinyint, cluster_type_desc nvarchar(60)",
    rows: () => [],
  },
  "sys.dm_hadr_database_replica_states": {
    columns:
      "database_id int, group_id uniqueidentifier, replica_id uniqueidentifier, group_database_id uniqueidentifier, is_local bit, is_primary_replica bit, synchronization_state tinyint, synchronization_state_desc nvarchar(60), is_suspended bit",
    rows: () => [],
  },
};
