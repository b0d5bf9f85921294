import { runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn, SqlError, type Sql } from "../../../../steps/transports/sql.ts";
import {
  createFactsDatabase,
  createFactsTables,
  createSqlLogin,
  createWindowsLogin,
  databaseIdentity,
  disableLogin,
  factsDatabase as factsName,
  forgetLogins,
  loginsOf,
  recordIdentity as recordIdentitySql,
  recordLogin,
  serverLogins,
} from "../tsql/identity.ts";
import { createLogins, factsDatabase, recordIdentity } from "../verbs.ts";
import { hasFacts, recordedOf, type Identity, type RecordedLogin } from "./identity.ts";

/** What a restore does not carry over. */
export interface Facts {
  readonly identity?: Identity;
  readonly logins: readonly RecordedLogin[];
}

/** Whether two servers would say the same of a database; hashes are compared, never printed. */
function isSame(a: Facts, b: Facts): boolean {
  const plain = (f: Facts): string =>
    JSON.stringify([
      f.identity && [f.identity.owner, f.identity.trustworthy, f.identity.broker],
      f.logins
        .map((l) => [
          l.name,
          l.sid.toString("hex"),
          l.type,
          l.hash?.toString("hex") ?? "",
          l.disabled,
          l.policy,
        ])
        .sort((x, y) => (String(x[1]) < String(y[1]) ? -1 : 1)),
    ]);
  return plain(a) === plain(b);
}

const liveOf = async (sql: Sql, database: string): Promise<Facts> => {
  const [identity] = await sql.rows<Identity>(databaseIdentity(database));
  if (!identity) throw new Error(`there is no database ${database} whose owner and logins could be recorded`);
  return { identity, logins: await sql.rows<RecordedLogin>(loginsOf(database)) };
};

async function write(sql: Sql, database: string, { identity, logins }: Facts): Promise<void> {
  await sql.run(recordIdentitySql, {
    database,
    owner: identity?.owner ?? null,
    trustworthy: identity?.trustworthy === 1,
    broker: identity?.broker === 1,
  });
  await sql.run(forgetLogins, { database });
  for (const l of logins)
    await sql.run(recordLogin, {
      database,
      sid: l.sid,
      name: l.name,
      type: l.type,
      hash: l.hash,
      disabled: l.disabled === 1,
      policy: l.policy === 1,
    });
}

/** What a database has at its source now, and which of the two servers have recorded something else. */
export async function staleRecords(
  database: string,
  from: string,
  to: string,
  io: Io,
): Promise<{ readonly live: Facts; readonly stale: readonly string[] }> {
  const live = await liveOf(await sqlOn(from, io), database);
  const stale: string[] = [];
  for (const host of [from, to])
    if (!isSame(live, await recordedOf(await sqlOn(host, io), database))) stale.push(host);
  return { live, stale };
}

const record: Act<{ database: string; from: string; to: string }> = {
  check: async ({ database, from, to }, io) => {
    const { live, stale } = await staleRecords(database, from, to, io);
    return {
      there: stale.length === 0,
      says:
        stale.length === 0
          ? `owner, settings and ${String(live.logins.length)} login(s) of ${database} are recorded on ${from} and ${to}`
          : `${stale.join(" and ")}: not what ${database} on ${from} has now`,
      expected: "owner, settings and logins as they are at the source",
    };
  },
  act: async ({ database, from, to }, io) => {
    const live = await liveOf(await sqlOn(from, io), database);
    for (const host of [from, to]) await write(await sqlOn(host, io), database, live);
  },
};

export interface Missing {
  readonly missing: readonly RecordedLogin[];
  /** Logins of the same name with another SID: users of the database will not match them. */
  readonly strangers: readonly string[];
}

/** Logins that a database needs, as recorded of its source, and a server lacks. */
export async function missingLogins(database: string, host: string, io: Io): Promise<Missing> {
  const sql = await sqlOn(host, io);
  const { logins } = await recordedOf(sql, database);
  const there = await sql.rows<{ name: string; sid: Buffer }>(serverLogins);
  const bySid = new Set(there.map((l) => l.sid.toString("hex")));
  const byName = new Set(there.map((l) => l.name.toLowerCase()));
  const absent = logins.filter((l) => !bySid.has(l.sid.toString("hex")));
  return {
    missing: absent.filter((l) => !byName.has(l.name.toLowerCase()) && (l.type !== "S" || l.hash !== null)),
    strangers: absent.filter((l) => byName.has(l.name.toLowerCase())).map((l) => l.name),
  };
}

const logins: Act<{ database: string; host: string }> = {
  check: async ({ database, host }, io) => {
    const { missing, strangers } = await missingLogins(database, host, io);
    // Not changed here: others may log in by them. Their users are linked by name after a cutover.
    const note =
      strangers.length === 0
        ? ""
        : ` (with another SID: ${strangers.join(", ")}; their users are linked by name after a cutover)`;
    return {
      there: missing.length === 0,
      says:
        missing.length === 0
          ? `${host} has the logins of ${database}${note}`
          : `${host} lacks ${missing.map((l) => l.name).join(", ")}`,
      expected: `the logins of ${database}`,
    };
  },
  act: async ({ database, host }, io) => {
    const sql = await sqlOn(host, io);
    for (const l of (await missingLogins(database, host, io)).missing) {
      io.say(`creating login ${l.name} on ${host}`);
      const create =
        l.type === "S" && l.hash
          ? createSqlLogin(l.name, l.sid, l.hash, l.policy === 1)
          : createWindowsLogin(l.name);
      try {
        await sql.run(create);
      } catch (error) {
        // 15025: another database with the same login is provisioned at this moment; the check compares the SID.
        if (!(error instanceof SqlError && error.has(15025))) throw error;
      }
      if (l.disabled === 1) await sql.run(disableLogin(l.name));
    }
  },
};

/** The verbs that keep at both servers what a restore does not carry over. */
export const recordRunnables: readonly Runnable[] = [
  runs(factsDatabase, {
    check: async ({ host }, io) => {
      const there = await hasFacts(await sqlOn(host, io));
      return {
        there,
        says: `${host} has ${there ? "" : "no complete "}database ${factsName}`,
        expected: `database ${factsName} with its tables`,
      };
    },
    act: async ({ host }, io) => {
      const sql = await sqlOn(host, io);
      await sql.long(createFactsDatabase);
      await sql.long(createFactsTables);
    },
  }),
  runs(recordIdentity, record),
  runs(createLogins, logins),
];
