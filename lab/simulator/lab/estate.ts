import {
  alias,
  defineEstate,
  k2,
  logShipping,
  manualStep,
  secret,
  site,
  type Declared,
  type Estate,
} from "../../../index.ts";
import type { SimLab } from "./lab.ts";
import type { Shape } from "./shape.ts";
import { systemsOf, type SimSystem } from "./systems.ts";

/** The lab's estate, as an owner would write it for the servers that the simulator has. */
export function simEstate(lab: SimLab, shape: Shape): Estate {
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
  const sqlAt = (name: string, password: string) => ({
    ...at(name),
    sql: { port: lab.port(name), user: "dr_operator", password: secret.env(password) },
  });
  const dns = {
    server: lab.dns.address,
    port: lab.dns.port,
    keyName: "dr-key",
    tsigKey: secret.env("SIM_TSIG_KEY"),
  };
  const systems = systemsOf(shape);
  const once = <T>(make: (name: string) => T): ((name: string) => T) => {
    const made = new Map<string, T>();
    return (name) => {
      const found = made.get(name) ?? make(name);
      made.set(name, found);
      return found;
    };
  };
  const servers = {
    appPrd: once((name) => primary.server(name, at(name))),
    appDr: once((name) => dr.server(name, at(name))),
    sqlPrd: once((name) => primary.server(name, sqlAt(name, "SIM_SQL_PRIMARY"))),
    sqlDr: once((name) => dr.server(name, sqlAt(name, "SIM_SQL_DR"))),
  };

  const declared: Declared[] = [];
  for (const system of systems) declared.push(systemOf(system, declared.at(-1)));
  const [first] = systems;
  if (!first) throw new Error("an estate has a system");
  return defineEstate({
    name: "simulator",
    journal: { folder: "journal" },
    systems: declared,
    ...(shape.guard
      ? {
          guard: {
            witnesses: [
              {
                share: `\\\\${first.sql.dr}\\Witness`,
                on: servers.sqlDr(first.sql.dr),
                folder: "D:\\Witness",
              },
              {
                share: `\\\\${first.sql.primary}\\Witness`,
                on: servers.sqlPrd(first.sql.primary),
                folder: "D:\\Witness",
              },
            ],
          },
        }
      : {}),
  });

  function systemOf(
    { id, shape: own, databases, service, port, app, sql, names }: SimSystem,
    before: Declared | undefined,
  ): Declared {
    const [sqlPrd, sqlDr] = [servers.sqlPrd(sql.primary), servers.sqlDr(sql.dr)];
    const [appPrd, appDr] = [servers.appPrd(app.primary), servers.appDr(app.dr)];
    const isK2 = own.kind === "k2";
    const data = logShipping(`${id}-data`, {
      databases,
      from: sqlPrd,
      to: sqlDr,
      backupFolder: "D:\\LogShip",
      backupShare: `\\\\${sql.primary}\\LogShip`,
      copyTo: "D:\\LogShip",
      everyMin: 60,
      holdMin: 180,
      point: { minutesBefore: 120 },
      ...(isK2 ? { replaces: ["K2"] as const } : {}),
    });
    const [approved, ...more] = own.approve;
    const others = systems.filter((s) => s.id !== id && s.app.primary === app.primary).map((s) => s.service);
    return k2(id, {
      version: 5,
      standby: isK2 ? "warm" : "cold",
      servers: { primary: [appPrd], dr: [appDr] },
      data: [data],
      aliases: own.names.map((role) =>
        role === "dependency"
          ? alias(names.dependency, { primary: sqlPrd, dr: sqlDr, dns, role })
          : alias(names.client, { primary: appPrd, dr: appDr, dns }),
      ),
      port,
      ...(isK2
        ? {
            masterKey: { password: secret.env("SIM_K2_MASTER_KEY") },
            captureKey: secret.env("SIM_CAPTURE_KEY"),
          }
        : { services: [service], health: { log: "none" as const } }),
      otherServices: others,
      targets: { rtoMin: 60, rpoMin: 240 },
      optional: own.optional,
      ...(approved === undefined ? {} : { approve: [approved, ...more] as const }),
      ...(own.after && before ? { after: [before] } : {}),
      ...(own.manual
        ? {
            manual: [
              manualStep(`${id}-pool`, {
                text: "point the pool at the other building",
                owner: "Network team",
                telephone: "+44 20 7946 0100",
              }),
            ],
          }
        : {}),
    });
  }
}
