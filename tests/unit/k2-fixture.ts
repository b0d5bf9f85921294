import * as z from "zod";
import { alias } from "../../components/alias/index.ts";
import { alias as aliasPart } from "../../components/alias/part.ts";
import type { Column, TableRows } from "../../components/k2/captured.ts";
import { k2, type K2Args } from "../../components/k2/index.ts";
import { k2 as k2Part } from "../../components/k2/part.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { defineEstate, site, type Declared, type DeclaredData } from "../../model/estate.ts";
import type { Part, Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { secret } from "../../model/secret.ts";
import { verb } from "../../model/verb.ts";

/** A data part that opens what it is told to: K2 knows its data by id only. */
const openData = verb("data/open", z.strictObject({ part: z.string() }), 60);
const DataFacts = z.strictObject({ databases: z.array(z.string()) });
const data: Part<"data", z.infer<typeof DataFacts>> = {
  kind: "data",
  version: 1,
  facts: DataFacts,
  uses: () => [],
  problems: () => [],
  plan: (id) => ({ open: [openData.step(`${id}/open`, { part: id })] }),
};
export const parts: Parts = { alias: aliasPart, k2: k2Part, data };

const ssh = { user: "dr", hostKey: "ssh-ed25519 AAAA", password: secret.env("SSH_PASSWORD") };
export const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
export const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });
const azure = (vm: string) => ({ subscriptionId: "s", resourceGroup: "g", vm });
const sql = { user: "dr_operator", password: secret.env("SQL_PASSWORD") };
const dns = { server: "10.20.0.10", tsigKey: secret.env("TSIG_KEY") };

export const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
export const k2Prd2 = primary.server("K2PRD02", { address: "10.10.1.6" });
export const k2Dr = dr.server("K2DR01", { address: "10.20.1.4", azure: azure("K2DR01") });
const sqlPrd = primary.server("SQLPRD01", { address: "10.10.1.5", sql });
const sqlDr = dr.server("SQLDR01", { address: "10.20.1.5", sql });
const nameOf = { primary: k2Prd, dr: k2Dr, dns };

/** Databases of a K2 and of a solution on it, on one SQL Server at each site. */
export const dataOf = (databases: readonly string[], id = "k2-data"): DeclaredData => ({
  id,
  kind: "data",
  facts: { databases },
  servers: [sqlPrd, sqlDr],
  uses: [],
  databases,
  sql: { primary: sqlPrd, dr: sqlDr },
});

export const clientName = alias("k2.corp.example", nameOf);
export const sqlName = alias("k2-sql.corp.example", {
  ...nameOf,
  primary: sqlPrd,
  dr: sqlDr,
  role: "dependency",
});

/** A K2 Five with a warm standby: a server in London, an Azure VM in Leeds. */
export const args: K2Args = {
  version: 5,
  standby: "warm",
  servers: { primary: [k2Prd], dr: [k2Dr] },
  data: [dataOf(["K2", "Claims"])],
  aliases: [sqlName, clientName],
  masterKey: { password: secret.env("K2_MASTER_KEY") },
  captureKey: secret.env("CAPTURE_KEY"),
  targets: { rtoMin: 60, rpoMin: 240 },
};

/** The facts of an estate with one K2. */
export const recoveryOf = (more: Partial<K2Args> = {}): Recovery =>
  describeK2(k2("k2", { ...args, ...more }));
export const describeK2 = (declared: Declared): Recovery =>
  describeEstate(defineEstate({ name: "t", journal: { folder: "j" }, systems: [declared] }), parts);

export const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  precision: 0,
  scale: 0,
  isIdentity: false,
  isKey: false,
  ...more,
});

/** Licence rows as an installation leaves them: a number, a host name, a licence. */
export const licenceRows = (...rows: readonly (readonly (string | null)[])[]): TableRows => ({
  name: { database: "K2", schema: "HostServer", table: "LicenseKey" },
  columns: [
    column("ID", "int", { isKey: true, isIdentity: true }),
    column("HostName", "nvarchar"),
    column("LicenseKey", "nvarchar"),
    column("Expires", "datetime"),
  ],
  rows: rows.map((row) => [...row]),
});
