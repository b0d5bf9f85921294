import type { DeclaredData, Server, Some } from "../../../model/estate.ts";
import { misspeltKeys } from "../../../model/nearest.ts";
import type { LogShippingFacts } from "./facts.ts";

/** Where the logs of one direction go. */
export interface WayInput {
  /**
   * Where SQL Server at the source writes log and full backups: a local folder such as `D:\LogShip`, or a share of a
   * third server, so that backups survive the source.
   */
  readonly backupFolder: string;
  /** The same folder as the other site reads it: `\\SQLPRD01\LogShip`. SQL Server Agent's account there needs to read it. */
  readonly backupShare: string;
  /** Local folder at the standby that backups are copied to: `E:\LogShip`. Agent's account writes it, SQL Server reads it. */
  readonly copyTo: string;
}

/** Log shipping as its owner declares it. */
export interface LogShippingArgs extends WayInput {
  /** Databases that must be recovered to the same point. */
  readonly databases: Some<string>;
  /** The SQL Server of the production site. */
  readonly from: Server<"primary">;
  /** The SQL Server of the standby site. It restores logs, so it always runs. */
  readonly to: Server<"dr">;
  /** How often the log is backed up. Minutes; default 60, as K2 recommends for its databases ("Disaster Recovery - Recommended Procedure"). */
  readonly everyMin?: number;
  /** How often logs are copied to the standby. Minutes; default 15. */
  readonly copyEveryMin?: number;
  /** How long a copied log waits before it is restored. Minutes; default 180: K2 restores logs "greater than 3 hours hold". */
  readonly holdMin?: number;
  /**
   * Which point to recover to after a disaster when the declaration names none: so many minutes before it, or the
   * latest that is there. Default 120 minutes, as K2 recommends.
   */
  readonly point?: { readonly minutesBefore: number } | "latest";
  /** How long after a disaster the point must still be reachable without a full backup. Minutes; default 60. */
  readonly decisionMin?: number;
  /** The most that may be lost, as far as this part can know. Minutes; checked against the intervals. Default: not checked. */
  readonly rpoMin?: number;
  /** `provision` sets SQL Server's log shipping up; `adopt` only checks one that exists. Default: provision. */
  readonly manage?: "provision" | "adopt";
  /**
   * Provisioning stops where something else has taken log backups of a database in the last fourteen days, since each
   * would break the chain. `true` says that it has been switched off; a text names the folder it wrote to. Default: false.
   */
  readonly adoptChain?: boolean | string;
  /**
   * Services that are stopped while the first full backup is taken, and started after it, as K2's procedure has it.
   * SQL Server does not need that. Default: none; production runs on.
   */
  readonly quiesce?: readonly { readonly server: Server; readonly service: string }[];
  /**
   * The way back: where logs go while the standby site is active. Default: below the same folders and share name at the
   * other server, in a folder named after the standby's server, which is made when it is needed. Never the very same
   * folders: what one direction keeps, the other's retention would delete.
   */
  readonly reverse?: Partial<WayInput>;
  /** Weekly full backups that are kept, with all logs since: how far back a point can lie. Weeks; default 2. */
  readonly archiveCycles?: number;
  /**
   * Keeps owner, TRUSTWORTHY, Service Broker and logins of the databases in a small database `ParallelStandby` on both
   * servers, for repair after a cutover. Default: true for `provision`, false for `adopt`, which then writes nothing.
   */
  readonly recordIdentity?: boolean;
  /**
   * Databases that exist at the standby because an installer made them there (K2's does), and that may be overwritten by
   * the first copy. Only believed while the journal shows that the standby was never active. Default: none; an open
   * database is never overwritten.
   */
  readonly replaces?: readonly string[];
  /** Restores the databases at the standby anew from a full backup, once for each text that stands here: `"2026-11-22 broken chain"`. */
  readonly reseed?: string;
  /**
   * Where the databases of a site that was active are saved when it is re-protected, before anything is restored over
   * them: a folder of that site's SQL Server, or a share its account can write to, by site. It needs room for a full
   * backup of each. Default: beside the site's backup folder, `D:\LogShip-Salvage`. What lies there is never deleted by this library.
   */
  readonly salvageTo?: { readonly primary?: string; readonly dr?: string };
  /**
   * A share of a third server, by site, that full and log backups are copied to while that site is active:
   * `{ dr: "\\\\FILE02\\K2" }`. After a cutover there is no standby until the old site is re-protected, and backups
   * that lie on the server itself die with it. As often as logs are backed up; nothing there is ever deleted. SQL
   * Server Agent's account writes it, SQL Server's reads it. Default: none, for a `backupFolder` that is a share itself.
   */
  readonly awayTo?: { readonly primary?: string; readonly dr?: string };
}

/** Declares databases that SQL Server's own log shipping brings to the standby, logs held back so that a point before a disaster can be chosen. */
export function logShipping(id: string, args: LogShippingArgs): DeclaredData<"sql/log-shipping"> {
  const {
    databases,
    from,
    to,
    backupFolder,
    backupShare,
    copyTo,
    manage = "provision",
    everyMin = 60,
    copyEveryMin = 15,
    holdMin = 180,
    point = { minutesBefore: 120 },
    decisionMin = 60,
    rpoMin,
    adoptChain = false,
    quiesce = [],
    reverse = {},
    archiveCycles = 2,
    recordIdentity = manage === "provision",
    replaces = [],
    reseed,
    salvageTo,
    awayTo,
  } = args;
  const facts: LogShippingFacts = {
    databases: [...databases],
    host: { primary: idOf(from), dr: idOf(to) },
    way: {
      primary: { backupFolder, backupShare, copyTo },
      dr: wayBack({ backupFolder, backupShare, copyTo }, idOf(to), reverse),
    },
    everyMin,
    copyEveryMin,
    holdMin,
    pointMinutesBefore: point === "latest" ? 0 : point.minutesBefore,
    decisionMin,
    ...(rpoMin === undefined ? {} : { rpoMin }),
    manage,
    adoptChain,
    quiesce: quiesce.map(({ server, service }) => ({ host: server.id, service })),
    archiveCycles,
    recordIdentity,
    replaces: [...replaces],
    ...(reseed === undefined ? {} : { reseed }),
    ...(salvageTo === undefined ? {} : { salvageTo }),
    ...(awayTo === undefined ? {} : { awayTo }),
  };
  return {
    id,
    kind: "sql/log-shipping",
    facts,
    servers: [...new Set<Server | undefined>([from, to, ...quiesce.map((q) => q.server)])].filter(
      (s) => s !== undefined,
    ),
    uses: [],
    databases: facts.databases,
    sql: { primary: from, dr: to },
    problems: [
      ...misspeltKeys(`logShipping ${id}`, args, { ...wayKeys, ...ownKeys }),
      ...misspeltKeys(`logShipping ${id}.reverse`, reverse, wayKeys),
    ],
  };
}

const wayKeys: Readonly<Record<keyof WayInput, true>> = {
  backupFolder: true,
  backupShare: true,
  copyTo: true,
};
const ownKeys: Readonly<Record<Exclude<keyof LogShippingArgs, keyof WayInput>, true>> = {
  databases: true,
  from: true,
  to: true,
  everyMin: true,
  copyEveryMin: true,
  holdMin: true,
  point: true,
  decisionMin: true,
  rpoMin: true,
  manage: true,
  adoptChain: true,
  quiesce: true,
  reverse: true,
  archiveCycles: true,
  recordIdentity: true,
  replaces: true,
  reseed: true,
  salvageTo: true,
  awayTo: true,
};

/** A program without types may leave a server out: `describe` then says so in a sentence. */
const idOf = (server: Server | undefined): string => server?.id ?? "";

/**
 * The way back: what the owner says of it, else below the same folders, in one named after the standby's server. A share
 * of a third server is that of both directions; a local folder is shared by each server itself. What is missing is said
 * once, of the way there.
 */
function wayBack(there: Partial<WayInput>, server: string, own: Partial<WayInput>): WayInput {
  const below = (folder: string | undefined): string =>
    folder === undefined ? "?" : `${folder.replace(/\\+$/, "")}\\${server}`;
  const ownShare = there.backupShare?.replace(/^\\\\[^\\]+/, `\\\\${server}`);
  const isThird = there.backupFolder?.startsWith("\\\\") === true;
  return {
    backupFolder: own.backupFolder ?? below(there.backupFolder),
    backupShare: own.backupShare ?? below(isThird ? there.backupShare : ownShare),
    copyTo: own.copyTo ?? below(there.copyTo),
  };
}
