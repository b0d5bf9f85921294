import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { TableName } from "../../components/k2/captured.ts";
import { labClock } from "../../lab/servers/clock.ts";
import { labDisks } from "../../lab/servers/disk.ts";
import { labNetwork, type LabNetwork } from "../../lab/servers/network.ts";
import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import { production, standby } from "../../lab/world/databases.ts";
import { sqlHost } from "../../lab/world/sql-host.ts";
import type { Host } from "../../model/host.ts";
import { until } from "./lab-fixture.ts";
import { stepBench, type StepBench } from "./step-io.ts";

/** The two tables of a consolidated K2. */
export const tables: { readonly server: TableName; readonly licenceKey: TableName } = {
  server: { database: "K2", schema: "Server", table: "Server" },
  licenceKey: { database: "K2", schema: "HostServer", table: "LicenseKey" },
};

/** Passwords of the bench, by the environment variables that references name. */
export const secrets = {
  SQL_PRIMARY: "one horse",
  SQL_DR: "other horse",
  K2_MASTER_KEY: "battery's staple",
  WRONG: "not the master key's",
  CAPTURE_KEY: "correct horse",
} as const;

/** Production's SQL Server and the standby's, each with a K2 as its installer leaves it. */
export interface K2SqlBench {
  readonly network: LabNetwork;
  sql(name: "SQLPRD01" | "SQLDR01"): SqlInstance;
  /** Folder of the files beside the journal. */
  readonly keep: string;
  /** A step that may use these secrets. */
  step(more?: Readonly<Record<string, string>>): StepBench;
  /** Runs a batch; throws what SQL Server says. Rows by column. */
  run(
    name: "SQLPRD01" | "SQLDR01",
    sql: string,
    database?: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Production's K2 restored over the standby's, as log shipping does. */
  restore(how: "RECOVERY" | "NORECOVERY"): Promise<void>;
  /** Gives a server its power back, and waits until SQL Server answers there again. */
  hostUp(name: "SQLPRD01" | "SQLDR01"): Promise<void>;
  close(): Promise<void>;
}

/** Two SQL Servers on loopback addresses, without Windows around them being asked for anything. */
export async function k2SqlBench(): Promise<K2SqlBench> {
  const root = await mkdtemp(path.join(os.tmpdir(), "k2-bench-"));
  const clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
  const network = labNetwork();
  const disks = labDisks({ root: path.join(root, "hosts"), clock, network });
  const keep = path.join(root, "journal");
  const lab = {
    sqlPrimary: secrets.SQL_PRIMARY,
    sqlDr: secrets.SQL_DR,
    masterKey: secrets.K2_MASTER_KEY,
    k2Service: "x",
  };
  const made = new Map<string, Awaited<ReturnType<typeof sqlHost>>>();
  const hosts: Host[] = [];
  for (const [name, site, address] of [
    ["SQLPRD01", "primary", "127.10.1.5"],
    ["SQLDR01", "dr", "127.20.1.5"],
  ] as const) {
    const identity = { name, site, address, timeZone: "Europe/London" };
    network.addHost(identity);
    const batches = site === "primary" ? production(lab) : standby(lab);
    const host = await sqlHost({ identity, clock, network, disks, users: [], batches, speed: {} });
    made.set(name, host);
    hosts.push({
      id: name,
      site,
      address,
      timeZone: identity.timeZone,
      sql: {
        port: host.port,
        user: "dr_operator",
        password: { env: site === "primary" ? "SQL_PRIMARY" : "SQL_DR" },
        encrypt: true,
        trustServerCertificate: true,
      },
      whilePassive: "running",
    });
  }
  const sql = (name: string): SqlInstance => {
    const host = made.get(name);
    if (!host) throw new Error(`the bench has no ${name}`);
    return host.instance;
  };
  const run: K2SqlBench["run"] = async (name, text, database = "master") => {
    const { rows, errors } = await sql(name).run(text, database);
    if (errors[0]) throw new Error(`${name}: ${String(errors[0].number)} ${errors[0].text}\n${text}`);
    return rows;
  };
  return {
    network,
    sql,
    keep,
    run,
    step: (more = {}) => {
      const bench = stepBench({ hosts, secrets: { ...secrets, ...more } });
      return { ...bench, io: { ...bench.io, keep } };
    },
    restore: async (how) => {
      await run("SQLPRD01", "BACKUP DATABASE [K2] TO DISK = N'D:\\Nightly\\move.bak' WITH INIT;");
      const backup = await disks.host("SQLPRD01").read("D:\\Nightly\\move.bak");
      await disks.host("SQLDR01").write("D:\\Nightly\\move.bak", backup);
      await run(
        "SQLDR01",
        `RESTORE DATABASE [K2] FROM DISK = N'D:\\Nightly\\move.bak' WITH REPLACE, ${how};`,
      );
    },
    hostUp: async (name) => {
      await network.hostUp(name);
      await clock.advance(60_000);
      await until(`SQL Server of ${name} runs`, () => made.get(name)?.isRunning() === true);
    },
    close: async () => {
      await Promise.all([...made.values()].map((host) => host.host.close()));
      await network.close();
      clock.close();
      await rm(root, { recursive: true });
    },
  };
}
