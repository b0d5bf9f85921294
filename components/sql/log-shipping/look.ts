import type { SiteId } from "../../../model/site.ts";
import type { Io } from "../../../steps/act.ts";
import { mayHoldOnlyCopy } from "../../../steps/only-copy.ts";
import { sqlOn, type Sql } from "../../../steps/transports/sql.ts";
import { readHeaders, type FileRead, type Header } from "./headers.ts";
import { heldUntilSec } from "./own-tail.ts";
import type { BackupSet, DatabaseSeen, LastRestore, OwnTail } from "./seen.ts";
import { earlierThan, laterThan, toldAt } from "./times.ts";
import { databaseState, filesIn, lastRestore, ownTail } from "./tsql/looks.ts";

/** A database as its server describes it. */
export interface State {
  /** `missing` where there is none, `STANDBY` where it can be read between restores, else as sys.databases has it. */
  readonly state: string;
  readonly userAccess: string;
  readonly recoveryModel: string;
  readonly redoLsn?: string;
  readonly redoFork?: string;
}

/** States in which nothing can be written until somebody restores the database or sets it online. */
const closed: ReadonlySet<string> = new Set(["RESTORING", "STANDBY", "missing", "OFFLINE", "SUSPECT"]);

/** Whether nobody can write to a database, nor could after a moment. */
export const isClosed = ({ state }: Pick<State, "state">): boolean => closed.has(state);

/** Reads the state of a database. */
export async function stateOf(sql: Sql, database: string): Promise<State> {
  const [row] = await sql.rows<{
    state: string;
    isInStandby: number;
    userAccess: string;
    recoveryModel: string;
    redoLsn: string | null;
    redoFork: string | null;
  }>(databaseState(database));
  if (!row) return { state: "missing", userAccess: "", recoveryModel: "" };
  return {
    state: row.isInStandby === 1 ? "STANDBY" : row.state,
    userAccess: row.userAccess,
    recoveryModel: row.recoveryModel,
    ...(row.redoLsn === null ? {} : { redoLsn: row.redoLsn }),
    ...(row.redoFork === null ? {} : { redoFork: row.redoFork }),
  };
}

/** Where backups of a database are looked for, and in which clock their times are. */
export interface Place {
  readonly host: string;
  readonly folder: string;
  /** Time zone of the server that wrote them. */
  readonly timeZone: string;
}

/** A database and the backups beside it, as its server sees both; `standing` is a copy of it under another name. */
export async function look(
  database: string,
  place: Place,
  io: Io,
  standing: string = database,
): Promise<DatabaseSeen> {
  const sql = await sqlOn(place.host, io);
  const { state, redoLsn, redoFork } = await stateOf(sql, standing);
  // A copy under another name was never closed by a tail of its own.
  const own = standing === database ? await ownTailOf(sql, database, place.host, io) : undefined;
  const last = own ? undefined : await lastRestoreOf(sql, standing, place.timeZone);
  const isLeft = isClosedForGood(state) && (await wasLeft(database, io.host(place.host).site, io));
  const files = (await filesOf(sql, place.folder)).filter((file) => isBackupOf(database, file));
  const read = await readHeaders(sql, place.host, place.folder, files, io);
  const reopenedSec = await lastReopenedSec(database, io);
  return {
    state,
    ...(isLeft ? { isLeft } : {}),
    ...(redoLsn === undefined ? {} : { redoLsn }),
    ...(redoFork === undefined ? {} : { redoFork }),
    ...(last ? { lastRestore: stillTail(last, reopenedSec) } : {}),
    ...(own ? { ownTail: own } : {}),
    sets: read.flatMap((r) => setsOf(r, database, place.timeZone)).map((set) => stillTail(set, reopenedSec)),
    unreadable: read.flatMap((r) => ("why" in r ? [{ file: r.file, why: r.why }] : [])),
  };
}

/** Neither open nor being restored, and there. */
const isClosedForGood = (state: string): boolean =>
  !["ONLINE", "RESTORING", "STANDBY", "missing"].includes(state);

/** Whether a database at this site may be the only copy of what was lost in a move: nothing has made it follow since. */
async function wasLeft(database: string, site: SiteId, io: Io): Promise<boolean> {
  const follows = [`/seed/${database}`, `/standby-jobs/${database}`];
  return mayHoldOnlyCopy(await io.journal.entries(), site, (step) =>
    follows.some((end) => step.endsWith(end)),
  );
}

/** Names of the files in a folder of a server; none where the folder can't be read. */
export const filesOf = async (sql: Sql, folder: string): Promise<readonly string[]> =>
  (await sql.rows<{ name: string }>(filesIn(folder))).map(({ name }) => name);

/** Whether a file may hold backups of a database: SQL Server's log shipping and the weekly job name theirs after it. */
export const isBackupOf = (database: string, file: string): boolean =>
  file.toLowerCase().startsWith(`${database.toLowerCase()}_`) && /\.(trn|bak)$/i.test(file);

/** Whether a file is a log of a database, complete under its own name: `K2_20261121220000.trn`. */
export const isLogOf = (database: string, file: string): boolean =>
  isBackupOf(database, file) && /^\d{14}\.trn$/i.test(file.slice(database.length + 1));

async function lastRestoreOf(sql: Sql, database: string, timeZone: string): Promise<LastRestore | undefined> {
  const [row] = await sql.rows<{
    type: string;
    firstLsn: string;
    lastLsn: string;
    start: string;
    finish: string;
    tail: number;
    stopAt: string | null;
  }>(lastRestore(database));
  return (
    row && {
      type: row.type === "L" ? "log" : "full",
      firstLsn: row.firstLsn,
      lastLsn: row.lastLsn,
      startSec: earlierThan(row.start, timeZone),
      finishSec: laterThan(row.finish, timeZone),
      tail: row.tail === 1,
      ...(row.stopAt === null ? {} : { stopAtSec: toldAt(row.stopAt, timeZone) }),
    }
  );
}

async function ownTailOf(sql: Sql, database: string, host: string, io: Io): Promise<OwnTail | undefined> {
  const [row] = await sql.rows<{ firstLsn: string; lastLsn: string; fork: string; finish: string }>(
    ownTail(database),
  );
  if (!row) return undefined;
  const { site, timeZone } = io.host(host);
  const finishSec = laterThan(row.finish, timeZone);
  const held = heldUntilSec(await io.journal.entries(), { database, site, finishSec });
  return {
    firstLsn: row.firstLsn,
    lastLsn: row.lastLsn,
    fork: row.fork,
    finishSec,
    ...(held === undefined ? {} : { heldUntilSec: held }),
  };
}

function setsOf(read: FileRead, database: string, timeZone: string): readonly BackupSet[] {
  if (!("headers" in read)) return [];
  return read.headers
    .filter((h) => h.database.toLowerCase() === database.toLowerCase() && (h.type === 1 || h.type === 2))
    .map((h) => setOf(read.file, h, timeZone));
}

export const setOf = (file: string, h: Header, timeZone: string): BackupSet => ({
  file,
  position: h.position,
  type: h.type === 1 ? "full" : "log",
  firstLsn: h.firstLsn,
  lastLsn: h.lastLsn,
  firstFork: h.firstFork,
  fork: h.fork,
  ...(h.forkPointLsn === null ? {} : { forkPointLsn: h.forkPointLsn }),
  startSec: earlierThan(h.start, timeZone),
  finishSec: laterThan(h.finish, timeZone),
  tail: h.tail === 1,
  bulk: h.bulk === 1,
  damaged: h.damaged === 1,
});

/**
 * When an abandoned move last gave a database back to its source, or began to. What was its tail before is none any
 * more: the source wrote on after it.
 */
async function lastReopenedSec(database: string, io: Io): Promise<number> {
  const reopened = (await io.journal.entries()).findLast(
    (e) =>
      e.kind === "abandoned" ||
      (e.kind === "step" &&
        e.phase === "reopen" &&
        e.step.endsWith(`/${database}`) &&
        e.verdict !== "already"),
  );
  return reopened ? Date.parse(reopened.at) / 1000 : Number.NEGATIVE_INFINITY;
}

const stillTail = <T extends { readonly finishSec: number; readonly tail: boolean }>(
  set: T,
  reopenedSec: number,
): T => (set.tail && set.finishSec < reopenedSec ? { ...set, tail: false } : set);
