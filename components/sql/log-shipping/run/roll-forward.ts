import { Refused, runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, SqlError, type Sql } from "../../../../steps/transports/sql.ts";
import { localTime, moment } from "../../../../model/time.ts";
import { pathOf } from "../headers.ts";
import { stateOf, type Place } from "../look.ts";
import { routeTo, wasOpenedAt, type Route, type Target } from "../reach.ts";
import type { BackupSet, DatabaseSeen } from "../seen.ts";
import { multiUser, recover, restoreLog } from "../tsql/changes.ts";
import { endSession, sessionsIn } from "../tsql/looks.ts";
import { openDatabase, rollForward } from "../verbs.ts";
import { restoreFullFrom } from "./full.ts";
import { seenAt, shippingAt } from "./shipping.ts";

interface Args {
  readonly part: string;
  readonly database: string;
  readonly host: string;
}

export const targetSays = (t: Target): string => (t.to === "end" ? "the end of its log" : moment(t.atSec));

const roll: Act<Args> = {
  check: async ({ part, database, host }, io) => {
    const target = await io.point(part);
    const db = await seenAt(part, database, io);
    const expected = `${database} restored to ${targetSays(target)}, not open yet`;
    if (db.state === "ONLINE" && wasOpenedAt(db, target))
      return {
        there: true,
        says: `${database} on ${host} is open at ${targetSays(target)} already`,
        expected,
      };
    const route = routeTo(db, target);
    if ("refused" in route)
      return { there: false, says: `${database} on ${host}: ${route.refused}`, expected };
    return {
      there: route.restores.length === 0,
      says:
        route.restores.length === 0
          ? `${database} on ${host} stands at ${targetSays(target)}`
          : needs(database, route),
      expected,
    };
  },
  act: async ({ part, database, host }, io) => {
    const target = await io.point(part);
    const { place } = shippingAt(part, io);
    const db = await seenAt(part, database, io);
    const route = routeTo(db, target);
    if ("refused" in route) throw new Error(`${database} on ${host}: ${route.refused}`);
    io.say(needs(database, route));
    const sql = await sqlOn(host, io);
    await endSessions(sql, database, db, io);
    const [first] = route.restores;
    if (route.rebuilds && first)
      await restoreFullFrom(
        sql,
        database,
        pathOf(place.folder, first.set.file),
        first.set.position,
        db.state !== "missing",
        io,
      );
    await restoreLogs(sql, database, route, { place, target }, io);
  },
};

/** Restores the logs of a route to the point, leaving the database closed. */
export async function restoreLogs(
  sql: Sql,
  database: string,
  route: Route,
  { place, target }: { readonly place: Place; readonly target: Target },
  io: Io,
): Promise<void> {
  const stopAt = localTime(target.atSec, place.timeZone);
  const logs = route.restores.filter(({ set }) => set.type === "log");
  for (const [i, { set, stops }] of logs.entries()) {
    await io.mayStillAct();
    await restoreOne(sql, database, pathOf(place.folder, set.file), set, stops ? stopAt : undefined, io);
    io.say(`restored ${String(i + 1)} of ${String(logs.length)} logs of ${database}`);
    if (stops && set.finishSec >= target.atSec && (await isStoppedIn(sql, database, set))) break;
  }
}

function needs(database: string, { rebuilds, restores }: Route): string {
  const logs = restores.filter(({ set }) => set.type === "log").length;
  const base = rebuilds ? `full backup ${restores[0]?.set.file ?? ""} and ` : "";
  return `${database} needs ${base}${String(logs)} log(s)`;
}

/** Whether the database stopped inside the log, since the rest of it is later than the point. */
async function isStoppedIn(sql: Sql, database: string, set: BackupSet): Promise<boolean> {
  const { redoLsn } = await stateOf(sql, database);
  return redoLsn !== undefined && BigInt(redoLsn) < BigInt(set.lastLsn);
}

/** Readers of a database in standby keep a restore out (3101). */
async function endSessions(sql: Sql, database: string, db: DatabaseSeen, io: Io): Promise<void> {
  if (db.state !== "STANDBY") return;
  const sessions = await sql.rows<{ session: number; program: string | null; host: string | null }>(
    sessionsIn(database),
  );
  for (const s of sessions) {
    io.say(`ending session ${String(s.session)} of ${s.program ?? "?"} on ${s.host ?? "?"} in ${database}`);
    await sql.run(endSession(s.session));
  }
}

async function restoreOne(
  sql: Sql,
  database: string,
  file: string,
  set: BackupSet,
  stopAt: string | undefined,
  io: Io,
): Promise<void> {
  try {
    await sql.long(restoreLog(database, file, set.position, stopAt));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // An earlier run that was broken off may have restored it: nothing is missing then.
    if (error.has(4326)) {
      io.say(`${set.file} was restored already`);
      return;
    }
    throw new Error(`${set.file}: ${error.message}.${advice(error)}`, { cause: error });
  }
}

function advice(error: SqlError): string {
  if (error.has(4305, 4312, 4349))
    return " A log before it is missing: bring it into the folder, then run this again";
  if (error.has(4330))
    return " It was taken on another recovery path: it is from a server that was opened in between";
  if (error.has(4335, 4338))
    return " The database is past the point. Run this again: it is then rebuilt from the archived full backup";
  if (error.has(3101)) return " End the sessions in the database, then run this again";
  if (error.has(3201)) return " The account of SQL Server must be able to read the folder";
  return "";
}

const open: Act<Args> = {
  check: async ({ part, database, host }, io) => {
    const target = await io.point(part);
    const db = await seenAt(part, database, io);
    const { state, userAccess } = await stateOf(await sqlOn(host, io), database);
    const expected = `${database} open at ${targetSays(target)}`;
    if (state !== "ONLINE") return { there: false, says: `${database} on ${host} is ${state}`, expected };
    if (!wasOpenedAt(db, target))
      throw new Refused(
        `${database} on ${host} is ONLINE, but nothing shows that it was recovered at ${targetSays(target)}: somebody has opened or created it in between. Find out who uses it. If it may go, drop it, then run this again: it is rebuilt from its backups`,
      );
    return {
      there: userAccess === "MULTI_USER",
      says: `${database} on ${host} is open at ${targetSays(target)}, ${userAccess}`,
      expected,
    };
  },
  act: async ({ part, database, host }, io) => {
    const target = await io.point(part);
    const sql = await sqlOn(host, io);
    const db = await seenAt(part, database, io);
    if (db.state !== "ONLINE") {
      const route = routeTo(db, target);
      if ("refused" in route) throw new Refused(`${database} on ${host}: ${route.refused}`);
      if (route.restores.length > 0)
        throw new Refused(
          `${database} on ${host} does not stand at ${targetSays(target)} any more: ${needs(database, route)}. Run the whole activation again`,
        );
      await endSessions(sql, database, db, io);
      io.say(`opening ${database} on ${host}`);
      await io.mayStillAct();
      await sql.long(recover(database));
    }
    // The tail was taken with the database closed to all but one, and that travels in its log.
    if ((await stateOf(sql, database)).userAccess !== "MULTI_USER") {
      await io.mayStillAct();
      await sql.run(multiUser(database));
    }
  },
};

/** The verbs that bring a database to the point, and open it. */
export const rollForwardRunnables: readonly Runnable[] = [runs(rollForward, roll), runs(openDatabase, open)];
