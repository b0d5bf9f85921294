import type { Speed } from "../servers/sql/engine/instance.ts";

/** What a lab may be told. */
export interface LabOptions {
  /** The project's folder; everything of the lab lies in `.lab` below it. */
  readonly folder: string;
  /** What a shell needs beside the lab's own: the engine's folder on the PATH, PULUMI_HOME. */
  readonly shell: Readonly<Record<string, string>>;
  /** How long backups, restores and jobs take in real time. Default: no time at all. */
  readonly speed: Partial<Speed>;
  /** Whether the K2 servers are VMs of a simulated Azure. Default: false. */
  readonly azure: boolean;
  /** 1: K2 and SQL Server stand on one server at each site. Default: 2. */
  readonly hostsPerSite: 1 | 2;
  /** Whether the estate has a guard, with a witness on the SQL Server of each site. Default: false. */
  readonly guard: boolean;
  /** Whether a server in a third place is asked about a site that is dark. Default: false. */
  readonly observer: boolean;
  /** Where the journal is kept: in a folder of the project, or on the SQL Server of the standby. Default: in a folder. */
  readonly journal: "folder" | "sql";
  /** 2: beside K2 a service of another system, with a database of its own. Default: 1. */
  readonly systems: 1 | 2;
}
