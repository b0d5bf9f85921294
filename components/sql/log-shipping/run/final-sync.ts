import { activeStack } from "../../../../model/site.ts";
import { runs, type Act, type Found, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, SqlError, Unreachable, type Sql } from "../../../../steps/transports/sql.ts";
import { worksOn } from "../../../../steps/works-on.ts";
import { filesOf, isLogOf, stateOf } from "../look.ts";
import { tailName, unshipped, type LogBackup } from "../shipped.ts";
import { enableJob } from "../tsql/agent.ts";
import { logBackups, serverNow } from "../tsql/looks.ts";
import { multiUser, tail as tailOf } from "../tsql/changes.ts";
import type { Way } from "../facts.ts";
import { copyLogs, takeTail } from "../verbs.ts";
import { alone } from "./alone.ts";
import { jobsOfRole, secondariesOf } from "./hold.ts";
import { quietJobs, readJobs, runJob } from "./jobs.ts";
import { pathOf } from "../headers.ts";
import { seenAt, shippingAt } from "./shipping.ts";

/** How far back a source's history is read: no move takes longer. Days. */
const historyDays = 30;

/** The log backups of a database that a server remembers. */
export const backupsOf = (sql: Sql, database: string): Promise<readonly LogBackup[]> =>
  sql.rows<LogBackup>(logBackups(database, historyDays));

const copy: Act<{ part: string; database: string; from: string; to: string; tail: boolean }> = {
  check: async ({ part, database, from, to, tail }, io) => {
    const { way } = shippingAt(part, io);
    const expected = tail ? `the tail of ${database} at ${to}` : `all logs of ${database} at ${to}`;
    const there = await sqlOn(to, io);
    const seen = await stateOf(there, database);
    const arrived = await filesOf(there, way.copyTo);
    const source = await sqlOn(from, io).catch((error: unknown) => gone(error, io));
    if (!source) {
      // SQL Server is gone; the machine with the share may not be.
      const shared = (await filesOf(there, way.backupShare)).filter((f) => isLogOf(database, f));
      if (shared.length === 0)
        throw new Error(
          `neither SQL Server on ${from} answers nor can ${way.backupShare} be read from ${to}: no more logs of ${database} can be had`,
        );
      if (tail)
        throw new Error(`SQL Server on ${from} does not answer: no tail of ${database} could be taken`);
      const newest = arrived.filter((f) => isLogOf(database, f)).reduce((a, b) => (a > b ? a : b), "");
      return found(
        shared.filter((f) => f > newest),
        database,
        to,
        expected,
      );
    }
    const backups = await backupsOf(source, database);
    const { missing, elsewhere } =
      seen.redoLsn === undefined
        ? { missing: without(await filesOf(source, way.backupFolder), arrived, database), elsewhere: [] }
        : unshipped(backups, seen.redoLsn, way.backupFolder, arrived);
    if (elsewhere.length > 0) throw writtenElsewhere(elsewhere, database, to, way);
    if (!tail || missing.length > 0) return found(missing, database, to, expected);
    const last = backups.at(-1);
    if (last?.tail !== 1) return { there: false, says: `${from} remembers no tail of ${database}`, expected };
    const set = (await seenAt(part, database, io)).sets.find((s) => s.tail && s.lastLsn === last.lastLsn);
    return {
      there: set !== undefined,
      says: set
        ? `${set.file}, the tail of ${database}, is on ${to}`
        : `the tail of ${database} can't be read on ${to}`,
      expected,
    };
  },
  act: async ({ part, database, to }, io) => {
    const { way } = shippingAt(part, io);
    const sql = await sqlOn(to, io);
    const jobs = (await secondariesOf(sql, database))
      .filter((row) => isSamePath(row.copyTo, way.copyTo))
      .flatMap((row) => row.copyJob ?? []);
    if (jobs.length === 0)
      throw new Error(
        `${to} has no copy job of log shipping for ${database} into ${way.copyTo}. Copy the logs of ${database} from ${way.backupShare} to ${way.copyTo} on ${to} by hand, then run "pulumi up -s ${activeStack(io.to)}" again`,
      );
    for (const job of jobs) await runJob(sql, to, job, io.activation?.mode === "unplanned" ? 300 : 3600, io);
  },
};

/** Why the chain has a hole, and how it is filled. */
export const writtenElsewhere = (
  backups: readonly LogBackup[],
  database: string,
  standby: string,
  { backupFolder, copyTo }: Way,
): Error =>
  new Error(
    `${String(backups.length)} log backup(s) of ${database} were written elsewhere and not to ${backupFolder}, the newest to ${backups.at(-1)?.device ?? ""} by ${backups.at(-1)?.user ?? ""}: the chain is broken there. Copy those files to ${copyTo} on ${standby} under the name ${database}_yyyymmddhhmmss.trn, then run this again`,
  );

/** The logs of a folder that are not in another. */
function without(files: readonly string[], arrived: readonly string[], database: string): readonly string[] {
  const here = new Set(arrived.map((f) => f.toLowerCase()));
  return files.filter((f) => isLogOf(database, f) && !here.has(f.toLowerCase()));
}

/** Whether two paths of a server are one folder. */
export const isSamePath = (a: string, b: string): boolean =>
  a.replace(/\\+$/, "").toLowerCase() === b.replace(/\\+$/, "").toLowerCase();

/** In an unplanned move a source that can't be reached is what is expected; in a planned one it is an error. */
function gone(error: unknown, io: Io): undefined {
  if (error instanceof Unreachable && io.activation?.mode === "unplanned") return undefined;
  throw error;
}

const found = (missing: readonly string[], database: string, to: string, expected: string): Found => ({
  there: missing.length === 0,
  says:
    missing.length === 0
      ? `all logs of ${database} that there are have arrived on ${to}`
      : `${String(missing.length)} log(s) of ${database} are not on ${to}: ${missing.slice(0, 3).join(", ")}${missing.length > 3 ? "…" : ""}`,
  expected,
});

const take: Act<{ part: string; database: string; host: string }> = {
  check: async ({ database, host }, io) => {
    const sql = await sqlOn(host, io);
    const { state } = await stateOf(sql, database);
    const last = (await backupsOf(sql, database)).at(-1);
    const isTaken = last?.tail === 1;
    return {
      // A database that is being restored takes no writes, whoever closed it; only a planned move needs its tail, too.
      there: state === "RESTORING" && (isTaken || io.activation?.mode === "unplanned"),
      says: `${database} on ${host} is ${state}${isTaken ? `, its tail is ${last.device}` : ""}`,
      expected: "RESTORING, with the tail of its log in a file",
    };
  },
  act: async ({ part, database, host }, io) => {
    const { way } = shippingAt(part, io);
    const sql = await sqlOn(host, io);
    const { state } = await stateOf(sql, database);
    const isPlanned = io.activation?.mode !== "unplanned";
    if (state === "missing") throw new Error(`${host} has no database ${database}`);
    if (isPlanned && state !== "ONLINE")
      throw new Error(
        state === "RESTORING"
          ? `${database} on ${host} is RESTORING already, and no tail of its log is known there: it may be a standby itself. Look at its restore history before anything else`
          : `${database} on ${host} is ${state}. A planned move needs it open and sound; for a damaged source declare an unplanned one`,
      );
    const jobs = await jobsOfRole(sql, database, "source");
    const enabled = (await readJobs(sql, jobs)).filter((j) => j.isEnabled);
    await io.mayStillAct();
    try {
      await quietJobs(sql, jobs, isPlanned ? 3600 : 120, io);
      const [now] = await sql.rows<{ utc: string }>(serverNow);
      const file = pathOf(
        way.backupFolder,
        tailName(database, now?.utc ?? "", await filesOf(sql, way.backupFolder)),
      );
      io.say(`taking the tail of ${database} on ${host}`);
      // The jobs may have run for an hour.
      await io.mayStillAct();
      if (state === "ONLINE")
        await alone(sql, database, tailOf(database, file, isPlanned ? "sound" : "any state"), io);
      else await tailOfDamaged(sql, database, file, io);
    } catch (error) {
      // What can't be closed is given back as it was: production may have to go on.
      if ((await stateOf(sql, database)).state === "ONLINE" && (await worksOn(io.host(host).site, io))) {
        await sql.run(multiUser(database)).catch(() => undefined);
        for (const job of enabled) await sql.run(enableJob(job.name, true)).catch(() => undefined);
      }
      throw error;
    }
  },
};

async function tailOfDamaged(sql: Sql, database: string, file: string, io: Io): Promise<void> {
  try {
    await sql.long(tailOf(database, file, "any state"));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    io.say(`${error.message}; taking what is left of the log`);
    await sql.long(tailOf(database, file, "what is left"));
  }
}

/** The verbs that bring over what the standby lacks. */
export const finalSyncRunnables: readonly Runnable[] = [runs(copyLogs, copy), runs(takeTail, take)];
