import type { Rewind } from "./rewind.ts";

/**
 * The site of a lab host, or a third place, whose line to each of them is its own: what cuts a site off does not cut it
 * off from there. The lab has its own type: it imports nothing of the product.
 */
export type LabSite = "primary" | "dr" | "third";

/** One clock for the whole lab. It runs at the speed of the real one, behind it, and can be moved on. */
export interface LabClock {
  /** Lab time, in milliseconds since 1970 UTC. */
  now(): number;
  /** Runs `work` at that lab time, or at once if it has passed. Gives a function that cancels it. */
  at(atMs: number, work: () => void | Promise<void>): () => void;
  /** Moves the clock on by so many milliseconds; what falls due runs in order, awaited, with `now()` at its time. */
  advance(byMs: number): Promise<void>;
  /** Stops all timers. */
  close(): void;
}

/** Why a file cannot be had, in Windows's own error numbers: 2 file, 3 path, 5 access, 53 network path not found, 112 disk full. */
export class DiskError extends Error {
  public readonly code: 2 | 3 | 5 | 53 | 112;
  constructor(code: 2 | 3 | 5 | 53 | 112, message: string) {
    super(message);
    this.code = code;
  }
}

/** A file or folder as a listing shows it. */
export interface DiskEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Lab time of the last write, in milliseconds since 1970 UTC. */
  readonly modifiedMs: number;
}

/**
 * The disks of one host, and the shares of other hosts as this host sees them. Paths are Windows paths, without
 * regard to case: `D:\backup\K2.bak`, `\\SQLPRD01\logship\K2_20261121220000.trn`. A share of a host that is down or
 * cut off fails with 53, as on a network. Missing parent folders of a write fail with 3.
 */
export interface Disk {
  read(path: string): Promise<Buffer>;
  write(path: string, data: Buffer): Promise<void>;
  list(folder: string): Promise<readonly DiskEntry[]>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Free space of the drive that a local path lies on. Bytes. */
  free(path: string): number;
  /** Its local drives with what is free on each. */
  volumes(): readonly { readonly drive: string; readonly freeBytes: number }[];
}

/** What runs behind a Windows service: a port that really listens, an engine. Started and stopped by the service model. */
export interface Program {
  /** Resolves when the program has begun; what it needs longer (recovery, a slow port) it does on its own. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What belongs to it, marked with its service. Default: nothing. */
  mark?(): Rewind;
}

/** A host's own address, name and time zone, as its programs need them. */
export interface HostIdentity {
  /** Short computer name, in capitals: K2PRD01. */
  readonly name: string;
  readonly site: LabSite;
  /** Loopback address, different for each host: 127.10.1.4. */
  readonly address: string;
  /** IANA time zone of its local clock: Europe/London. */
  readonly timeZone: string;
}
