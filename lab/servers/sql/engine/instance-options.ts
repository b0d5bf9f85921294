import type { Disk, HostIdentity, LabClock } from "../../types.ts";
import type { Release } from "./releases.ts";

/** How long things take in real time; the default is no time at all. */
export interface Speed {
  /** Real milliseconds that a BACKUP or RESTORE takes. */
  restoreMs: number;
  /** Progress messages (3211) of a RESTORE, spread over its time, whatever STATS says. Undefined: as STATS asks. */
  progressMessages: number | undefined;
  /** Real milliseconds that each job step takes on top of its work. */
  jobStepMs: number;
}

export interface SqlInstanceOptions {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly disk: Disk;
  readonly version: Release;
  /** Password of sa. */
  readonly sa: string;
  /** @@SERVERNAME; the host's name where left out. */
  readonly serverName?: string;
  readonly edition?: string;
  /** Server collation. @default SQL_Latin1_General_CP1_CI_AS */
  readonly collation?: string;
  readonly folders?: Partial<Folders>;
  readonly speed?: Partial<Speed>;
  /** Told after each statement that changed the state of a database or a job. */
  readonly onChange?: () => void;
  /** Runs a command line on the host, as Agent's account. Without a host, jobs know only a few file commands. */
  readonly shell?: CommandLine;
}
export interface Folders {
  readonly data: string;
  readonly log: string;
  readonly backup: string;
}

/** Runs a command line of a Windows host. */
export type CommandLine = (
  line: string,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
