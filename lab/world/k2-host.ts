import type { LabDisks } from "../servers/disk.ts";
import { k2Server } from "../servers/k2/server.ts";
import type { LabNetwork } from "../servers/network.ts";
import type { Row } from "../servers/k2/server.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";
import type { HostIdentity, LabClock } from "../servers/types.ts";
import { windowsHost, type WindowsHost } from "../servers/windows/host.ts";
import type { ServiceSpec } from "../servers/windows/service.ts";
import type { LabUser } from "../servers/windows/users.ts";
import { ask } from "./ask.ts";

/** What a K2 server of the lab needs of the rest of it. */
export interface K2HostOptions {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly disks: LabDisks;
  readonly users: readonly LabUser[];
  readonly port: number;
  /** Whether K2 runs when the lab begins. At the standby it is installed, stopped, and would start with Windows. */
  readonly runs: boolean;
  readonly login: { readonly user: string; readonly password: string };
  /** The SQL Server that K2's alias leads to now; undefined where none answers there. */
  readonly database: () => SqlInstance | undefined;
  /** What a running K2 writes every minute of lab time. */
  readonly work: string;
  readonly onWorked?: () => void;
  /** Services that stand beside K2. */
  readonly more?: readonly ServiceSpec[];
  /** A server that runs already and gets K2 too. Default: a new one. */
  readonly on?: WindowsHost | undefined;
  /** Default: a new one. */
  readonly sshHostKey?: string;
}

/** A Windows server with K2 on it, started. */
export async function k2Host({
  identity,
  clock,
  network,
  disks,
  users,
  port,
  runs,
  login,
  database,
  work,
  onWorked,
  more = [],
  on,
  sshHostKey,
}: K2HostOptions): Promise<WindowsHost> {
  const disk = disks.host(identity.name);
  // Where the SQL Server beside it copies its backups.
  await disk.makeFolder("D:\\Away");
  disk.share("Away", "D:\\Away");
  const query = (sql: string): Promise<readonly Row[]> =>
    ask(database(), { ...login, database: "K2", hostName: identity.name, appName: "K2 Server" }, sql);
  const host =
    on ??
    windowsHost({
      identity,
      clock,
      network,
      disk,
      users,
      ...(sshHostKey === undefined ? {} : { sshHostKey }),
    });
  const server = k2Server({
    identity,
    clock,
    network,
    disk,
    events: host.events,
    query,
    work: async () => {
      await query(work);
      onWorked?.();
    },
    port,
    startUpMs: 600,
  });
  if (!on) await host.start();
  const services: readonly ServiceSpec[] = [
    {
      name: "K2 Server",
      displayName: "K2 Server",
      account: "CORP\\svc-k2",
      image: '"C:\\Program Files\\K2\\Host Server\\Bin\\K2HostServer.exe"',
      initially: runs ? "running" : "stopped",
      startUpMs: 400,
      stopMs: 600,
      program: server,
    },
    ...more,
  ];
  for (const service of services) {
    host.services.install(service);
    if (service.initially === "running") await host.services.runAlready(service.name);
  }
  return host;
}
