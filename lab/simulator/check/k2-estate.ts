import { alias, defineEstate, k2, logShipping, secret, site, type Estate } from "../../../index.ts";

/** A K2 with one database, as small as one can be: what the model check plays through of the real parts. */
export function k2Estate(): Estate {
  const ssh = {
    user: "CORP\\svc-dr",
    hostKey: "ssh-ed25519 AAAA",
    privateKey: secret.file("~/.ssh/id_ed25519"),
  };
  const sql = { user: "dr_operator", password: secret.env("SQL_PASSWORD") };
  const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
  const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });
  const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
  const k2Dr = dr.server("K2DR01", { address: "10.20.1.4" });
  const sqlPrd = primary.server("SQLPRD01", { address: "10.10.1.5", sql });
  const sqlDr = dr.server("SQLDR01", { address: "10.20.1.5", sql });
  const dns = { server: "10.20.0.10", tsigKey: secret.env("TSIG_KEY") };
  const data = logShipping("k2-data", {
    databases: ["K2"],
    from: sqlPrd,
    to: sqlDr,
    backupFolder: "D:\\LogShip",
    backupShare: "\\\\SQLPRD01\\LogShip",
    copyTo: "D:\\LogShip",
    replaces: ["K2"],
  });
  return defineEstate({
    name: "model",
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
