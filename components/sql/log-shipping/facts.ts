import * as z from "zod";
import type { Lookup } from "../../../model/part.ts";
import { bySite, type SiteId } from "../../../model/site.ts";

const folder = z.string().min(1);

/** Which way the logs of one direction go: from the source's backup folder, over its share, to the standby's copy folder. */
export const Way = z.strictObject({
  /** Where SQL Server at the source writes logs and full backups: a folder of that server, or a share of a third one. */
  backupFolder: folder,
  /** The same folder as the other site reads it: `\\SQLPRD01\LogShip`. */
  backupShare: folder,
  /** Folder of the standby server that logs and full backups are copied to, and restored from. */
  copyTo: folder,
});
export type Way = z.infer<typeof Way>;

/** A Windows service that is stopped while the first full backup is taken, and started again after it. */
export const Quiesced = z.strictObject({ host: z.string().min(1), service: z.string().min(1) });
export type Quiesced = z.infer<typeof Quiesced>;

/** What is known of databases that are shipped together: they are recovered to one point. */
export const LogShippingFacts = z.strictObject({
  databases: z.array(z.string().min(1).max(128)),
  /** The SQL Server host of each site. */
  host: bySite(z.string().min(1)),
  /** By the site that is the source. */
  way: bySite(Way),
  everyMin: z.int().positive(),
  copyEveryMin: z.int().positive(),
  holdMin: z.int().nonnegative(),
  /** How far before a disaster the point lies when nobody says otherwise; 0 is the latest. Minutes. */
  pointMinutesBefore: z
    .int({ error: 'is neither "latest" nor whole minutes. Write "latest" or { minutesBefore: 120 }' })
    .nonnegative(),
  decisionMin: z.int().positive(),
  rpoMin: z.int().positive().optional(),
  manage: z.enum(["provision", "adopt"]),
  adoptChain: z.union([z.boolean(), z.string().min(1)]),
  quiesce: z.array(Quiesced),
  archiveCycles: z.int().min(1).max(12),
  recordIdentity: z.boolean(),
  /** Databases at the standby that came with an installation and give way to the first copy. */
  replaces: z.array(z.string().min(1)),
  reseed: z.string().min(1).optional(),
  /** By site, the folder of its server that an old copy is saved to; absent, one beside its backup folder. */
  salvageTo: z.strictObject({ primary: folder.optional(), dr: folder.optional() }).optional(),
  /** By site, the share of another server that backups are copied to while that site is active; absent, they are not. */
  awayTo: z.strictObject({ primary: folder.optional(), dr: folder.optional() }).optional(),
});
export type LogShippingFacts = z.infer<typeof LogShippingFacts>;

/** The most that a disaster can cost by the rule of this part: the chosen distance, or what had not arrived yet. Minutes. */
export const worstLossMin = (
  f: Pick<LogShippingFacts, "pointMinutesBefore" | "everyMin" | "copyEveryMin">,
): number => Math.max(f.pointMinutesBefore, f.everyMin + f.copyEveryMin);

/** How long people have after a disaster until logs beyond the point are restored. Minutes. */
export const timeToDecideMin = (f: Pick<LogShippingFacts, "holdMin" | "pointMinutesBefore">): number =>
  f.holdMin - f.pointMinutesBefore;

/**
 * Where the old copy of a database at a site is saved before anything is restored over it. Beside the backup folder and
 * not below it: what is shipped, and what its retention deletes, must not meet it.
 */
export function salvageFolder(f: Pick<LogShippingFacts, "salvageTo" | "way">, site: SiteId): string {
  const beside = f.way[site].backupFolder.replace(/\\+$/, "");
  return f.salvageTo?.[site] ?? (/^[A-Za-z]:$/.test(beside) ? `${beside}\\Salvage` : `${beside}-Salvage`);
}

/** How long files stay at the standby: as many weekly cycles as are kept. Minutes. */
export const keepMin = ({ archiveCycles }: Pick<LogShippingFacts, "archiveCycles">): number =>
  archiveCycles * 7 * 24 * 60;

/** Files of full backups for each database: one more than cycles are kept, since the oldest is being overwritten. */
export const fullSlots = ({ archiveCycles }: Pick<LogShippingFacts, "archiveCycles">): number =>
  archiveCycles + 1;

/**
 * Without a restore for so long the standby counts as out of sync. Longer than the hold, else the alert (14421) would
 * stand for ever: hold, two intervals, and an hour. Minutes.
 */
export const restoreAlertMin = (f: Pick<LogShippingFacts, "holdMin" | "everyMin" | "copyEveryMin">): number =>
  f.holdMin + 2 * (f.everyMin + f.copyEveryMin) + 60;

/** Without a log backup for so long the source counts as silent (14420). Minutes. */
export const backupAlertMin = ({ everyMin }: Pick<LogShippingFacts, "everyMin">): number =>
  Math.max(60, 3 * everyMin);

/** Whether two names are those of one database: case does not count, as in SQL Server's default collations. */
export const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A part of log shipping that has databases on a server. */
export interface ShippedOn {
  readonly part: string;
  readonly facts: LogShippingFacts;
}

/** All log shipping of the estate that a server is the source or the standby of. */
export const shippedOn = (host: string, lookup: Pick<Lookup, "parts">): readonly ShippedOn[] =>
  lookup.parts().flatMap(({ id, kind, facts: written }) => {
    const facts = kind === "sql/log-shipping" ? LogShippingFacts.parse(written) : undefined;
    return facts && Object.values(facts.host).includes(host) ? [{ part: id, facts }] : [];
  });
