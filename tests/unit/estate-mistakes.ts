import { alias, k2, logShipping, site } from "../../index.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as describeEstate, EstateError } from "../../model/describe.ts";
import type { Declared, Estate, Server } from "../../model/estate.ts";
import { secret } from "../../model/secret.ts";
import { exampleEstate } from "./example-estate.ts";

/** Facts or arguments as a program without types writes them. */
export type Facts = Record<string, unknown>;

/** The example estate with each of its parts changed. */
export function changed(change: (d: Declared) => Declared): Estate {
  const walk = (d: Declared): Declared => change({ ...d, uses: d.uses.map(walk) });
  const estate = exampleEstate();
  return { ...estate, systems: estate.systems.map(walk) };
}

/** The example estate with the facts of one part changed, as a program without types could write them. */
export const withFacts = (id: string, change: (facts: Facts) => Facts): Estate =>
  changed((d) => (d.id === id ? { ...d, facts: change(d.facts as Facts) } : d));

/** The example estate with its servers changed. */
export const withServers = (change: (s: Server) => readonly Server[]): Estate =>
  changed((d) => ({ ...d, servers: d.servers.flatMap(change) }));

/** What `describe` says of it, a sentence each. */
export function sentences(estate: Estate): readonly string[] {
  try {
    describeEstate(estate, parts);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.message.split("\n");
  }
}

/** The example estate with other facts of its data, its system, the name server of its alias. */
export const data = (more: Facts): Estate => withFacts("k2-data", (f) => ({ ...f, ...more }));
export const system = (more: Facts): Estate => withFacts("k2", (f) => ({ ...f, ...more }));
export const aliasDns = (more: Facts): Estate =>
  withFacts("k2.corp.example", (f) => ({ ...f, dns: { ...(f["dns"] as Facts), ...more } }));

/** An estate as a program without types writes it, with words in arguments that the types would refuse. */
export function written(more: {
  readonly site?: string;
  readonly timeZone?: string;
  readonly server?: Facts;
  readonly data?: Facts;
  readonly alias?: Facts;
  readonly k2?: Facts;
  readonly estate?: Facts;
}): Estate {
  const ssh = {
    user: "CORP\\svc-dr",
    privateKey: secret.file("key"),
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample",
  };
  const sql = { user: "dr_operator", password: secret.env("SQL") };
  const primary = site("primary", { place: "London", ssh });
  const dr = site((more.site ?? "dr") as "dr", {
    place: "Leeds",
    ssh,
    ...(more.timeZone === undefined ? {} : { timeZone: more.timeZone }),
  });
  const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
  const k2Dr = dr.server("K2DR01", { address: "10.20.1.4", ...more.server });
  const shipped = logShipping("k2-data", {
    databases: ["K2", "Claims"],
    from: primary.server("SQLPRD01", { address: "10.10.1.5", sql }),
    to: dr.server("SQLDR01", { address: "10.20.1.5", sql }),
    backupFolder: "D:\\LogShip",
    backupShare: "\\\\SQLPRD01\\LogShip",
    copyTo: "D:\\LogShip",
    ...more.data,
  });
  const name = alias("k2.corp.example", {
    primary: k2Prd,
    dr: k2Dr,
    dns: { server: "10.20.0.10", tsigKey: secret.env("TSIG") },
    ...more.alias,
  });
  return {
    name: "contoso",
    journal: { folder: "journal" },
    systems: [
      k2("k2", {
        version: 5,
        standby: "warm",
        servers: { primary: [k2Prd], dr: [k2Dr] },
        data: [shipped],
        aliases: [name],
        captureKey: secret.env("CAPTURE"),
        targets: { rtoMin: 60, rpoMin: 240 },
        ...more.k2,
      }),
    ],
    ...more.estate,
  };
}

/** The facts of the example estate about its master keys. */
export function masterKey(): Facts {
  const [k2System] = exampleEstate().systems;
  return (k2System?.facts as Facts)["masterKey"] as Facts;
}
