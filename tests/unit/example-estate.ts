import { alias, defineEstate, k2, logShipping, secret, site, type Estate } from "../../index.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample";
const ssh = { user: "CORP\\svc-dr", privateKey: secret.file("~/.ssh/id_ed25519"), hostKey };
const sql = (name: string) => ({ user: "dr_operator", password: secret.env(name) });

/** An owner's estate as docs/estate.md shows it: two servers in each of two buildings. */
export function exampleEstate(): Estate {
  const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
  const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });
  const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
  const k2Dr = dr.server("K2DR01", { address: "10.20.1.4" });
  const sqlPrd = primary.server("SQLPRD01", { address: "10.10.1.5", sql: sql("SQL_PRIMARY") });
  const sqlDr = dr.server("SQLDR01", { address: "10.20.1.5", sql: sql("SQL_DR") });
  const dns = { server: "10.20.0.10", keyName: "dr-key", tsigKey: secret.env("TSIG_KEY") };
  const data = logShipping("k2-data", {
    databases: ["K2", "Claims"],
    from: sqlPrd,
    to: sqlDr,
    backupFolder: "D:\\LogShip",
    backupShare: "\\\\SQLPRD01\\LogShip",
    copyTo: "D:\\LogShip",
    replaces: ["K2"],
  });
  return defineEstate({
    name: "contoso",
    journal: { folder: "journal" },
    systems: [
      k2("k2", {
        version: 5,
        standby: "warm",
        servers: { primary: [k2Prd], dr: [k2Dr] },
        data: [data],
        aliases: [
          alias("k2-sql.corp.example", { primary: sqlPrd, dr: sqlDr, dns, role: "dependency" }),
          alias("k2.corp.example", { primary: k2Prd, dr: k2Dr, dns }),
        ],
        masterKey: { password: secret.env("K2_MASTER_KEY") },
        captureKey: secret.env("CAPTURE_KEY"),
        targets: { rtoMin: 60, rpoMin: 240 },
      }),
    ],
  });
}
