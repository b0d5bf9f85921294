import { AppServer } from "../../servers/app-server.ts";
import type { WindowsHost } from "../../servers/windows/host.ts";
import { ask } from "../../world/ask.ts";
import { k2Host, type K2HostOptions } from "../../world/k2-host.ts";
import { loginOf } from "./databases.ts";
import { minuteOf, type SimSystem } from "./systems.ts";

/** Puts a system's service on a server: a K2, or one that needs its databases and nothing else. */
export async function install({
  host,
  system,
  runs,
  password,
  database,
  ...common
}: Pick<K2HostOptions, "clock" | "network" | "disks" | "users" | "database"> & {
  readonly host: WindowsHost;
  readonly system: SimSystem;
  readonly runs: boolean;
  readonly password: string;
}): Promise<void> {
  const { identity } = host;
  const user = { user: loginOf(system), password };
  if (system.shape.kind === "k2") {
    await k2Host({
      ...common,
      identity,
      port: system.port,
      runs,
      login: user,
      database,
      work: minuteOf(system),
      on: host,
    });
    return;
  }
  const login = { ...user, hostName: identity.name, appName: system.service };
  const inFirst = { ...login, database: system.databases[0] };
  host.services.install({
    name: system.service,
    account: "CORP\\svc-app",
    image: '"C:\\Program Files\\Service\\Service.exe"',
    initially: runs ? "running" : "stopped",
    startUpMs: 300,
    stopMs: 300,
    program: new AppServer({
      identity,
      clock: common.clock,
      network: common.network,
      port: system.port,
      connect: () => ask(database(), inFirst, "SELECT 1 AS [one]"),
      work: async () => {
        await ask(database(), inFirst, minuteOf(system));
      },
    }),
  });
  if (runs) await host.services.runAlready(system.service);
}
