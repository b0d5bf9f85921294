import type { Host } from "../../../model/host.ts";

/**
 * Key names of SQL Server's Windows services on a server, in start order: MSSQLSERVER and SQLSERVERAGENT for the default
 * instance, MSSQL$NAME and SQLAgent$NAME for a named one (Microsoft, "Configure Windows service accounts and permissions").
 */
export function sqlServices(host: Host | undefined): readonly [] | readonly [sql: string, agent: string] {
  if (!host?.sql) return [];
  const { instance } = host.sql;
  return instance === undefined
    ? ["MSSQLSERVER", "SQLSERVERAGENT"]
    : [`MSSQL$${instance}`, `SQLAgent$${instance}`];
}
