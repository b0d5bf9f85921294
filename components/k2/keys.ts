import { nameOfSecret, type SecretRef } from "../../model/secret.ts";
import { runs, type Found, type Io, type Runnable } from "../../steps/act.ts";
import { sqlOn, SqlError, type Sql } from "../../steps/transports/sql.ts";
import { useOf } from "./read-rows.ts";
import { keysOf, openKey, protectMasterKey as protect, tryMasterKey, undecryptable } from "./tsql-keys.ts";
import { masterKeyOpens, protectMasterKey, secretResolves, type Keys } from "./verbs.ts";

/** What keys a database has; 1 or 0 each. */
interface KeyRow {
  readonly masterKey: number;
  readonly symmetricKey: number;
  readonly certificate: number;
  readonly byServer: number;
  readonly canProve: number;
}
type On = readonly { readonly sql: string; readonly databases: readonly string[] }[];

/** Looks at each database after the other, and joins what is said of them. */
async function each<T>(
  on: On,
  io: Io,
  look: (sql: Sql, host: string, database: string, keys: () => Promise<KeyRow>) => Promise<T>,
  names: Keys,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const { sql: host, databases } of on) {
    const sql = await sqlOn(host, io);
    for (const database of databases) {
      const keys = async (): Promise<KeyRow> => {
        const use = await useOf(sql, database);
        if (use !== "online")
          throw new Error(
            `${database} on ${host} is ${use === "absent" ? "not there" : use.state}; its keys can be opened only where it is open`,
          );
        const [row] = await sql.rows<KeyRow>(keysOf(database, names));
        if (!row) throw new Error(`${host} says nothing of the keys of ${database}`);
        return row;
      };
      found.push(await look(sql, host, database, keys));
    }
  }
  return found;
}

/** Whether K2's key opens there by itself. */
async function opens(
  sql: Sql,
  host: string,
  database: string,
  row: KeyRow,
  names: Keys,
): Promise<{ readonly there: boolean; readonly says: string }> {
  const where = `${database} on ${host}`;
  if (row.masterKey === 0) return { there: true, says: `${where} has no master key` };
  if (row.symmetricKey === 0 || row.certificate === 0)
    return row.byServer === 1
      ? {
          there: true,
          says: `${where} has a master key that the server opens, and no key ${names.symmetricKey} to prove it with`,
        }
      : { there: false, says: `the master key of ${where} is not encrypted by the server's own key` };
  try {
    if (!names.count || row.canProve === 0) {
      await sql.run(openKey(database, names));
      return { there: true, says: `key ${names.symmetricKey} of ${where} opens` };
    }
    const [counted] = await sql.rows<{ unreadable: number }>(undecryptable(database, names));
    const unreadable = counted?.unreadable ?? 0;
    const table = `${names.proof.schema}.${names.proof.table}`;
    return unreadable === 0
      ? {
          there: true,
          says: `key ${names.symmetricKey} of ${where} opens and decrypts all values of ${table}`,
        }
      : {
          there: false,
          says: `key ${names.symmetricKey} of ${where} opens, but ${String(unreadable)} encrypted values of ${table} are not decrypted by it`,
        };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { there: false, says: `key ${names.symmetricKey} of ${where} does not open: ${error.message}` };
  }
}

/** Runs a statement that holds the password. SQL Server's own words are not passed on: they could repeat a part of it. */
async function withPassword(sql: Sql, statement: string, where: string, ref: SecretRef): Promise<void> {
  try {
    await sql.run(statement);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const numbers = error.numbers.length > 0 ? ` (SQL Server error ${error.numbers.join(", ")})` : "";
    throw new Error(
      error.has(15313)
        ? `the password in ${nameOfSecret(ref)} is not that of the master key of ${where}${numbers}. Find the right one, or give the key another with ALTER MASTER KEY ADD ENCRYPTION BY PASSWORD`
        : `the master key of ${where} could not be opened with the password in ${nameOfSecret(ref)}${numbers}. Look whether the login may CONTROL the database`,
    );
  }
}

export const runnables: readonly Runnable[] = [
  runs(masterKeyOpens, {
    check: async ({ on, password, keys }, io): Promise<Found> => {
      const says = await each(
        on,
        io,
        async (sql, host, database, rowOf) => {
          const row = await rowOf();
          const where = `${database} on ${host}`;
          if (row.masterKey === 0) return `${where} has no master key`;
          if (!password)
            throw new Error(
              `${where} has a master key, which opens nowhere else without its password, and K2 then does not start. Write masterKey: { password: secret.env("…") }, or masterKey: { databases: […] } with those that are K2's`,
            );
          await withPassword(sql, tryMasterKey(database, await io.secret(password)), where, password);
          const proof = await opens(sql, host, database, row, keys);
          if (!proof.there)
            throw new Error(
              `${proof.says}, here where K2 runs. Mend it${keys.count ? ', or write masterKey: { proof: "open" } so that values are not counted' : ""}`,
            );
          return `the password opens the master key of ${where}`;
        },
        keys,
      );
      return { there: true, says: says.join("; "), expected: "every master key opens with the password" };
    },
  }),
  runs(secretResolves, {
    check: async ({ secret }, io): Promise<Found> => {
      const found = await io.secret(secret);
      return {
        there: found !== "",
        says: `${nameOfSecret(secret)} is ${found === "" ? "empty" : "there"}`,
        expected: "a password",
      };
    },
  }),
  runs(protectMasterKey, {
    check: async ({ on, keys }, io): Promise<Found> => {
      const found = await each(
        on,
        io,
        async (sql, host, database, rowOf) => opens(sql, host, database, await rowOf(), keys),
        keys,
      );
      const wrong = found.filter((f) => !f.there);
      return {
        there: wrong.length === 0,
        says: (wrong.length > 0 ? wrong : found).map((f) => f.says).join("; "),
        expected: "every master key opens by itself",
      };
    },
    act: async ({ on, password, keys }, io) => {
      await each(
        on,
        io,
        async (sql, host, database, rowOf) => {
          const row = await rowOf();
          if ((await opens(sql, host, database, row, keys)).there) return;
          await withPassword(
            sql,
            protect(database, await io.secret(password)),
            `${database} on ${host}`,
            password,
          );
          io.say(`the master key of ${database} is encrypted by the service master key of ${host} now`);
        },
        keys,
      );
    },
  }),
];
