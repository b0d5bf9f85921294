import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DateTime } from "luxon";
import { newSshKey } from "../servers/windows/ssh/keys.ts";
import { controlServer } from "../control/server.ts";
import { sharedClock } from "../clock/shared.ts";
import { labDisks } from "../servers/disk.ts";
import { dnsServer, type DnsServer } from "../servers/dns/server.ts";
import { labNetwork, type LabNetwork } from "../servers/network.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";
import type { Disk, HostIdentity, LabClock } from "../servers/types.ts";
import { windowsHost, type WindowsHost } from "../servers/windows/host.ts";
import { labAzure, type LabAzure } from "./azure.ts";
import { minuteOfWork, newPassword, newSecrets, production, standby, type LabSecrets } from "./databases.ts";
import { freePort } from "./free-port.ts";
import { k2Host } from "./k2-host.ts";
import type { LabOptions } from "./options.ts";
import { sqlUser } from "./answers.ts";
import { pathWith, writeLabFiles, writeLauncher, type LabFile } from "./lab-file.ts";
import { obeyIn } from "./obey.ts";
import { labServers, labTimeZone, observer as thirdPlace, labZone, type LabServer } from "./places.ts";
import { addressAt } from "./resolver.ts";
import { claimsService, ledger } from "./second-system.ts";
import { sqlHost, type SqlHost } from "./sql-host.ts";

/** Two sites that run, until `close`. */
export interface Lab {
  readonly servers: readonly LabServer[];
  readonly clock: LabClock;
  /** Where the estate keeps its journal. */
  readonly journal: LabOptions["journal"];
  readonly network: LabNetwork;
  readonly dns: { readonly address: string; readonly port: number; readonly server: DnsServer };
  readonly k2Port: number;
  /** Port of the second system, where the lab has one. */
  readonly claimsPort?: number;
  readonly azure?: LabAzure;
  readonly secrets: LabSecrets;
  /** What a shell needs to work with the lab's project: secrets, and Pulumi's settings. */
  readonly env: Readonly<Record<string, string>>;
  host(name: string): WindowsHost;
  sql(name: string): SqlInstance;
  /** Name of the server with SQL Server at a site. */
  sqlServerAt(site: LabServer["site"]): string;
  disk(name: string): Disk;
  /** How a client logs on to a SQL Server of the lab. */
  sqlLogin(name: string): {
    readonly server: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
  };
  serviceAt(host: string, service: string): string;
  /** A moment of lab time in the servers' local time, as T-SQL takes it. */
  localTime(atMs: number): string;
  /** Lab time just after the last work that was done at the primary site. */
  productionEndedMs(): number;
  /** How often a system had done its work, in every database of it, up to a moment of lab time. Default: K2. */
  minutesOfWorkUntil(atMs: number, system?: "k2" | "claims"): number;
  close(): Promise<void>;
}

const sshUser = "CORP\\svc-dr";

/** Starts both sites, in about a second, for the project in `folder`. */
export async function startLab({
  folder,
  speed = {},
  shell = {},
  azure: withAzure = false,
  hostsPerSite = 2,
  systems = 1,
  guard = false,
  journal = "folder",
  observer = false,
}: Partial<LabOptions> & Pick<LabOptions, "folder">): Promise<Lab> {
  const root = join(resolve(folder), ".lab");
  await mkdir(join(root, "keys"), { recursive: true });
  const servers = [...labServers(hostsPerSite), ...(observer ? [thirdPlace] : [])];
  const running = (what: "k2" | "sql"): readonly LabServer[] => servers.filter((s) => s.runs.includes(what));
  const clock = await sharedClock(join(root, "clock"));
  const network = labNetwork();
  const identities = new Map(
    servers.map((s): [string, HostIdentity] => [
      s.name,
      { name: s.name, site: s.site, address: s.address, timeZone: labTimeZone },
    ]),
  );
  for (const identity of identities.values()) network.addHost(identity);
  const disks = labDisks({ root: join(root, "hosts"), clock, network });
  const key = newSshKey();
  const keyFile = join(root, "keys", "id_ed25519");
  await writeFile(keyFile, key.private, { mode: 0o600 });
  await chmod(keyFile, 0o600);
  const secrets = newSecrets();
  const claimsPassword = newPassword();
  const tsigKey = randomBytes(32).toString("base64");
  const k2Addresses = running("k2").map((s) => s.address);
  const k2Port = await freePort(k2Addresses);
  const claimsPort = systems === 2 ? await freePort(k2Addresses) : undefined;
  const users = [{ name: sshUser, publicKeys: [key.public] }];
  const common = { clock, network, disks, users };

  const dns = dnsServer({
    zone: labZone,
    records: [
      { name: `k2.${labZone}`, type: "A", ttl: 60, value: addressOf("K2PRD01") },
      { name: `k2-sql.${labZone}`, type: "A", ttl: 60, value: addressOf(sqlServerAt("primary")) },
      ...(systems === 2
        ? [{ name: `claims.${labZone}`, type: "A" as const, ttl: 60, value: addressOf("K2PRD01") }]
        : []),
    ],
    keys: [
      {
        name: "dr-key",
        algorithm: "hmac-sha256",
        secretBase64: tsigKey,
        grants: [{ name: labZone, match: "subdomain", types: ["A"] }],
      },
    ],
    now: () => clock.now(),
  });
  await dns.listen(addressOf("DNS01"), 0, network);

  const worked = { k2: [] as number[], claims: [] as number[] };
  const sqlHosts = new Map<string, SqlHost>();
  const hosts = new Map<string, WindowsHost>();
  for (const s of running("sql")) {
    const made = await sqlHost({
      ...common,
      identity: known(s.name),
      batches:
        s.site === "dr"
          ? standby(secrets)
          : [...production(secrets), ...(systems === 2 ? ledger(claimsPassword) : [])],
      speed,
    });
    sqlHosts.set(s.name, made);
    hosts.set(s.name, made.host);
  }
  /** A SQL Server as a program on another server reaches it now. */
  const reached = (from: string, which: (h: SqlHost) => boolean): SqlInstance | undefined =>
    [...sqlHosts.values()].find(
      (h) => which(h) && h.isRunning() && network.reachable(from, h.host.identity.name),
    )?.instance;
  const behind = (from: string, addressOfName: () => string | undefined) => (): SqlInstance | undefined => {
    const address = addressOfName();
    return reached(from, (h) => h.host.identity.address === address);
  };
  for (const s of running("k2"))
    hosts.set(
      s.name,
      await k2Host({
        ...common,
        on: hosts.get(s.name),
        identity: known(s.name),
        port: k2Port,
        runs: s.site === "primary",
        login: { user: "k2_service", password: secrets.k2Service },
        database: behind(
          s.name,
          addressAt(s.name, `k2-sql.${labZone}`, { network, nameServer: "DNS01", zone: dns.zone }),
        ),
        work: minuteOfWork,
        ...(s.site === "primary" ? { onWorked: () => worked.k2.push(clock.now()) } : {}),
        more:
          claimsPort === undefined
            ? []
            : [
                claimsService({
                  identity: known(s.name),
                  clock,
                  network,
                  port: claimsPort,
                  password: claimsPassword,
                  database: () => reached(s.name, (h) => h.host.identity.site === s.site),
                  onWorked: () => {
                    if (s.site === "primary") worked.claims.push(clock.now());
                  },
                }),
              ],
      }),
    );

  for (const s of servers.filter((one) => one.runs.includes("observer"))) {
    const host = windowsHost({ ...common, identity: known(s.name), disk: disks.host(s.name) });
    await host.start();
    hosts.set(s.name, host);
  }

  const azure = withAzure
    ? await labAzure({ clock, network, servers: running("k2").map((s) => known(s.name)) })
    : undefined;
  const file: Omit<LabFile, "control"> = {
    hosts: Object.fromEntries(
      [...hosts].map(([name, h]) => [
        name,
        {
          address: h.identity.address,
          ssh: h.ssh.port,
          hostKey: h.ssh.publicKey,
          ...(sqlHosts.has(name) ? { sql: sqlHosts.get(name)?.port ?? 0 } : {}),
        },
      ]),
    ),
    ssh: { user: sshUser, privateKey: ".lab/keys/id_ed25519" },
    dns: { address: addressOf("DNS01"), port: dns.port },
    k2Port,
    ...(guard ? { guard: true as const } : {}),
    ...(journal === "sql"
      ? { journal: { sqlServer: sqlServerAt("dr"), mirror: join(root, "journal-mirror") } }
      : {}),
    ...(claimsPort === undefined ? {} : { claimsPort }),
    ...(azure ? { azure: { subscriptionId: azure.subscriptionId, resourceGroup: azure.resourceGroup } } : {}),
  };
  const env = {
    SQL_PRIMARY: secrets.sqlPrimary,
    SQL_DR: secrets.sqlDr,
    TSIG_KEY: tsigKey,
    K2_MASTER_KEY: secrets.masterKey,
    CAPTURE_KEY: newPassword(),
    // Node programs of this environment have the lab's time.
    LAB_CLOCK: join(root, "clock"),
    NODE_OPTIONS: `--import=${pathToFileURL(resolve(import.meta.dirname, "../clock/preload.js")).href}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_PARALLEL: "64",
    PULUMI_CONTINUE_ON_ERROR: "true",
    ...azure?.env,
  };

  const lab: Lab = {
    servers,
    clock,
    journal,
    network,
    dns: { address: file.dns.address, port: file.dns.port, server: dns },
    k2Port,
    ...(claimsPort === undefined ? {} : { claimsPort }),
    ...(azure ? { azure } : {}),
    secrets,
    env,
    host: (name) => hosts.get(name.toUpperCase()) ?? unknown(name),
    sql: (name) => sqlHosts.get(name.toUpperCase())?.instance ?? unknown(name),
    sqlServerAt,
    disk: (name) => disks.host(known(name).name),
    sqlLogin: (name) => ({
      server: addressOf(name),
      port: sqlHosts.get(name)?.port ?? 0,
      user: sqlUser,
      password: known(name).site === "primary" ? secrets.sqlPrimary : secrets.sqlDr,
    }),
    serviceAt: (name, service) =>
      network.isUp(name) ? (lab.host(name).services.find(service)?.state ?? "not there") : "without power",
    localTime: (atMs) =>
      DateTime.fromMillis(atMs, { zone: labTimeZone }).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS"),
    productionEndedMs: () => (worked.k2.at(-1) ?? clock.now()) + 500,
    minutesOfWorkUntil: (atMs, system = "k2") => worked[system].filter((t) => t <= atMs).length,
    close: async () => {
      await control.close();
      await azure?.close();
      await Promise.all([...hosts.values()].map((h) => h.close()));
      await dns.close();
      await network.close();
      clock.close();
    },
  };
  const control = await controlServer(obeyIn(lab));
  await writeLabFiles(
    folder,
    { ...file, control: control.url },
    {
      ...shell,
      ...env,
      PATH: pathWith([
        ...(shell["PATH"]?.split(delimiter).slice(0, 1) ?? []),
        resolve(import.meta.dirname, "../../node_modules/.bin"),
        await writeLauncher(resolve(folder), resolve(import.meta.dirname, "../../bin/parallel-standby.ts")),
      ]),
    },
    servers,
  );
  return lab;

  function known(name: string): HostIdentity {
    return identities.get(name) ?? unknown(name);
  }
  function addressOf(name: string): string {
    return known(name).address;
  }
  function sqlServerAt(site: LabServer["site"]): string {
    return running("sql").find((s) => s.site === site)?.name ?? unknown(`with SQL Server at ${site}`);
  }
  function unknown(name: string): never {
    throw new Error(`the lab has no server ${name}; it has ${servers.map((s) => s.name).join(", ")}`);
  }
}
