import { Refused, runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { pathOf, readHeaders } from "../headers.ts";
import { filesOf, stateOf } from "../look.ts";
import { chainFull, copyOnlyFull, singleUser } from "../tsql/changes.ts";
import { lastSeed, recordSeed } from "../tsql/identity.ts";
import { copyFullsJobName } from "../tsql/shipping.ts";
import { mayHoldOnlyCopy, reprotected, wasEverActive } from "../../../../steps/only-copy.ts";
import { seed } from "../verbs.ts";
import { otherSite, stackOf } from "../../../../model/site.ts";
import { restoreFullFrom } from "./full.ts";
import { hasFacts } from "./identity.ts";
import { runJob } from "./jobs.ts";
import { canCompress, fullOfThisWeek } from "./protect.ts";
import { isShipped } from "./source-jobs.ts";
import { quiesced } from "./quiesce.ts";
import { savedBy } from "./salvage.ts";
import { nextLogOf, standingAt, type Standing } from "./standing.ts";

type Args = Parameters<(typeof seed)["step"]>[1];

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
    const isTold = a.reseed !== undefined && (await seededFor(sql, a.database)) !== a.reseed;
    const givesWay = await mayOverwrite(a, standing, isTold, io);
    const source = await sqlOn(a.source, io);
    // Else the standby would be overwritten with a copy that no log ever follows.
    if (!(await isShipped(source, a.database)))
      throw new Refused(
        `no log of ${a.database} is shipped from ${a.source} yet, so nothing on ${a.host} is overwritten. Run "pulumi up -s ${stackOf[otherSite(io.to)]}" first: it makes the jobs there. Then run this again`,
      );
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

/**
 * Throws unless what is there may be overwritten; tells whether it is open and gives way. A database that may hold the
 * only copy of what was lost in a move gives way only to a re-protection that was approved and has saved it.
 */
async function mayOverwrite(a: Args, standing: Standing, isTold: boolean, io: Io): Promise<boolean> {
  const { database, host } = a;
  if (standing.kind === "missing") return false;
  const entries = await io.journal.entries();
  const says = "says" in standing ? standing.says : `${database} on ${host} is ${standing.kind}`;
  const follows = [`/seed/${database}`, `/standby-jobs/${database}`];
  if (mayHoldOnlyCopy(entries, io.to, (step) => follows.some((end) => step.endsWith(end)))) {
    const saved = reprotected(entries, io.to) && (await savedBy(a, io)) !== undefined;
    if (saved) return false;
    throw new Refused(
      `${says}, and this site was active: it may hold the only copy of what was lost in the move. "pulumi up" never overwrites it. Run "parallel-standby reprotect --as YOUR-NAME --reason WHY": it saves it to ${a.salvageTo}, and then has it follow ${a.source}`,
    );
  }
  const givesWay = standing.kind === "open" && a.replaces && !wasEverActive(entries, io.to);
  if (standing.kind === "open" && !givesWay)
    throw new Refused(
      `${says} and is never overwritten. If it came with an installation, write replaces: [${JSON.stringify(database)}] and run "pulumi up" again. If it is in use, it may be the wrong server`,
    );
  if (standing.kind === "unfit")
    throw new Refused(
      `${says}. Look at SQL Server's error log; if it can go, drop it there and run "pulumi up" again`,
    );
  if (standing.kind === "broken" && !isTold)
    throw new Refused(
      `${says}. It is not restored anew by itself, since it may hold what no other copy has. To overwrite it, write reseed: "today's date and the reason" and run "pulumi up" again`,
    );
  return givesWay;
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
