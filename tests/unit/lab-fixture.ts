import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labClock } from "../../lab/servers/clock.ts";
import { type LabDisks, labDisks } from "../../lab/servers/disk.ts";
import { type LabNetwork, labNetwork } from "../../lab/servers/network.ts";
import type { HostIdentity, LabClock } from "../../lab/servers/types.ts";
import { type WindowsHost, windowsHost, type WindowsHostOptions } from "../../lab/servers/windows/host.ts";
import { until } from "./until.ts";

export { until };

/** Lab time at which every test begins: 22 November 2026, 03:10 in London and in UTC. */
export const startMs = Date.UTC(2026, 10, 22, 3, 10);

export const k2Prd: HostIdentity = {
  name: "K2PRD01",
  site: "primary",
  address: "127.10.1.4",
  timeZone: "Europe/London",
};
export const sqlPrd: HostIdentity = {
  name: "SQLPRD01",
  site: "primary",
  address: "127.10.1.5",
  timeZone: "Europe/London",
};
export const k2Dr: HostIdentity = {
  name: "K2DR01",
  site: "dr",
  address: "127.20.1.4",
  timeZone: "Europe/London",
};

/** A small lab of three hosts on a temporary folder. */
export interface Fixture {
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly disks: LabDisks;
  /** Makes and starts a Windows host. */
  host(identity: HostIdentity, options?: Partial<WindowsHostOptions>): Promise<WindowsHost>;
  close(): Promise<void>;
}

export async function fixture(): Promise<Fixture> {
  const root = await mkdtemp(join(tmpdir(), "lab-test-"));
  const clock = labClock({ startMs });
  const network = labNetwork();
  for (const identity of [k2Prd, sqlPrd, k2Dr]) network.addHost(identity);
  const disks = labDisks({ root, clock, network });
  const hosts: WindowsHost[] = [];
  return {
    clock,
    network,
    disks,
    async host(identity, options = {}) {
      const disk = disks.host(identity.name);
      const host = windowsHost({ identity, clock, network, disk, users: [], ...options });
      hosts.push(host);
      await host.start();
      return host;
    },
    async close() {
      clock.close();
      await Promise.all(hosts.map((host) => host.close()));
      await network.close();
      await rm(root, { recursive: true });
    },
  };
}

/** Moves the lab's clock on in steps until the work is done: for work that waits for lab time between real reads and writes. */
export async function advanceUntilDone(lab: Fixture, work: Promise<unknown>, stepMs: number): Promise<void> {
  let done = false;
  const finish = (): void => void (done = true);
  work.then(finish, finish);
  await until("the work ends", async () => {
    if (!done) await lab.clock.advance(stepMs);
    return done;
  });
}

/**
 * How an attempt to connect ends: what the server says first, an error code, or silence, once it has lasted that long.
 * Where silence is what is expected, a test says how long a word would take at most.
 */
export async function greeting(
  port: number,
  address: string,
  { from, quietMs = 10_000 }: { from?: string; quietMs?: number } = {},
): Promise<string> {
  const socket: Socket = connect({
    port,
    host: address,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  let quiet: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string>((resolve) => {
      socket.on("data", (data) => resolve(data.toString()));
      socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
      socket.on("end", () => resolve("closed"));
      socket.on("connect", () => (quiet = setTimeout(() => resolve("silence"), quietMs)));
    });
  } finally {
    clearTimeout(quiet);
    socket.destroy();
  }
}
