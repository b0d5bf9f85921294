import * as z from "zod";
import { verb } from "../../../model/verb.ts";
import { Quiesced } from "./facts.ts";

const host = z.string().min(1);
const database = z.string().min(1);
const part = z.string().min(1);
const minutes = z.int().nonnegative();
const hoursSec = 3600;

/** Looks whether a database can be rolled forward at the standby: being restored, its backups there and readable. */
export const standbyReady = verb(
  "sql/log-shipping/standby-ready",
  z.strictObject({ part, database, host }),
  120,
);

/** Looks whether the source of a planned move answers and its database is open, or closed by its tail already. */
export const sourceReady = verb(
  "sql/log-shipping/source-ready",
  z.strictObject({ part, database, host }),
  60,
);

/** Disables the restore job of a database and waits until it has ended: the way back in time stays open. */
export const hold = verb(
  "sql/log-shipping/hold",
  z.strictObject({ database, host }),
  2 * hoursSec,
  undefined,
  20,
);

/** Enables the restore job again, after a move that was withdrawn. */
export const release = verb("sql/log-shipping/release", z.strictObject({ database, host }), 60);

/** Copies to the standby what the source has written and the standby lacks; with `tail`, that must be the tail. */
export const copyLogs = verb(
  "sql/log-shipping/copy-logs",
  z.strictObject({ part, database, from: host, to: host, tail: z.boolean() }),
  2 * hoursSec,
  undefined,
  60,
);

/** Stops the log backups of a database and takes the tail of its log: the database can't be written to any more. */
export const takeTail = verb(
  "sql/log-shipping/take-tail",
  z.strictObject({ part, database, host }),
  2 * hoursSec,
  undefined,
  60,
);

/**
 * Takes a database of the old site offline that is still open there, once that of the new site is: a site that comes
 * back must not write. Its files stay as they are, for whoever looks for what was lost. Where the guard there holds SQL
 * Server back it is started for that, without Agent, and may have to recover the database first.
 */
export const closeOld = verb("sql/log-shipping/close-old", z.strictObject({ database, host }), 300);

/** Opens a database again at the site from which a move was abandoned, and backs its log up again on schedule. */
export const reopenSource = verb(
  "sql/log-shipping/reopen",
  z.strictObject({ database, host }),
  2 * hoursSec,
  undefined,
  60,
);

/** Looks whether a database of the site that a move left can be opened there with all that it had: closed by its own tail, or open. */
export const returnable = verb("sql/log-shipping/returnable", z.strictObject({ database, host }), 60);

/** Restores a database to the point that was chosen, and leaves it closed. */
export const rollForward = verb(
  "sql/log-shipping/roll-forward",
  z.strictObject({ part, database, host }),
  12 * hoursSec,
  undefined,
  300,
);

/** Opens a database that stands at the point. There is no way back. */
export const openDatabase = verb(
  "sql/log-shipping/open",
  z.strictObject({ part, database, host }),
  2 * hoursSec,
  undefined,
  60,
);

/** Owner, users, TRUSTWORTHY and Service Broker as they were at the source. */
export const repairIdentity = verb(
  "sql/log-shipping/repair-identity",
  z.strictObject({ database, host }),
  600,
);

/** The first full backup of a database after it was opened at another site. */
export const firstFull = verb(
  "sql/log-shipping/first-full",
  z.strictObject({ database, host, folder: z.string().min(1), slots: z.int().min(2) }),
  12 * hoursSec,
  undefined,
  600,
);

/** Disables the jobs that a server ran in a role that it no longer has. */
export const retireJobs = verb(
  "sql/log-shipping/retire-jobs",
  z.strictObject({ database, host, role: z.enum(["source", "standby"]) }),
  600,
  "passive",
);

/** What the source's side of one database is set to. */
const SourceJobs = z.strictObject({
  database,
  host,
  standby: host,
  backupFolder: z.string().min(1),
  backupShare: z.string().min(1),
  everyMin: minutes,
  alertMin: minutes,
  keepMin: minutes,
  slots: z.int().min(2),
});
export type SourceJobs = z.infer<typeof SourceJobs>;

/** What the standby's side of one database is set to. */
const StandbyJobs = z.strictObject({
  part,
  database,
  host,
  source: host,
  backupShare: z.string().min(1),
  copyTo: z.string().min(1),
  everyMin: minutes,
  copyEveryMin: minutes,
  holdMin: minutes,
  alertMin: minutes,
  keepMin: minutes,
});
export type StandbyJobs = z.infer<typeof StandbyJobs>;

/** Backs the log up on a schedule, and the whole database weekly beside the chain. */
export const sourceJobs = verb("sql/log-shipping/source-jobs", SourceJobs, 300, "either");

/** Looks whether log shipping that exists at the source is what the estate says. */
export const sourceAdopted = verb("sql/log-shipping/source-adopted", SourceJobs, 60, "either");

/** Copies and restores on a schedule, the restore held back. */
export const standbyJobs = verb("sql/log-shipping/standby-jobs", StandbyJobs, 300, "passive");

/** Looks whether log shipping that exists at the standby is what the estate says. */
export const standbyAdopted = verb("sql/log-shipping/standby-adopted", StandbyJobs, 60, "either");

/** Looks, before anything is written, whether a database can be shipped and whether nobody else takes its log. */
export const sourceFit = verb(
  "sql/log-shipping/source-fit",
  z.strictObject({
    database,
    host,
    backupFolder: z.string().min(1),
    adoptChain: z.union([z.boolean(), z.string().min(1)]),
  }),
  60,
  "either",
);

/** The small database in which an instance keeps what the other must know. */
export const factsDatabase = verb("sql/log-shipping/facts-database", z.strictObject({ host }), 300, "either");

/** Writes owner, settings and logins of a database, as they are at the source, into the facts of both servers. */
export const recordIdentity = verb(
  "sql/log-shipping/record-identity",
  z.strictObject({ database, from: host, to: host }),
  120,
  "either",
);

/** Creates the logins that a database needs at the standby, with the SID and the password that they have at the source. */
export const createLogins = verb(
  "sql/log-shipping/create-logins",
  z.strictObject({ database, host }),
  120,
  "passive",
);

/** The job at the standby that brings full backups over. */
export const copyFullsJob = verb(
  "sql/log-shipping/copy-fulls-job",
  z.strictObject({ database, host, backupShare: z.string().min(1), copyTo: z.string().min(1) }),
  120,
  "passive",
);

/** The database at the standby, from a full backup of the source. Never over one that is open, or that holds what the source lacks. */
export const seed = verb(
  "sql/log-shipping/seed",
  z.strictObject({
    database,
    host,
    source: host,
    backupFolder: z.string().min(1),
    copyTo: z.string().min(1),
    slots: z.int().min(2),
    quiesce: z.array(Quiesced),
    replaces: z.boolean(),
    salvageTo: z.string().min(1),
    reseed: z.string().min(1).optional(),
  }),
  24 * hoursSec,
  "passive",
);

/** Copies the backups of a source to a share of another server, on a schedule and now. */
export const copyAway = verb(
  "sql/log-shipping/copy-away",
  z.strictObject({
    database,
    host,
    backupFolder: z.string().min(1),
    awayTo: z.string().min(1),
    everyMin: minutes,
  }),
  12 * hoursSec,
  "either",
);

/**
 * Moves logs into a folder of their own, `SetAside` below the one they lie in, that lead nowhere from where the standby
 * stands: those that a lost site wrote beyond the point of a move. SQL Server's restore job would stop at the first.
 */
export const setAside = verb(
  "sql/log-shipping/set-aside",
  z.strictObject({
    database,
    host,
    source: host,
    backupFolder: z.string().min(1),
    copyTo: z.string().min(1),
  }),
  1800,
  "passive",
);

/**
 * Saves the database of a site that was active and is to follow the other: a full backup beside the chain, then the tail
 * of its log, which closes it; both read to their end. Nothing where it follows already, or is not there.
 */
export const salvage = verb(
  "sql/log-shipping/salvage",
  z.strictObject({
    database,
    host,
    source: host,
    backupFolder: z.string().min(1),
    copyTo: z.string().min(1),
    salvageTo: z.string().min(1),
  }),
  24 * hoursSec,
  "passive",
);

/** Sees a first log arrive at the standby; with `start`, the jobs that bring it are started now and not waited for. */
export const working = verb(
  "sql/log-shipping/working",
  z.strictObject({ database, host, source: host, copyTo: z.string().min(1), start: z.boolean() }),
  900,
  "either",
);
