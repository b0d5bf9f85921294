import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import type { Release } from "../../lab/servers/sql/engine/releases.ts";
import { tdsServer, type TdsServer } from "../../lab/servers/sql/wire/server.ts";
import type { SiteId } from "../../model/site.ts";
import { type ManualClock, type MemoryDisk, startInstance } from "./lab-sql-engine-support.ts";

/** Password of the login `runner`, which may do everything at both servers. */
export const password = "one horse";
/** Names of the two SQL Servers. */
export const serverNames = { primary: "SQLPRD01", dr: "SQLDR01" } as const;

/** A SQL Server that answers on the loopback address. */
interface Server {
  readonly instance: SqlInstance;
  readonly disk: MemoryDisk;
  readonly wire: TdsServer;
  readonly port: number;
}

/** A SQL Server at each site, on one clock. */
export interface Servers {
  at(site: SiteId): Server;
  /** Runs T-SQL at a site; throws its first error. */
  run(site: SiteId, sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** It answers no more; or does again. */
  cut(site: SiteId): Promise<void>;
  mend(site: SiteId): Promise<void>;
  close(): Promise<void>;
}

/** Starts both, with these folders on their disks. */
export async function startServers({
  clock,
  version,
  timeZone,
  folders,
}: {
  readonly clock: ManualClock;
  readonly version: Release;
  readonly timeZone: string;
  readonly folders: readonly string[];
}): Promise<Servers> {
  const disks = new Map<string, MemoryDisk>();
  const servers = new Map<SiteId, Server>();
  for (const id of ["primary", "dr"] as const) {
    const { instance, disk } = await startInstance({
      name: serverNames[id],
      hosts: disks,
      clock,
      version,
      timeZone,
    });
    for (const folder of folders) await disk.makeFolder(folder);
    const login = `CREATE LOGIN [runner] WITH PASSWORD = N'${password}', CHECK_POLICY = OFF; ALTER SERVER ROLE [sysadmin] ADD MEMBER [runner];`;
    const made = await instance.run(login);
    if (made.errors[0]) throw new Error(made.errors[0].text);
    const wire = tdsServer(instance);
    servers.set(id, { instance, disk, wire, port: await wire.listen("127.0.0.1", 0) });
  }
  const at = (id: SiteId): Server => {
    const found = servers.get(id);
    if (!found) throw new Error(`no server at ${id}`);
    return found;
  };
  return {
    at,
    run: async (id, sql, database = "master") => {
      const result = await at(id).instance.run(sql, database);
      if (result.errors[0]) throw new Error(`${String(result.errors[0].number)} ${result.errors[0].text}`);
      return result.rows;
    },
    cut: (id) => at(id).wire.close(),
    mend: async (id) => {
      await at(id).wire.listen("127.0.0.1", at(id).port);
    },
    close: async () => {
      for (const { wire, instance } of servers.values()) {
        await wire.close();
        await instance.stop();
      }
    },
  };
}

/**
 * Lets the jobs of a site that copy full backups there end well: this stand-in's robocopy overwrites nothing, and its
 * cmd.exe has no "& if errorlevel", so that robocopy's 1 (files copied) reaches Agent.
 */
export async function makeCopiesRun(
  { at, run }: Servers,
  site: SiteId,
  databases: readonly string[],
  copyTo: string,
): Promise<void> {
  for (const database of databases) {
    for (const slot of [0, 1, 2])
      await at(site)
        .disk.remove(`${copyTo}\\${database}_full_${String(slot)}.bak`)
        .catch(() => undefined);
    await run(
      site,
      `EXEC msdb.dbo.sp_update_jobstep @job_name = N'parallel-standby copy fulls ${database.replaceAll("'", "''")}', @step_id = 1, @cmdexec_success_code = 1`,
    );
  }
}
