import { readFileSync } from "node:fs";
import { alias, defineEstate, k2, logShipping, manualStep, secret, site } from "parallel-standby";

/** Where the lab's servers listen this time: ports and host keys are new with every start. An owner writes them here. */
const lab = JSON.parse(readFileSync(new URL(".lab/lab.json", import.meta.url), "utf8")) as {
  readonly hosts: Readonly<
    Record<
      string,
      { readonly address: string; readonly ssh: number; readonly hostKey: string; readonly sql?: number }
    >
  >;
  readonly ssh: { readonly user: string; readonly privateKey: string };
  readonly dns: { readonly address: string; readonly port: number };
  readonly k2Port: number;
  readonly claimsPort?: number;
  readonly guard?: true;
  readonly journal?: { readonly sqlServer: string; readonly mirror: string };
  readonly people?: {
    readonly approve: boolean;
    readonly pool?: { readonly address: string; readonly port: number };
  };
  readonly azure?: { readonly subscriptionId: string; readonly resourceGroup: string };
};

/** What the lab knows of a server, in the words of an estate. */
function at(name: string) {
  const host = lab.hosts[name];
  if (!host) throw new Error(`the lab has no server ${name}`);
  return { address: host.address, ssh: { port: host.ssh, hostKey: host.hostKey } };
}
const sqlLogin = (password: string, name: string) => ({
  port: lab.hosts[name]?.sql ?? 1433,
  user: "dr_operator",
  password: secret.env(password),
});
const vm = (name: string) => (lab.azure ? { azure: { ...lab.azure, vm: name } } : {});

const ssh = { user: lab.ssh.user, privateKey: secret.file(lab.ssh.privateKey) };
const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });

const k2Prd = primary.server("K2PRD01", { ...at("K2PRD01"), ...vm("K2PRD01") });
const k2Dr = dr.server("K2DR01", { ...at("K2DR01"), ...vm("K2DR01") });
const sqlPrd = primary.server("SQLPRD01", { ...at("SQLPRD01"), sql: sqlLogin("SQL_PRIMARY", "SQLPRD01") });
const sqlDr = dr.server("SQLDR01", { ...at("SQLDR01"), sql: sqlLogin("SQL_DR", "SQLDR01") });

const dns = {
  server: lab.dns.address,
  port: lab.dns.port,
  keyName: "dr-key",
  tsigKey: secret.env("TSIG_KEY"),
};
const k2Name = alias("k2.corp.example", { primary: k2Prd, dr: k2Dr, dns });
const sqlName = alias("k2-sql.corp.example", { primary: sqlPrd, dr: sqlDr, dns, role: "dependency" });

/** After a cutover the standby's SQL Server is the only one: its backups go to the K2 server beside it. */
const awayTo = { dr: "\\\\K2DR01\\Away" };

/** K2's own procedure: logs every hour, held back three, recovered to two hours before the disaster. */
const k2Data = logShipping("k2-data", {
  databases: ["K2", "Claims"],
  from: sqlPrd,
  to: sqlDr,
  backupFolder: "D:\\LogShip",
  backupShare: "\\\\SQLPRD01\\LogShip",
  copyTo: "D:\\LogShip",
  everyMin: 60,
  holdMin: 180,
  point: { minutesBefore: 120 },
  awayTo,
  // K2's installer made its own empty database at the standby.
  replaces: ["K2"],
});

/** What people do in a move, where the lab has people: one that a port shows, and one that somebody has to say. */
const byHand = (pool: { readonly address: string; readonly port: number }) => [
  manualStep("pool", {
    text: { primary: "point the pool k2-web at K2PRD01", dr: "point the pool k2-web at K2DR01" },
    owner: "Network team",
    telephone: "+44 20 7946 0100",
    probe: pool,
  }),
  manualStep("phones", {
    text: "tell the service desk which site people work at",
    owner: "Service desk",
    telephone: "+44 20 7946 0199",
    phase: "smoke-test",
  }),
];

const workflows = k2("k2", {
  version: 5,
  standby: "warm",
  servers: { primary: [k2Prd], dr: [k2Dr] },
  data: [k2Data],
  aliases: [sqlName, k2Name],
  port: lab.k2Port,
  masterKey: { password: secret.env("K2_MASTER_KEY") },
  captureKey: secret.env("CAPTURE_KEY"),
  targets: { rtoMin: 60, rpoMin: 240 },
  ...(lab.people?.approve ? { approve: ["clients"] as const } : {}),
  ...(lab.people?.pool ? { manual: byHand(lab.people.pool) } : {}),
});

/**
 * A second system on the same servers, where the lab has one: a Windows service with a database and a name of its own.
 * `cold` leaves out what only a licensed K2 has. It shares no part with K2, so that each has its own point, fence and
 * verdict; it calls workflows, so that its services start after K2's.
 */
const claims = (port: number) =>
  k2("claims", {
    version: 5,
    standby: "cold",
    servers: { primary: [k2Prd], dr: [k2Dr] },
    services: ["Claims Service"],
    otherServices: ["K2 Server"],
    data: [
      logShipping("claims-data", {
        databases: ["Ledger"],
        from: sqlPrd,
        to: sqlDr,
        backupFolder: "D:\\LogShip",
        backupShare: "\\\\SQLPRD01\\LogShip",
        copyTo: "D:\\LogShip",
        everyMin: 60,
        holdMin: 180,
        point: { minutesBefore: 120 },
        awayTo,
      }),
    ],
    aliases: [alias("claims.corp.example", { primary: k2Prd, dr: k2Dr, dns })],
    port,
    health: { log: "none" },
    targets: { rtoMin: 240, rpoMin: 240 },
    after: [workflows],
  });

export const estate = defineEstate({
  name: "lab",
  // In a folder of one operator's machine, or on the SQL Server of the standby, where several reach it.
  journal: lab.journal
    ? {
        sql: { address: at(lab.journal.sqlServer).address, ...sqlLogin("SQL_DR", lab.journal.sqlServer) },
        mirror: lab.journal.mirror,
        keep: ".lab/journal",
      }
    : { folder: ".lab/journal", mirror: ".lab/journal-mirror" },
  // Where the lab has a guard: each site's servers ask at the other what they may start.
  guard: lab.guard
    ? {
        witnesses: [
          { share: "\\\\SQLDR01\\Witness", on: sqlDr, folder: "D:\\Witness" },
          { share: "\\\\SQLPRD01\\Witness", on: sqlPrd, folder: "D:\\Witness" },
        ],
      }
    : false,
  // Where the lab has a third place: whoever stands there tells a dead site from a dead line.
  observers: lab.hosts["OBS01"]
    ? [{ name: "OBS01", ...at("OBS01"), ssh: { ...ssh, ...at("OBS01").ssh } }]
    : false,
  systems: [workflows, ...(lab.claimsPort === undefined ? [] : [claims(lab.claimsPort)])],
});
