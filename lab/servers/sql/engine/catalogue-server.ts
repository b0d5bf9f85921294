import type { Views } from "./catalogue.ts";
import { localTime } from "./catalogue-databases.ts";

const principalColumns =
  "name sysname, principal_id int, sid varbinary(85), type char(1), type_desc nvarchar(60), is_disabled bit, create_date datetime, modify_date datetime, default_database_name sysname, default_language_name sysname, credential_id int, owning_principal_id int, is_fixed_role bit";
const titles = { S: "SQL_LOGIN", U: "WINDOWS_LOGIN", R: "SERVER_ROLE" } as const;
const principalRows: Views[string]["rows"] = (context) =>
  context.instance.principals
    .all()
    .filter(
      (p) =>
        context.session.isSysadmin ||
        p.type === "R" ||
        p.name === context.session.principal.name ||
        p.name === "sa",
    )
    .map((p) => ({
      name: p.name,
      principal_id: p.id,
      sid: p.sid,
      type: p.type,
      type_desc: titles[p.type],
      is_disabled: p.isDisabled,
      create_date: localTime(context, p.createdMs),
      modify_date: localTime(context, p.modifiedMs),
      default_database_name: p.type === "R" ? null : p.defaultDatabase,
      default_language_name: p.type === "R" ? null : p.defaultLanguage,
      owning_principal_id: p.type === "R" ? 1 : null,
      is_fixed_role: p.type === "R" && p.id > 2 && p.id < 11,
      is_policy_checked: p.isPolicyChecked,
      is_expiration_checked: p.isExpirationChecked,
      password_hash: context.session.isSysadmin ? (p.hash ?? null) : null,
    }));
const sessionRows: Views[string]["rows"] = (context) =>
  [...context.instance.sessions.values()]
    .filter((s) => context.session.isSysadmin || s === context.session)
    .map((s) => ({
      session_id: s.spid,
      login_time: localTime(context, s.startedMs),
      host_name: s.login.hostName,
      program_name: s.login.appName,
      login_name: s.principal.name,
      original_login_name: s.original.name,
      status: s.running ? "running" : "sleeping",
      database_id: s.database.id,
      is_user_process: 1,
      open_transaction_count: s.transactionDepth,
      last_request_start_time: localTime(context, s.lastRequestMs),
      client_interface_name: "TDS",
      spid: s.spid,
      dbid: s.database.id,
      loginame: s.principal.name,
      hostname: s.login.hostName,
      cmd: s.running?.command ?? "AWAITING COMMAND",
      blocked: 0,
    }));

/** Views about the instance: logins, roles, sessions, requests, configuration, services. */
export const serverViews: Views = {
  "sys.server_principals": { columns: principalColumns, rows: principalRows },
  "sys.sql_logins": {
    columns: `${principalColumns}, is_policy_checked bit, is_expiration_checked bit, password_hash varbinary(256)`,
    rows: (context) => [...principalRows(context)].filter((row) => row["type"] === "S"),
  },
  "sys.syslogins": {
    columns:
      "sid varbinary(85), name sysname, dbname sysname, loginname sysname, denylogin int, hasaccess int, sysadmin int",
    rows: (context) =>
      context.instance.principals
        .all()
        .filter((p) => p.type !== "R")
        .map((p) => ({
          sid: p.sid,
          name: p.name,
          dbname: p.defaultDatabase,
          loginname: p.name,
          denylogin: 0,
          hasaccess: 1,
          sysadmin: context.instance.principals.isMember("sysadmin", p.name),
        })),
  },
  "sys.server_role_members": {
    columns: "role_principal_id int, member_principal_id int",
    rows: ({ instance }) =>
      instance.principals
        .memberships()
        .map(({ role, member }) => ({ role_principal_id: role.id, member_principal_id: member.id })),
  },
  "sys.server_permissions": {
    columns:
      "class tinyint, class_desc nvarchar(60), major_id int, minor_id int, grantee_principal_id int, grantor_principal_id int, type char(4), permission_name nvarchar(128), state char(1), state_desc nvarchar(60)",
    rows: ({ instance }) =>
      [...instance.principals.grants].map(([key, state]) => {
        const [name = "", permission = ""] = key.split("/");
        return {
          class: 100,
          class_desc: "SERVER",
          major_id: 0,
          minor_id: 0,
          grantee_principal_id: instance.principals.find(name)?.id ?? null,
          grantor_principal_id: 1,
          type: permission.slice(0, 4),
          permission_name: permission,
          state: state.charAt(0),
          state_desc: state,
        };
      }),
  },
  "sys.dm_exec_sessions": {
    columns:
      "session_id smallint, login_time datetime, host_name nvarchar(128), program_name nvarchar(128), client_interface_name nvarchar(32), login_name nvarchar(128), original_login_name nvarchar(128), status nvarchar(30), database_id smallint, is_user_process bit, open_transaction_count int, last_request_start_time datetime",
    rows: sessionRows,
  },
  "sys.sysprocesses": {
    columns:
      "spid smallint, blocked smallint, dbid smallint, login_time datetime, status nchar(30), hostname nchar(128), program_name nchar(128), cmd nchar(26), loginame nchar(128)",
    rows: sessionRows,
  },
  "sys.dm_exec_connections": {
    columns:
      "session_id int, net_transport nvarchar(40), protocol_type nvarchar(40), encrypt_option nvarchar(40), auth_scheme nvarchar(40), client_net_address nvarchar(48), local_net_address nvarchar(48)",
    rows: ({ instance }) =>
      [...instance.sessions.values()].map((s) => ({
        session_id: s.spid,
        net_transport: "TCP",
        protocol_type: "TSQL",
        encrypt_option: "TRUE",
        auth_scheme: "SQL",
        client_net_address: "127.0.0.1",
        local_net_address: instance.identity.address,
      })),
  },
  "sys.dm_exec_requests": {
    columns:
      "session_id smallint, request_id int, start_time datetime, status nvarchar(30), command nvarchar(32), sql_handle varbinary(64), database_id smallint, user_id int, blocking_session_id smallint, wait_type nvarchar(60), wait_time int, percent_complete real, estimated_completion_time bigint, total_elapsed_time int, cpu_time int",
    rows: (context) =>
      [...context.instance.sessions.values()]
        .filter((s) => s.running)
        .map((s) => ({
          session_id: s.spid,
          request_id: 0,
          start_time: localTime(context, s.lastRequestMs),
          status: "running",
          command: s.running?.command ?? "",
          database_id: s.database.id,
          user_id: 1,
          blocking_session_id: 0,
          percent_complete: s.running?.percent ?? 0,
          estimated_completion_time: 0n,
          total_elapsed_time: Math.max(0, Math.round(context.instance.now() - s.lastRequestMs)),
          cpu_time: 0,
          wait_time: 0,
        })),
  },
  "sys.dm_tran_locks": {
    columns:
      "resource_type nvarchar(60), resource_database_id int, request_mode nvarchar(60), request_status nvarchar(60), request_session_id int, request_owner_type nvarchar(60), resource_description nvarchar(256)",
    rows: ({ instance }) =>
      [...instance.sessions.values()].map((s) => ({
        resource_type: "DATABASE",
        resource_database_id: s.database.id,
        request_mode: "S",
        request_status: "GRANT",
        request_session_id: s.spid,
        request_owner_type: "SHARED_TRANSACTION_WORKSPACE",
      })),
  },
  "sys.dm_server_services": {
    columns:
      "servicename nvarchar(256), startup_type int, startup_type_desc nvarchar(256), status int, status_desc nvarchar(256), process_id int, last_startup_time datetimeoffset(7), service_account nvarchar(256), filename nvarchar(256), is_clustered nvarchar(1), cluster_nodename nvarchar(256), instant_file_initialization_enabled nvarchar(1)",
    rows: ({ instance }) => [
      {
        servicename: "SQL Server (MSSQLSERVER)",
        startup_type: 2,
        startup_type_desc: "Automatic",
        status: 4,
        status_desc: "Running",
        process_id: 4000,
        service_account: "NT Service\\MSSQLSERVER",
        filename: "sqlservr.exe",
        is_clustered: "N",
        instant_file_initialization_enabled: "Y",
      },
      {
        servicename: "SQL Server Agent (MSSQLSERVER)",
        startup_type: 2,
        startup_type_desc: "Automatic",
        status: instance.agent.isRunning ? 4 : 1,
        status_desc: instance.agent.isRunning ? "Running" : "Stopped",
        process_id: instance.agent.isRunning ? 4100 : null,
        service_account: "NT Service\\SQLSERVERAGENT",
        filename: "SQLAGENT.EXE",
        is_clustered: "N",
      },
    ],
  },
  "sys.dm_os_sys_info": {
    columns: "cpu_count int, physical_memory_kb bigint, sqlserver_start_time datetime, ms_ticks bigint",
    rows: (context) => [
      {
        cpu_count: 4,
        physical_memory_kb: 8388608n,
        sqlserver_start_time: localTime(context, context.instance.startedMs),
        ms_ticks: BigInt(Math.max(0, Math.round(context.instance.now() - context.instance.startedMs))),
      },
    ],
  },
  "sys.configurations": {
    columns:
      "configuration_id int, name nvarchar(35), value sql_variant, minimum sql_variant, maximum sql_variant, value_in_use sql_variant, description nvarchar(255), is_dynamic bit, is_advanced bit",
    rows: ({ instance }) =>
      [...instance.configuration].map(([name, option]) => ({
        configuration_id: option.id,
        name,
        value: option.value,
        minimum: option.minimum,
        maximum: option.maximum,
        value_in_use: option.inUse,
        description: name,
        is_dynamic: 1,
        is_advanced: option.isAdvanced,
      })),
  },
  "sys.servers": {
    columns:
      "server_id int, name sysname, product sysname, provider sysname, data_source nvarchar(4000), is_linked bit, is_remote_login_enabled bit, is_rpc_out_enabled bit, is_data_access_enabled bit",
    rows: ({ instance }) => [
      {
        server_id: 0,
        name: instance.serverName,
        product: "SQL Server",
        provider: "SQLNCLI",
        data_source: instance.serverName,
        is_linked: 0,
        is_remote_login_enabled: 1,
        is_rpc_out_enabled: 1,
        is_data_access_enabled: 0,
      },
    ],
  },
  "sys.linked_logins": {
    columns:
      "server_id int, local_principal_id int, uses_self_credential bit, remote_name sysname, modify_date datetime",
    rows: () => [],
  },
  "sys.credentials": {
    columns:
      "credential_id int, name sysname, credential_identity nvarchar(4000), create_date datetime, modify_date datetime",
    rows: () => [],
  },
  "sys.endpoints": {
    columns: "name sysname, endpoint_id int, type_desc nvarchar(60), state_desc nvarchar(60)",
    rows: () => [{ name: "TSQL Default TCP", endpoint_id: 4, type_desc: "TSQL", state_desc: "STARTED" }],
  },
  "sys.dm_os_performance_counters": {
    columns:
      "object_name nchar(128), counter_name nchar(128), instance_name nchar(128), cntr_value bigint, cntr_type int",
    rows: () => [],
  },
  "sys.dm_os_host_info": {
    columns: "host_platform nvarchar(256), host_distribution nvarchar(256), host_release nvarchar(256)",
    rows: () => [
      { host_platform: "Windows", host_distribution: "Windows Server 2019 Standard", host_release: "10.0" },
    ],
  },
  "sys.time_zone_info": {
    columns: "name sysname, current_utc_offset nvarchar(6), is_currently_dst bit",
    rows: () => [{ name: "UTC", current_utc_offset: "+00:00", is_currently_dst: 0 }],
  },
};
