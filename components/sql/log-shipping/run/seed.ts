import { Refused, runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { chainOf, walk, type Place } from "../chain.ts";
import { pathOf, readHeaders } from "../headers.ts";
import { filesOf, stateOf, type State } from "../look.ts";
import { setFromHistory, stillThere } from "../shipped.ts";
import type { BackupSet } from "../seen.ts";
import { chainFull, copyOnlyFull, singleUser } from "../tsql/changes.ts";
import { lastSeed, recordSeed } from "../tsql/identity.ts";
import { logChain } from "../tsql/looks.ts";
import { copyFullsJobName } from "../tsql/shipping.ts";
import { ident } from "../../instance/tsql.ts";
import { seed } from "../verbs.ts";
import { backupsOf } from "./final-sync.ts";
import { restoreFullFrom } from "./full.ts";
import { hasFacts } from "./identity.ts";
import { runJob } from "./jobs.ts";
import { canCompress, fullOfThisWeek } from "./protect.ts";
import { quiesced } from "./quiesce.ts";

type Args = Parameters<(typeof seed)["step"]>[1];

/** What the standby's database is to its source. */
type Standing =
  | { readonly kind: "follows" | "missing" | "broken off" }
  | { readonly kind: "open" | "broken" | "unfit"; readonly says: string };

/** Whether the logs that the source has taken lead on from where the standby stands. */
async function standingAt(a: Args, seen: State, io: Io): Promise<Standing> {
  const { database, host, source } = a;
  if (seen.state === "missing") return { kind: "missing" };
  if (seen.state === "ONLINE") return { kind: "open", says: `${database} on ${host} is ONLINE` };
  if (seen.state !== "RESTORING" && seen.state !== "STANDBY")
    return { kind: "unfit", says: `${database} on ${host} is ${seen.state}` };
  if (seen.redoLsn === undefined || seen.redoFork === undefined || BigInt(seen.redoLsn) === 0n)
    return { kind: "broken off" };
  const at: Place = { lsn: BigInt(seen.redoLsn), fork: seen.redoFork };
  const sql = await sqlOn(source, io);
  const files = [
    ...(await filesOf(sql, a.backupFolder)),
    ...(await filesOf(await sqlOn(host, io), a.copyTo)),
  ];
  const { there, gone } = stillThere(await backupsOf(sql, database), a.backupFolder, files);
  const next = await nextLogOf(sql, database);
  const way = walk(at, chainOf([...there.map(setFromHistory), ...(next ? [next] : [])]));
  if (next && way.end.lsn === BigInt(next.lastLsn)) return { kind: "follows" };
  const lost = gone.find((b) => BigInt(b.lastLsn) > way.end.lsn);
  return {
    kind: "broken",
    says: `${database} on ${host} stands at LSN ${seen.redoLsn}, and the logs of ${source} don't lead on from there (${lost ? `the log of ${lost.start} went to ${lost.device} and is in neither folder` : (way.broken ?? way.split ?? "it holds log that the source has not")})`,
  };
}

/** The log that the source will back up next, as a set without an end; nothing where no full backup has begun a chain. */
async function nextLogOf(sql: Sql, database: string): Promise<BackupSet | undefined> {
  const [row] = await sql.rows<{
    firstLsn: string | null;
    firstFork: string | null;
    fork: string;
    forkPointLsn: string | null;
  }>(logChain(database));
  if (!row || row.firstLsn === null) return undefined;
  return {
    file: "the next log",
    position: 1,
    type: "log",
    firstLsn: row.firstLsn,
    lastLsn: "9".repeat(25),
    // NULL where the database was never recovered from a restore.
    firstFork: row.firstFork ?? row.fork,
    fork: row.fork,
    ...(row.forkPointLsn === null ? {} : { forkPointLsn: row.forkPointLsn }),
    startSec: 0,
    finishSec: 0,
    tail: false,
    bulk: false,
    damaged: false,
  };
}

async function seededFor(sql: Sql, database: string): Promise<string | undefined> {
  if (!(await hasFacts(sql))) return undefined;
  return (await sql.rows<{ reason: string }>(lastSeed(database)))[0]?.reason;
}

const act: Act<Args> = {
  check: async (a, io) => {
    const sql = await sqlOn(a.host, io);
    const standing = await standingAt(a, await stateOf(sql, a.database), io);
    const expected = `${a.database} on ${a.host} being restored, and following its source`;
    const isTold = a.reseed !== undefined && (await seededFor(sql, a.database)) !== a.reseed;
    if (standing.kind === "follows" && !isTold)
      return { there: true, says: `${a.database} on ${a.host} follows ${a.source}`, expected };
    return {
      there: false,
      says:
        "says" in standing
          ? standing.says
          : `${a.database} on ${a.host} is ${standing.kind === "follows" ? `to be restored anew: ${a.reseed ?? ""}` : standing.kind}`,
      expected,
    };
  },
  act: async (a, io) => {
    const sql = await sqlOn(a.host, io);
    const seen = await stateOf(sql, a.database);
    const standing = await standingAt(a, seen, io);
    const givesWay = standing.kind === "open" && a.replaces && (await wasNeverActive(io));
    if ((standing.kind === "open" && !givesWay) || standing.kind === "unfit")
      throw new Refused(await whyNotOverwritten(a, standing, io));
    const isTold = a.reseed !== undefined && (await seededFor(sql, a.database)) !== a.reseed;
    if (standing.kind === "broken" && !isTold)
      throw new Refused(
        `${standing.says}. It is not restored anew by itself, since it may hold what no other copy has. To overwrite it, write reseed: "today's date and the reason" and run "pulumi up" again`,
      );
    const source = await sqlOn(a.source, io);
    const file = await fullOfThisWeek(source, a.database, a.backupFolder, a.slots);
    await quiesced(a.quiesce, io, async () => {
      io.say(`backing up ${a.database} on ${a.source} to ${file}`);
      // Without any full backup there is no chain yet, and a copy begins none (error 4214 for each log backup).
      const full = (await nextLogOf(source, a.database)) ? copyOnlyFull : chainFull;
      await source.long(full(a.database, file, await canCompress(source)), ({ number, text }) => {
        if (number === 3211) io.say(`${a.database}: ${text}`);
      });
    });
    const copied = await bring(a, file, io);
    await io.mayStillAct();
    if (givesWay) {
      io.say(`overwriting ${a.database} on ${a.host}, as "replaces" says`);
      await sql.run(singleUser(a.database));
    }
    await restoreFullFrom(sql, a.database, copied.file, copied.position, seen.state !== "missing", io);
    if (await hasFacts(sql)) await sql.run(recordSeed, { database: a.database, reason: a.reseed ?? "first" });
  },
};

/** A database that was worked in is never overwritten; what the owner can do about it depends on whose it was. */
async function whyNotOverwritten(
  { database, host }: Args,
  { kind, says }: Extract<Standing, { says: string }>,
  io: Io,
): Promise<string> {
  if (!(await wasNeverActive(io)))
    return `${says}, and this site was active: it may hold the only copy of what was lost in the move, so it is never overwritten. Save it first (${kind === "open" ? "" : `ALTER DATABASE ${ident(database)} SET ONLINE, `}BACKUP DATABASE ${ident(database)} on ${host} to another place), drop it there, and run "pulumi up" again`;
  return kind === "open"
    ? `${says} and is never overwritten. If it came with an installation, write replaces: [${JSON.stringify(database)}] and run "pulumi up" again. If it is in use, it may be the wrong server`
    : `${says}. Look at SQL Server's error log; if it can go, drop it there and run "pulumi up" again`;
}

/** Whether no activation ever led to the site that is provisioned: then nobody has worked there. */
async function wasNeverActive(io: Io): Promise<boolean> {
  const entries = await io.journal.entries();
  return !entries.some(
    (e) =>
      (e.kind === "genesis" && e.active === io.to) || (e.kind === "activation started" && e.to === io.to),
  );
}

/** Has Agent at the standby copy the backup, and looks that what arrived is that very set. */
async function bring(
  a: Args,
  file: string,
  io: Io,
): Promise<{ readonly file: string; readonly position: number }> {
  const sql = await sqlOn(a.host, io);
  const name = file.slice(file.lastIndexOf("\\") + 1);
  const [wanted] = await readHeaders(await sqlOn(a.source, io), a.source, a.backupFolder, [name], io);
  const id = wanted && "headers" in wanted ? wanted.headers.at(-1)?.setId : undefined;
  await runJob(sql, a.host, copyFullsJobName(a.database), 24 * 3600, io);
  const there = (await filesOf(sql, a.copyTo)).find((f) => f.toLowerCase() === name.toLowerCase());
  const [read] = there === undefined ? [] : await readHeaders(sql, a.host, a.copyTo, [there], io);
  const set = read && "headers" in read ? read.headers.find((h) => h.setId === id) : undefined;
  if (!set || there === undefined)
    throw new Error(
      `${name} was copied, but ${a.host} does not find it in ${a.copyTo}${read && "why" in read ? `: ${read.why}` : ""}. SQL Server's account must be able to read that folder, and Agent's to write it`,
    );
  return { file: pathOf(a.copyTo, there), position: set.position };
}

/** The verb that makes the standby's copy of a database. */
export const seedRunnables: readonly Runnable[] = [runs(seed, act)];
