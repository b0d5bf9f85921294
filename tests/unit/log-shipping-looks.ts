import type { Finding } from "../../model/finding.ts";
import { expect } from "chai";
import type { SiteId } from "../../model/site.ts";
import type { Bench } from "./log-shipping-bench.ts";

/** State and access of a database at a site: `ONLINE MULTI_USER`. */
export const state = async (bench: Bench, at: "primary" | "dr", database = "K2"): Promise<unknown> =>
  (
    await bench.run(
      at,
      `SELECT state_desc + N' ' + user_access_desc AS s FROM sys.databases WHERE name = N'${database.replaceAll("'", "''")}'`,
    )
  )[0]?.["s"];

/** Jobs of SQL Server Agent at a site, and whether each is enabled. */
export const jobs = async (bench: Bench, at: "primary" | "dr"): Promise<Readonly<Record<string, unknown>>> =>
  Object.fromEntries(
    (await bench.run(at, "SELECT name, enabled FROM msdb.dbo.sysjobs ORDER BY name")).map((r) => [
      String(r["name"]),
      r["enabled"],
    ]),
  );

/** What a step threw, as a sentence. */
export const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it went well",
    (e: unknown) => (e instanceof Error ? e.message : String(e)),
  );

/** The one value that a query gives. */
export const one = async (bench: Bench, at: "primary" | "dr", sql: string): Promise<unknown> =>
  Object.values((await bench.run(at, sql))[0] ?? {})[0];
/** State of the database K2 at a site. */
export const k2State = (bench: Bench, at: "primary" | "dr"): Promise<unknown> =>
  one(bench, at, "SELECT state_desc FROM sys.databases WHERE name = N'K2'");
/** Every step of provisioning found that it had nothing to do. */
export const already = (ends: ReadonlyMap<string, string>): void => {
  for (const [name, end] of ends) expect(end, name).to.match(/^already/);
};

/** Rows of work at a site, in seconds since 1970 UTC. */
export async function worked(bench: Bench, at: SiteId, database = "K2"): Promise<readonly number[]> {
  const rows = await bench.run(
    at,
    "SELECT CONVERT(varchar(23), doneAt, 126) AS done FROM dbo.Work ORDER BY id",
    database,
  );
  return rows.map((r) => Date.parse(`${String(r["done"])}Z`) / 1000);
}

/** Findings as a line each. */
export const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map((f) => `${f.severity} ${f.id}: ${f.says}`);
