import { runs, type Act, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, SqlError, type Sql } from "../../../../steps/transports/sql.ts";
import {
  builtInAdmin,
  databaseIdentity,
  enableBroker,
  factsTables,
  orphans,
  recordedIdentity,
  recordedLogins,
  relink,
  serverLogins,
  setOwner,
  trust,
} from "../tsql/identity.ts";
import { repairIdentity } from "../verbs.ts";

/** What a restore does not carry over. */
export interface Identity {
  readonly owner: string | null;
  readonly trustworthy: number;
  readonly broker: number;
}

/** A login as the source has it. */
export interface RecordedLogin {
  readonly name: string;
  readonly sid: Buffer;
  /** S SQL login, U Windows user, G Windows group. */
  readonly type: string;
  readonly hash: Buffer | null;
  readonly disabled: number;
  readonly policy: number;
}

/** Whether the server keeps facts of databases at all. */
export const hasFacts = async (sql: Sql): Promise<boolean> => {
  try {
    return (await sql.rows(factsTables)).length === 3;
  } catch (error) {
    // 208: no such object; 911, 916, 945, 946: the database is missing or can't be opened.
    if (error instanceof SqlError && error.has(208, 911, 916, 945, 946)) return false;
    throw error;
  }
};

/** What was recorded of a database at its source; nothing where nothing was. */
export const recordedOf = async (
  sql: Sql,
  database: string,
): Promise<{ readonly identity?: Identity; readonly logins: readonly RecordedLogin[] }> => {
  if (!(await hasFacts(sql))) return { logins: [] };
  const [identity] = await sql.rows<Identity>(recordedIdentity(database));
  const logins = await sql.rows<RecordedLogin>(recordedLogins(database));
  return { ...(identity ? { identity } : {}), logins };
};

/** One thing that is not yet as it was at the source, and what mends it. */
interface Repair {
  readonly says: string;
  readonly statement: string;
}

async function repairsFor(
  sql: Sql,
  database: string,
): Promise<{ readonly repairs: readonly Repair[]; readonly isRecorded: boolean }> {
  const { identity, logins } = await recordedOf(sql, database);
  const [now] = await sql.rows<Identity>(databaseIdentity(database));
  if (!now) throw new Error(`there is no database ${database} to repair`);
  const server = await sql.rows<{ name: string; sid: Buffer; type: string }>(serverLogins);
  const byName = new Map(server.map((l) => [l.name.toLowerCase(), l.name]));
  const [admin] = await sql.rows<{ name: string }>(builtInAdmin);
  const wanted = byName.get((identity?.owner ?? "").toLowerCase()) ?? admin?.name ?? "sa";
  const repairs: Repair[] = [];
  if ((now.owner ?? "").toLowerCase() !== wanted.toLowerCase())
    repairs.push({
      says: `its owner is ${now.owner ?? "nobody known here"}, not ${wanted}`,
      statement: setOwner(database, wanted),
    });
  for (const user of await sql.rows<{ name: string; sid: Buffer }>(orphans(database))) {
    const recorded = logins.find((l) => l.sid.equals(user.sid))?.name ?? user.name;
    const login = byName.get(recorded.toLowerCase());
    if (login !== undefined)
      repairs.push({
        says: `user ${user.name} has no login here`,
        statement: relink(database, user.name, login),
      });
  }
  if (identity?.trustworthy === 1 && now.trustworthy !== 1)
    repairs.push({ says: "TRUSTWORTHY is off", statement: trust(database) });
  if (identity?.broker === 1 && now.broker !== 1)
    repairs.push({ says: "Service Broker is off", statement: enableBroker(database) });
  return { repairs, isRecorded: identity !== undefined };
}

const repair: Act<{ database: string; host: string }> = {
  check: async ({ database, host }, io) => {
    const sql = await sqlOn(host, io);
    const { repairs, isRecorded } = await repairsFor(sql, database);
    const known = isRecorded
      ? "as recorded at its source"
      : "nothing was recorded of its source: TRUSTWORTHY and Service Broker were left as they are";
    const left = await loginless(sql, database, repairs);
    return {
      there: repairs.length === 0,
      says:
        repairs.length === 0
          ? `${database} on ${host} is ${known}${left}`
          : `${database} on ${host}: ${repairs.map((r) => r.says).join(", ")}`,
      expected: "owner, users, TRUSTWORTHY and Service Broker as at its source",
    };
  },
  act: async ({ database, host }, io) => {
    const sql = await sqlOn(host, io);
    const { repairs } = await repairsFor(sql, database);
    for (const { says, statement } of repairs) {
      io.say(`${database}: ${says}`);
      await sql.run(statement);
    }
  },
};

/** Users that nothing can be done for here, named so that somebody sees them. */
async function loginless(sql: Sql, database: string, repairs: readonly Repair[]): Promise<string> {
  if (repairs.length > 0) return "";
  const left = await sql.rows<{ name: string }>(orphans(database));
  return left.length === 0
    ? ""
    : `; no login here for ${left.map((u) => u.name).join(", ")}: create them, then map the users`;
}

/** The verb that gives a database back what a restore takes from it. */
export const identityRunnables: readonly Runnable[] = [runs(repairIdentity, repair)];
