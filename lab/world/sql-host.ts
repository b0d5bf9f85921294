import { randomBytes } from "node:crypto";
import type { LabDisks } from "../servers/disk.ts";
import type { LabNetwork, Listener } from "../servers/network.ts";
import { sqlInstance, type Speed, type SqlInstance } from "../servers/sql/engine/instance.ts";
import { tdsServer, type TdsServer } from "../servers/sql/wire/server.ts";
import type { HostIdentity, LabClock, Program } from "../servers/types.ts";
import { windowsHost, type WindowsHost } from "../servers/windows/host.ts";
import type { LabUser } from "../servers/windows/users.ts";
import type { Batch } from "./databases.ts";

/** A Windows server with SQL Server on it. */
export interface SqlHost {
  readonly host: WindowsHost;
  readonly instance: SqlInstance;
  readonly wire: TdsServer;
  readonly port: number;
  isRunning(): boolean;
}

/** Starts a Windows server whose service MSSQLSERVER is the stand-in, with the databases that the batches make. */
export async function sqlHost({
  identity,
  clock,
  network,
  disks,
  users,
  batches,
  speed,
  sshHostKey,
}: {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly disks: LabDisks;
  readonly users: readonly LabUser[];
  readonly batches: readonly Batch[];
  readonly speed: Partial<Speed>;
  /** Default: a new one. */
  readonly sshHostKey?: string;
}): Promise<SqlHost> {
  const disk = disks.host(identity.name);
  for (const folder of ["D:\\Nightly", "D:\\LogShip", "D:\\Data", "D:\\Witness"])
    await disk.makeFolder(folder);
  disk.share("LogShip", "D:\\LogShip");
  disk.share("Witness", "D:\\Witness");
  const instance = sqlInstance({
    shell: (line) => host.run(line),
    identity,
    clock,
    disk,
    version: "2019",
    sa: randomBytes(12).toString("hex"),
    speed,
  });
  const wire = tdsServer(instance);
  let listener: Listener | undefined;
  let port = 0;
  const program: Program = {
    start: async () => {
      await instance.start();
      listener = await network.listen(identity.name, { port, onConnection: (line) => wire.accept(line) });
      port = listener.port;
    },
    stop: async () => {
      await listener?.close();
      listener = undefined;
      await wire.close();
      await instance.stop();
    },
    mark: () => {
      const kept = { listener, port };
      const rewind = instance.mark();
      return () => {
        ({ listener, port } = kept);
        rewind();
      };
    },
  };
  const host = windowsHost({
    identity,
    clock,
    network,
    disk,
    users,
    ...(sshHostKey === undefined ? {} : { sshHostKey }),
    services: [
      {
        name: "MSSQLSERVER",
        displayName: "SQL Server (MSSQLSERVER)",
        program,
        account: "CORP\\svc-sql",
        startUpMs: 800,
      },
      {
        name: "SQLSERVERAGENT",
        displayName: "SQL Server Agent (MSSQLSERVER)",
        dependsOn: ["MSSQLSERVER"],
        account: "CORP\\svc-sql",
      },
    ],
  });
  await host.start();
  for (const { database, sql } of batches) {
    const { errors } = await instance.run(sql, database);
    const [error] = errors;
    if (error)
      throw new Error(`${identity.name}, ${database}: ${String(error.number)} ${error.text}\n${sql}`);
  }
  return {
    host,
    instance,
    wire,
    port,
    isRunning: () => listener !== undefined && network.isUp(identity.name),
  };
}
