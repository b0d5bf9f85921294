import { labClock } from "../../servers/clock.ts";
import { labDisks } from "../../servers/disk.ts";
import { MemoryFiles } from "../../servers/disk/memory-files.ts";
import { dnsServer, type DnsServer } from "../../servers/dns/server.ts";
import { labNetwork, type LabNetwork } from "../../servers/network.ts";
import { rewindAll, type Rewind } from "../../servers/rewind.ts";
import type { SqlInstance } from "../../servers/sql/engine/instance.ts";
import type { HostIdentity, LabClock } from "../../servers/types.ts";
import type { WindowsHost } from "../../servers/windows/host.ts";
import { newSshKey } from "../../servers/windows/ssh/keys.ts";
import type { LabUser } from "../../servers/windows/users.ts";
import { minuteOfWork, production, standby } from "../../world/databases.ts";
import { k2Host } from "../../world/k2-host.ts";
import { labServers, labTimeZone, labZone } from "../../world/places.ts";
import { addressAt } from "../../world/resolver.ts";
import { sqlHost, type SqlHost } from "../../world/sql-host.ts";
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

export const user: LabUser = { name: "CORP\\svc-dr", password: secrets.SSH_PASSWORD };

/** Two sites in memory. */
export interface SimLab extends WiredLab {
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly k2Port: number;
  readonly dns: { readonly address: string; readonly port: number; readonly server: DnsServer };
  readonly hosts: ReadonlyMap<string, WindowsHost>;
  instance(name: string): SqlInstance;
  port(name: string): number;
  /** Both sites as they are now: to be put back to this moment again and again. */
  mark(): Rewind;
  close(): Promise<void>;
}

/** Starts both sites without a socket, a file or a process: the servers of the lab as they are. */
export async function simLab(startMs: number): Promise<SimLab> {
  const clock = labClock({ startMs });
  const network = labNetwork({ sockets: false });
  const servers = labServers(2);
  const identities = new Map(
    servers.map((s): [string, HostIdentity] => [
      s.name,
      { name: s.name, site: s.site, address: s.address, timeZone: labTimeZone },
    ]),
  );
  for (const identity of identities.values()) network.addHost(identity);
  const known = (name: string): HostIdentity => {
    const found = identities.get(name);
    if (!found) throw new Error(`the simulator has no server ${name}`);
    return found;
  };
  const files = new MemoryFiles();
  const disks = labDisks({ root: "/sim", clock, network, files });
  const common = { clock, network, disks, users: [user], sshHostKey };
  const lab = {
    sqlPrimary: secrets.SIM_SQL_PRIMARY,
    sqlDr: secrets.SIM_SQL_DR,
    masterKey: secrets.SIM_K2_MASTER_KEY,
    k2Service: "service aA1!",
  };
  const server = dnsServer({
    zone: labZone,
    records: [
      { name: `k2.${labZone}`, type: "A", ttl: 60, value: known("K2PRD01").address },
      { name: `k2-sql.${labZone}`, type: "A", ttl: 60, value: known("SQLPRD01").address },
    ],
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
  await server.listen(known("DNSDR01").address, 0, network);
  const sqlHosts = new Map<string, SqlHost>();
  const hosts = new Map<string, WindowsHost>();
  for (const s of servers.filter((one) => one.runs.includes("sql"))) {
    const made = await sqlHost({
      ...common,
      identity: known(s.name),
      batches: s.site === "dr" ? standby(lab) : production(lab),
      speed: {},
    });
    sqlHosts.set(s.name, made);
    hosts.set(s.name, made.host);
  }
  const k2Port = 5555;
  const leads: (() => unknown)[] = [];
  for (const s of servers.filter((one) => one.runs.includes("k2"))) {
    const lead = addressAt(s.name, `k2-sql.${labZone}`, {
      network,
      nameServer: "DNSDR01",
      zone: server.zone,
    });
    leads.push(lead);
    hosts.set(
      s.name,
      await k2Host({
        ...common,
        identity: known(s.name),
        port: k2Port,
        runs: s.site === "primary",
        login: { user: "k2_service", password: lab.k2Service },
        database: () => {
          const address = lead();
          return [...sqlHosts.values()].find(
            (h) =>
              h.host.identity.address === address &&
              h.isRunning() &&
              network.reachable(s.name, h.host.identity.name),
          )?.instance;
        },
        work: minuteOfWork,
      }),
    );
  }
  const sqlOf = (name: string): SqlHost => {
    const found = sqlHosts.get(name);
    if (!found) throw new Error(`the simulator has no SQL Server ${name}`);
    return found;
  };
  return {
    clock,
    network,
    k2Port,
    user,
    hosts,
    dns: { address: known("DNSDR01").address, port: server.port, server },
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
    close: async () => {
      await Promise.all([...hosts.values()].map((h) => h.close()));
      await server.close();
      await network.close();
      clock.close();
    },
  };
}
