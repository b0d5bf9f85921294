import type { Sql } from "../../../steps/transports/sql.ts";
import { instanceFacts, instanceServices, serverPermission } from "./tsql.ts";

/** What an instance says of itself. */
export interface InstanceFacts {
  /** `@@SERVERNAME` as it is now: `SQLPRD01`, `SQLPRD01\K2`. */
  readonly server: string;
  /** `16.0.4236.2`. */
  readonly version: string;
  /** The first number of the version: 16 is SQL Server 2022. */
  readonly major: number;
  readonly edition: string;
  readonly collation: string;
  /** The login that the runner has there. */
  readonly login: string;
  readonly isSysadmin: boolean;
  /** Milliseconds since 1970 UTC, as its clock has it. */
  readonly nowMs: number;
  /** Seconds by which its local clock is ahead of UTC now, to the quarter of an hour. */
  readonly offsetSec: number;
}

/** Reads what an instance says of itself. */
export async function readInstance(sql: Sql): Promise<InstanceFacts> {
  const [row] = await sql.rows<{
    server: string;
    version: string;
    edition: string;
    collation: string;
    login: string;
    sysadmin: number;
    utc: string;
    offsetSec: number;
  }>(instanceFacts);
  if (!row) throw new Error("SQL Server gave no row about itself. Look at its error log.");
  return {
    server: row.server,
    version: row.version,
    major: Number(row.version.split(".")[0]),
    edition: row.edition,
    collation: row.collation,
    login: row.login,
    isSysadmin: row.sysadmin === 1,
    nowMs: Date.parse(`${row.utc}Z`),
    // Two clock functions of one statement may differ by a moment: offsets are whole quarters of an hour.
    offsetSec: Math.round(row.offsetSec / 900) * 900,
  };
}

/** Whether the runner's login has a permission on the whole server: `ALTER ANY LOGIN`. */
export async function hasServerPermission(sql: Sql, permission: string): Promise<boolean> {
  const [row] = await sql.rows<{ has: number | null }>(serverPermission(permission));
  return row?.has === 1;
}

/** Whether SQL Server Agent runs; undefined where the instance does not list it (Express has none). */
export async function agentRuns(sql: Sql): Promise<boolean | undefined> {
  const services = await sql.rows<{ name: string; status: number }>(instanceServices);
  const agent = services.find(({ name }) => /agent/i.test(name));
  return agent && agent.status === 4;
}

const releases: Readonly<Record<string, string>> = {
  "10.0": "2008",
  "10.50": "2008 R2",
  "11.0": "2012",
  "12.0": "2014",
  "13.0": "2016",
  "14.0": "2017",
  "15.0": "2019",
  "16.0": "2022",
  "17.0": "2025",
};

/** `SQL Server 2022 (16.0.4236.2)`. */
export function versionSays(version: string): string {
  const release = releases[version.split(".").slice(0, 2).join(".")];
  return release === undefined ? `SQL Server ${version}` : `SQL Server ${release} (${version})`;
}
