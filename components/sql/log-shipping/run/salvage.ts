import { Refused, runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { worksOn } from "../../../../steps/works-on.ts";
import { pathOf } from "../headers.ts";
import { filesOf, stateOf } from "../look.ts";
import { isIn } from "../shipped.ts";
import {
  copyOnlyFull,
  makeFolder,
  multiUser,
  recover,
  salvageTail,
  singleUser,
  takeOnline,
  verifyBackup,
} from "../tsql/changes.ts";
import { enableJob } from "../tsql/agent.ts";
import { lastOfEach, lastRestore, serverNow } from "../tsql/looks.ts";
import { salvage } from "../verbs.ts";
import { alone } from "./alone.ts";
import { jobsOfRole } from "./hold.ts";
import { quietJobs, readJobs } from "./jobs.ts";
import { canCompress } from "./protect.ts";
import { standingAt, type Pair } from "./standing.ts";

type Args = Parameters<(typeof salvage)["step"]>[1];
type Saved = Pick<Args, "database" | "host" | "salvageTo">;

/** What was saved of a database, by file. */
export interface SavedBy {
  readonly full: string;
  readonly tail: string;
}

/** How long a log backup that runs just now is waited for. Seconds. */
const jobLimitSec = 3600;

/**
 * The two files by which a closed database was saved: a full backup and, as the last thing that happened to it, the tail
 * of its log. Nothing where it is open, where something came after them, or where one of them is not there any more.
 */
export async function savedBy({ database, host, salvageTo }: Saved, io: Io): Promise<SavedBy | undefined> {
  const sql = await sqlOn(host, io);
  if ((await stateOf(sql, database)).state !== "RESTORING") return undefined;
  const rows = await sql.rows<{
    type: string;
    tail: number;
    id: number;
    device: string;
  }>(lastOfEach(database));
  const full = rows.find((r) => r.type === "D");
  const tail = rows.find((r) => r.type === "L");
  if (!full || !tail || tail.tail !== 1 || tail.id < full.id) return undefined;
  const files = new Set((await filesOf(sql, salvageTo)).map((f) => f.toLowerCase()));
  const isKept = (device: string): boolean =>
    isIn(device, salvageTo) && files.has(device.slice(device.lastIndexOf("\\") + 1).toLowerCase());
  return isKept(full.device) && isKept(tail.device) ? { full: full.device, tail: tail.device } : undefined;
}

const act: Act<Args> = {
  check: async (a, io) => {
    const { database, host } = a;
    const sql = await sqlOn(host, io);
    const expected = `nothing in ${database} on ${host} that is not saved`;
    const seen = await stateOf(sql, database);
    if (seen.state === "missing")
      return { there: true, says: `${host} has no database ${database}: there is nothing to save`, expected };
    const saved = await savedBy(a, io);
    if (saved) {
      // The tail is the last to be written, and was perhaps never read: a killed run ends right after it.
      await sql.long(verifyBackup(saved.tail, 1));
      return { there: true, says: `${database} on ${host} is saved: ${saved.full}, ${saved.tail}`, expected };
    }
    if (isClosed(seen.state)) {
      const pair: Pair = a;
      if ((await standingAt(pair, seen, io)).kind === "follows")
        return {
          there: true,
          says: `${database} on ${host} lacks nothing and holds nothing of its own: it can follow ${a.source}`,
          expected,
        };
      if (seen.state === "STANDBY" || (await isOnlyRestored(sql, database)))
        return {
          there: true,
          says: `${database} on ${host} is a copy that nobody has worked in: there is nothing to save`,
          expected,
        };
    }
    return { there: false, says: `${database} on ${host} is ${seen.state} and not saved`, expected };
  },
  act: async (a, io) => {
    const { database, host } = a;
    const sql = await sqlOn(host, io);
    const jobs = await jobsOfRole(sql, database, "source");
    const enabled = (await readJobs(sql, jobs)).filter((j) => j.isEnabled);
    await io.mayStillAct();
    try {
      await opened(sql, a, io);
      await quietJobs(sql, jobs, jobLimitSec, io);
      await closedByTail(sql, a, io);
    } catch (error) {
      // Others have gone on meanwhile, and people may work in it by now; after any other failure it is still to be saved.
      if (
        error instanceof Refused &&
        (await isOpen(sql, database)) &&
        (await worksOn(io.host(host).site, io))
      ) {
        await sql.run(multiUser(database)).catch(() => undefined);
        for (const job of enabled) await sql.run(enableJob(job.name, true)).catch(() => undefined);
      }
      throw error;
    }
  },
};

/** Saves a database that is open, and closes it with the last of it. */
async function closedByTail(sql: Sql, { database, host, salvageTo }: Saved, io: Io): Promise<void> {
  await sql.run(makeFolder(salvageTo));
  const [now] = await sql.rows<{ utc: string }>(serverNow);
  const name = pathOf(
    salvageTo,
    `${database}_salvage_${(now?.utc ?? "").replaceAll(/\D/g, "").slice(0, 14)}`,
  );
  const [full, tail] = [`${name}.bak`, `${name}.trn`];
  io.say(`backing up ${database} on ${host} to ${full}`);
  // The jobs may have run for an hour, and a backup takes hours.
  await io.mayStillAct();
  await alone(sql, database, copyOnlyFull(database, full, await canCompress(sql)), io);
  io.say(`reading ${full} to its end`);
  await sql.long(verifyBackup(full, 1));
  await io.mayStillAct();
  io.say(`taking the tail of ${database} on ${host} to ${tail}: it is closed with that`);
  await alone(sql, database, salvageTail(database, tail), io);
  await sql.long(verifyBackup(tail, 1));
}

const isOpen = async (sql: Sql, database: string): Promise<boolean> =>
  (await stateOf(sql, database)).state === "ONLINE";

const isClosed = (state: string): boolean => state === "RESTORING" || state === "STANDBY";

/**
 * Whether the server's history proves that nobody worked in a closed database: it was restored, and the last log that
 * this server took of it is no tail, with which work ends. A history that was cleaned proves nothing.
 */
const isOnlyRestored = async (sql: Sql, database: string): Promise<boolean> => {
  const own = await sql.rows<{ type: string; tail: number }>(lastOfEach(database));
  if (own.some((b) => b.type === "L" && b.tail === 1)) return false;
  return (await sql.rows(lastRestore(database))).length > 0;
};

/** The database open, so that it can be backed up; only for whoever saves it, as soon as that can be said. */
async function opened(sql: Sql, { database, host }: Args, io: Io): Promise<void> {
  const { state } = await stateOf(sql, database);
  if (state === "RESTORING") {
    io.say(`opening ${database} on ${host}, which its own tail has closed`);
    await sql.long(recover(database));
  } else if (state === "OFFLINE") {
    io.say(`opening ${database} on ${host}`);
    await sql.run(takeOnline(database));
  } else if (state !== "ONLINE")
    throw new Refused(
      `${database} on ${host} is ${state} and can't be backed up. Stop SQL Server there, copy the files of the database to another place, start it again, drop the database, and run this again`,
    );
  await sql.run(singleUser(database));
}

/** The verb that saves what a site holds that was active. */
export const salvageRunnables: readonly Runnable[] = [runs(salvage, act)];
