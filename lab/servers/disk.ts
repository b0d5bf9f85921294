import { join } from "node:path";
import { realFiles, type Files } from "./disk/files.ts";
import { HostDisk, type Shares } from "./disk/host-disk.ts";
import type { LabNetwork } from "./network.ts";
import { DiskError, type LabClock } from "./types.ts";

export { HostDisk } from "./disk/host-disk.ts";
export { absolutePath, formatPath, parsePath, splitPath } from "./disk/paths.ts";

/** The disks of all hosts of a lab. */
export interface LabDisks {
  /** The disk of a host; made on first use, with its drives (default C and D). */
  host(name: string, options?: { readonly drives?: readonly string[] }): HostDisk;
}

/**
 * Disks over real folders below `root`, one for each host and drive. A share is reached through the network: where
 * the other host cannot be reached, or has no such share, access fails with 53. Files carry lab time.
 */
export function labDisks({
  root,
  clock,
  network,
  files = realFiles,
}: {
  readonly root: string;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  /** Default: on this machine's own disk. */
  readonly files?: Files;
}): LabDisks {
  const disks = new Map<string, HostDisk>();

  const shares: Shares = {
    find(fromHost, host, share) {
      const target = network.host(host);
      const disk = target && disks.get(target.name.toUpperCase());
      if (!target || !disk || !network.reachable(fromHost, target.name)) {
        throw new DiskError(53, `\\\\${host}\\${share}: the network path was not found.`);
      }
      const folder = disk.sharedFolder(share);
      if (folder === undefined)
        throw new DiskError(53, `\\\\${host}\\${share}: ${target.name} has no such share.`);
      return { disk, folder };
    },
  };

  return {
    host(name, { drives = ["C", "D"] } = {}) {
      const key = name.toUpperCase();
      const known = disks.get(key);
      if (known) return known;
      const disk = new HostDisk(name, join(root, key), () => clock.now(), shares, drives, files);
      disks.set(key, disk);
      return disk;
    },
  };
}
