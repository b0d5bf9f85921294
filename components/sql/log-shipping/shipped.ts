import type { BackupSet } from "./seen.ts";

/** A log backup as the history of the server that took it has it. */
export interface LogBackup {
  readonly firstLsn: string;
  readonly lastLsn: string;
  readonly firstFork: string;
  readonly fork: string;
  readonly forkPointLsn: string | null;
  readonly start: string;
  readonly finish: string;
  readonly copyOnly: number;
  readonly tail: number;
  readonly user: string | null;
  /** File or device that it was written to. */
  readonly device: string;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("\\"))).toLowerCase();
const plain = (folder: string): string => folder.replace(/\\+$/, "").toLowerCase();

/** Whether a backup went to a folder, or below it. */
export const isIn = (device: string, folder: string): boolean =>
  folderOf(device) === plain(folder) || folderOf(device).startsWith(`${plain(folder)}\\`);

/** The file of a backup under the name that it has when it is complete: log shipping writes `.wrk` first. */
export const fileOf = (device: string): string =>
  device.slice(device.lastIndexOf("\\") + 1).replace(/\.wrk$/i, ".trn");

/**
 * What a standby still needs of a source's log backups: files that have not arrived, and backups that were written to
 * another place than the folder that is shipped, each a hole in the chain. What the database has passed counts no more.
 */
export function unshipped(
  backups: readonly LogBackup[],
  redoLsn: string,
  folder: string,
  arrived: readonly string[],
): { readonly missing: readonly string[]; readonly elsewhere: readonly LogBackup[] } {
  const here = new Set(arrived.map((f) => f.toLowerCase()));
  const needed = backups.filter((b) => BigInt(b.lastLsn) > BigInt(redoLsn));
  const absent = needed.filter((b) => !here.has(fileOf(b.device).toLowerCase()));
  return {
    missing: absent.filter((b) => isIn(b.device, folder)).map((b) => fileOf(b.device)),
    // A copy-only log takes nothing out of the chain: the next regular one holds its records again.
    elsewhere: absent.filter((b) => !isIn(b.device, folder) && b.copyOnly === 0),
  };
}

/**
 * The log backups of a chain whose files can still be had, in the folder that is shipped or where they are copied to. A
 * copy-only log is none of it, but for a tail that was shipped: NO_TRUNCATE, by which an unplanned move takes it, makes it
 * copy-only in the history, and where the database is opened again the next log may begin at its end.
 */
export function stillThere(
  backups: readonly LogBackup[],
  folder: string,
  files: readonly string[],
): { readonly there: readonly LogBackup[]; readonly gone: readonly LogBackup[] } {
  const names = new Set(files.map((f) => f.toLowerCase()));
  const has = (b: LogBackup): boolean => isIn(b.device, folder) && names.has(fileOf(b.device).toLowerCase());
  const links = backups.filter((b) => b.copyOnly === 0 || (b.tail === 1 && isIn(b.device, folder)));
  return { there: links.filter(has), gone: links.filter((b) => !has(b)) };
}

/** Who else has taken log backups of a database: each of them is missing from the chain that is shipped. */
export function otherWriters(
  backups: readonly LogBackup[],
  folder: string,
  adopted: boolean | string,
): readonly LogBackup[] {
  if (adopted === true) return [];
  return backups.filter(
    (b) =>
      b.copyOnly === 0 &&
      !isIn(b.device, folder) &&
      !(typeof adopted === "string" && isIn(b.device, adopted)),
  );
}

/**
 * A name for the tail that sorts after every log in the folder, so that the copy job takes it for the newest:
 * `K2_20261122031500.trn`. `utc` is the server's clock, `2026-11-22T03:15:00`.
 */
export function tailName(database: string, utc: string, files: readonly string[]): string {
  const now = utc.replaceAll(/\D/g, "").slice(0, 14);
  const stamps = files.flatMap((f) => {
    const stamp = /^(\d{14})\.trn$/i.exec(f.slice(database.length + 1))?.[1];
    return stamp !== undefined && f.toLowerCase().startsWith(`${database.toLowerCase()}_`) ? [stamp] : [];
  });
  const newest = stamps.reduce((a, b) => (a > b ? a : b), "");
  return `${database}_${now > newest ? now : nextSecond(newest)}.trn`;
}

function nextSecond(stamp: string): string {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  const at = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s) + 1);
  return new Date(at).toISOString().replaceAll(/\D/g, "").slice(0, 14);
}

/** A log backup of the history as a set of the chain; its file counts for nothing here, only where it leads. */
export const setFromHistory = (b: LogBackup): BackupSet => ({
  file: fileOf(b.device),
  position: 1,
  type: "log",
  firstLsn: b.firstLsn,
  lastLsn: b.lastLsn,
  firstFork: b.firstFork,
  fork: b.fork,
  ...(b.forkPointLsn === null ? {} : { forkPointLsn: b.forkPointLsn }),
  startSec: 0,
  finishSec: 0,
  tail: b.tail === 1,
  bulk: false,
  damaged: false,
});
