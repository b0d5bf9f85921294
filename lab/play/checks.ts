import { Resolver } from "node:dns/promises";
import { createConnection } from "node:net";
import sql from "mssql";
import type { Lab } from "../world/start.ts";
import type { Check } from "./scenario.ts";

/** Rows as a client of SQL Server gets them, over the network. */
export async function rowsOf(
  lab: Lab,
  host: string,
  text: string,
): Promise<readonly Record<string, unknown>[]> {
  const pool = await new sql.ConnectionPool({
    ...lab.sqlLogin(host),
    database: "master",
    options: { encrypt: true, trustServerCertificate: true },
  }).connect();
  try {
    return (await pool.request().query<Record<string, unknown>>(text)).recordset;
  } finally {
    await pool.close();
  }
}

/** Where a client is sent: the address the zone's server gives for a name. */
export async function addressOf(lab: Lab, name: string): Promise<string> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`${lab.dns.address}:${String(lab.dns.port)}`]);
  return (await resolver.resolve4(name)).join(", ");
}

/** Whether something accepts a connection there. */
export const answers = (address: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: 3000 });
    const end = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });

/** What must be true once the standby is active, seen from outside. `untilMs` is the lab time at which production ended. */
export async function checksAtStandby(
  lab: Lab,
  untilMs: number,
  point: { readonly atSec: number; readonly to: "end" | "time" },
): Promise<readonly Check[]> {
  const address = await addressOf(lab, "k2.corp.example").catch((e: unknown) => String(e));
  const standby = lab.host("K2DR01").identity.address;
  const answered = await answers(address, lab.k2Port).catch(() => false);
  const until = lab.localTime(untilMs);
  const last = await rowsOf(
    lab,
    lab.sqlServerAt("dr"),
    `SELECT 'K2' AS name, COUNT(*) AS n, CONVERT(varchar(23), MAX([StartedAt]), 126) AS newest FROM [K2].[ServerLog].[ProcInst] WHERE [StartedAt] <= '${until}'
UNION ALL SELECT 'Claims', COUNT(*), CONVERT(varchar(23), MAX([FiledAt]), 126) FROM [Claims].[dbo].[Claim] WHERE [FiledAt] <= '${until}'`,
  );
  const expected = lab.minutesOfWorkUntil(point.to === "end" ? untilMs : point.atSec * 1000);
  const same = last.length === 2 && last.every((r) => Number(r["n"]) === expected);
  const licences = (
    await rowsOf(
      lab,
      lab.sqlServerAt("dr"),
      "SELECT [LicenseKey] AS kept FROM [K2].[HostServer].[LicenseKey] UNION ALL SELECT [Name] FROM [K2].[Server].[Server] WHERE [Name] = N'K2DR01'",
    )
  ).map((r) => String(r["kept"]));
  const old = lab.serviceAt("K2PRD01", "K2 Server");
  return [
    {
      name: "k2.corp.example leads to the standby",
      ok: address === standby,
      detail: `DNS answers ${address}, K2DR01 is ${standby}`,
    },
    {
      name: "K2 answers there",
      ok: answered,
      detail: `${address}:${String(lab.k2Port)} ${answered ? "accepts connections" : "does not answer"}`,
    },
    {
      name: "every database is at the same point",
      ok: same,
      detail: `${last.map((r) => `${String(r["name"])}: ${String(r["n"])} rows to ${String(r["newest"])}`).join(", ")}; ${String(expected)} expected in each`,
    },
    {
      name: "licences are those of the standby",
      ok: licences.join() === "licence of K2DR01,K2DR01",
      detail: licences.join(", "),
    },
    {
      name: "K2 does not run at the primary",
      ok: old !== "running",
      detail: `K2 Server on K2PRD01 is ${old}`,
    },
  ];
}
