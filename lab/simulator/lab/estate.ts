import { alias, defineEstate, k2, logShipping, secret, site, type Estate } from "../../../index.ts";
import type { SimLab } from "./lab.ts";

/** The lab's estate, as an owner would write it for the servers that the simulator has. */
export function simEstate(lab: SimLab, databases: readonly [string, ...string[]] = ["K2", "Claims"]): Estate {
  const ssh = { user: lab.user.name, password: secret.env("SSH_PASSWORD") };
  const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
  const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });
  const at = (name: string) => {
    const host = lab.host(name);
    if (!host) throw new Error(`the simulator has no server ${name}`);
    return {
      address: host.identity.address,
      ssh: { port: host.ssh.port, hostKey: host.ssh.publicKey },
    };
  };
  const login = (password: string, name: string) => ({
    port: lab.port(name),
    user: "dr_operator",
    password: secret.env(password),
  });
  const k2Prd = primary.server("K2PRD01", at("K2PRD01"));
  const k2Dr = dr.server("K2DR01", at("K2DR01"));
  const sqlPrd = primary.server("SQLPRD01", { ...at("SQLPRD01"), sql: login("SIM_SQL_PRIMARY", "SQLPRD01") });
  const sqlDr = dr.server("SQLDR01", { ...at("SQLDR01"), sql: login("SIM_SQL_DR", "SQLDR01") });
  const dns = {
    server: lab.dns.address,
    port: lab.dns.port,
    keyName: "dr-key",
    tsigKey: secret.env("SIM_TSIG_KEY"),
  };
  const data = logShipping("k2-data", {
    databases,
    from: sqlPrd,
    to: sqlDr,
    backupFolder: "D:\\LogShip",
    backupShare: "\\\\SQLPRD01\\LogShip",
    copyTo: "D:\\LogShip",
    everyMin: 60,
    holdMin: 180,
    point: { minutesBefore: 120 },
    replaces: ["K2"],
  });
  return defineEstate({
    name: "simulator",
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
        port: lab.k2Port,
        masterKey: { password: secret.env("SIM_K2_MASTER_KEY") },
        captureKey: secret.env("SIM_CAPTURE_KEY"),
        targets: { rtoMin: 60, rpoMin: 240 },
      }),
    ],
  });
}
