import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { labClock } from "../../lab/servers/clock.ts";
import { labDisks } from "../../lab/servers/disk.ts";
import { labNetwork, type LabNetwork } from "../../lab/servers/network.ts";
import { windowsHost, type WindowsHost } from "../../lab/servers/windows/host.ts";
import type { ServiceSpec } from "../../lab/servers/windows/service.ts";
import type { LabUser } from "../../lab/servers/windows/users.ts";
import type { Host } from "../../model/host.ts";

/** A Windows server of the lab on a loopback address, and how the estate describes it. */
export interface WindowsBench {
  readonly server: WindowsHost;
  readonly network: LabNetwork;
  /** As it is now; a test may change its key or port. */
  host(): Host;
  close(): Promise<void>;
}

/** The password of `svc-dr` on every server of a bench; the secret `SSH` of its host. */
export const sshPassword = "right horse";

/** K2DR01 with these services and the user `svc-dr`. */
export async function windowsBench(
  services: readonly ServiceSpec[] = [],
  user: Partial<LabUser> = {},
): Promise<WindowsBench> {
  const root = await mkdtemp(path.join(os.tmpdir(), "windows-bench-"));
  const clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
  const network = labNetwork();
  const identity = { name: "K2DR01", site: "dr", address: "127.20.1.4", timeZone: "Europe/London" } as const;
  network.addHost(identity);
  const disk = labDisks({ root, clock, network }).host(identity.name);
  const server = windowsHost({
    identity,
    clock,
    network,
    disk,
    users: [{ name: "CORP\\svc-dr", password: sshPassword, ...user }],
    services,
    commands: {
      // Gives back in capitals what it reads.
      upper: async (call) => {
        call.out((await call.input.text()).toUpperCase());
        return 3;
      },
    },
  });
  await server.start();
  return {
    server,
    network,
    host: () => ({
      id: identity.name,
      site: identity.site,
      address: identity.address,
      timeZone: identity.timeZone,
      ssh: {
        port: server.ssh.port,
        user: "CORP\\svc-dr",
        hostKey: server.ssh.publicKey,
        password: { env: "SSH" },
      },
      whilePassive: "parked",
    }),
    close: async () => {
      await server.close();
      await network.close();
      clock.close();
      await rm(root, { recursive: true });
    },
  };
}
