import { labClock } from "../../servers/clock.ts";
import { labDisks } from "../../servers/disk.ts";
import { MemoryFiles } from "../../servers/disk/memory-files.ts";
import { dnsServer, type DnsServer } from "../../servers/dns/server.ts";
import { labNetwork, type LabNetwork } from "../../servers/network.ts";
import { rewindAll, type Rewind } from "../../servers/rewind.ts";
import type { SqlInstance } from "../../servers/sql/engine/instance.ts";
import type { HostIdentity, LabClock } from "../../servers/types.ts";
import { windowsHost, type WindowsHost } from "../../servers/windows/host.ts";
import { newSshKey } from "../../servers/windows/ssh/keys.ts";
import type { LabUser } from "../../servers/windows/users.ts";
import type { SiteId } from "../../../model/site.ts";
import { labTimeZone, labZone } from "../../world/places.ts";
import { addressAt } from "../../world/resolver.ts";
import { sqlHost, type SqlHost } from "../../world/sql-host.ts";
import { productionOf, standbyOf, type Passwords } from "./databases.ts";
import { install } from "./services.ts";
import type { Shape } from "./shape.ts";
import { systemsOf, type SimSystem } from "./systems.ts";
import type { WiredLab } from "./wires.ts";

/** Passwords and keys of the simulator's lab: the same every time, and of no use anywhere else. */
export const secrets = {
  SIM_SQL_PRIMARY: "one horse aA1!",
  SIM_SQL_DR: "other horse aA1!",
  SIM_K2_MASTER_KEY: "battery staple aA1!",
  SIM_CAPTURE_KEY: "correct horse aA1!",
  SIM_TSIG_KEY: Buffer.from("a key of the simulator").toString("base64"),
  SSH_PASSWORD: "let me in aA1!",
} as const;

/** One key for all: a new one for each takes its time, and its kind is looked at elsewhere. */
const sshHostKey = newSshKey().private;

/** Of the logins by which systems use their databases. */
const servicePassword = "service aA1!";

export const user: LabUser = { name: "CORP\\svc-dr", password: secrets.SSH_PASSWORD };

/** Two sites in memory. */
export interface SimLab extends WiredLab {
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly systems: readonly SimSystem[];
  readonly dns: { readonly address: string; readonly port: number; readonly server: DnsServer };
  readonly hosts: ReadonlyMap<string, WindowsHost>;
  instance(name: string): SqlInstance;
  port(name: string): number;
  /** Both sites as they are now: to be put back to this moment again and again. */
  mark(): Rewind;
}

/** Starts both sites without a socket, a file or a process: the servers of the lab as they are. */
export async function simLab(startMs: number, shape: Shape): Promise<SimLab> {
  const clock = labClock({ startMs });
  const network = labNetwork({ sockets: false });
  const systems = systemsOf(shape);
  const identities = new Map(
    identitiesOf(systems).map((identity): [string, HostIdentity] => [identity.name, identity]),
  );
  for (const identity of identities.values()) network.addHost(identity);
  const known = (name: string): HostIdentity => found(identities.get(name), name);
  const files = new MemoryFiles();
  const disks = labDisks({ root: "/sim", clock, network, files });
  const common = { clock, network, disks, users: [user], sshHostKey };
  const addressOf = (name: string) => ({ type: "A" as const, ttl: 60, value: known(name).address });
  const server = dnsServer({
    zone: labZone,
    records: systems.flatMap(({ names, app, sql }) => [
      { name: names.client, ...addressOf(app.primary) },
      { name: names.dependency, ...addressOf(sql.primary) },
    ]),
    keys: [
      {
        name: "dr-key",
        algorithm: "hmac-sha256",
        secretBase64: secrets.SIM_TSIG_KEY,
        grants: [{ name: labZone, match: "subdomain", types: ["A"] }],
      },
    ],
    now: () => clock.now(),
  });
  await server.listen(known(nameServer).address, 0, network);
  const sqlHosts = new Map<string, SqlHost>();
  const hosts = new Map<string, WindowsHost>();
  const sqlOf = (name: string): SqlHost => found(sqlHosts.get(name), name);
  for (const site of sites)
    for (const name of new Set(systems.map((s) => s.sql[site]))) {
      const there = systems.filter((s) => s.sql[site] === name);
      const made = await sqlHost({
        ...common,
        identity: known(name),
        batches: site === "dr" ? standbyOf(there, passwordsAt(site)) : productionOf(there, passwordsAt(site)),
        speed: {},
      });
      sqlHosts.set(name, made);
      hosts.set(name, made.host);
    }
  const leads: (() => unknown)[] = [];
  for (const site of sites)
    for (const name of new Set(systems.map((s) => s.app[site]))) {
      const host = windowsHost({ ...common, identity: known(name), disk: disks.host(name) });
      await host.start();
      hosts.set(name, host);
      for (const system of systems.filter((s) => s.app[site] === name)) {
        const lead = system.shape.names.includes("dependency")
          ? addressAt(name, system.names.dependency, { network, nameServer, zone: server.zone })
          : () => known(system.sql[site]).address;
        leads.push(lead);
        const database = (): SqlInstance | undefined => {
          const address = lead();
          return [...sqlHosts.values()].find(
            (h) =>
              h.host.identity.address === address &&
              h.isRunning() &&
              network.reachable(name, h.host.identity.name),
          )?.instance;
        };
        await install({
          ...common,
          host,
          system,
          runs: site === "primary",
          password: servicePassword,
          database,
        });
      }
    }
  return {
    clock,
    network,
    systems,
    user,
    hosts,
    dns: { address: known(nameServer).address, port: server.port, server },
    host: (name) => hosts.get(name),
    sql: (name) => (sqlHosts.get(name)?.isRunning() ? sqlOf(name).instance : undefined),
    instance: (name) => sqlOf(name).instance,
    port: (name) => sqlOf(name).port,
    mark: () => {
      const rewind = rewindAll([clock, network, files, server, ...hosts.values()].map((one) => one.mark()));
      return () => {
        rewind();
        // What a server remembers of a name's address is what it was told last.
        for (const lead of leads) lead();
      };
    },
  };
}

const sites = ["primary", "dr"] as const;
/** At neither site: a name can be moved from whichever is left. */
const nameServer = "DNS01";

const passwordsAt = (site: SiteId): Passwords => ({
  operator: site === "dr" ? secrets.SIM_SQL_DR : secrets.SIM_SQL_PRIMARY,
  service: servicePassword,
  masterKey: secrets.SIM_K2_MASTER_KEY,
});

function found<T>(one: T | undefined, name: string): T {
  if (one === undefined) throw new Error(`the simulator has no server ${name}`);
  return one;
}

/** Every server that systems stand on, and the name server. */
function identitiesOf(systems: readonly SimSystem[]): readonly HostIdentity[] {
  const names = (site: SiteId): readonly string[] => [
    ...new Set(systems.flatMap((s) => [s.app[site], s.sql[site]])),
  ];
  return [
    ...sites.flatMap((site) =>
      names(site).map((name, i) => ({
        name,
        site,
        address: `127.${site === "dr" ? "20" : "10"}.1.${String(4 + i)}`,
        timeZone: labTimeZone,
      })),
    ),
    { name: nameServer, site: "third", address: "127.30.1.100", timeZone: labTimeZone },
  ];
}
