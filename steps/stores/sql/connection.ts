import type { SqlPlace } from "../../../model/journal-ref.ts";
import type { Sql } from "../../transports/sql-statements.ts";

/** How long one statement of a journal may take. Seconds. */
const statementSec = 15;
/**
 * How long an idle connection is kept. Longer than the 2 s after which a step that works looks again whether it is
 * skipped: each connection is two logins (mssql tries one before it opens its pool), and many steps work side by side.
 * Shorter than anybody minds: a program that ends by itself, such as the one that Pulumi runs, ends only then.
 * Milliseconds.
 */
const idleMs = 2_500;

/** SQL Server as a journal uses it: a connection while there is work, and one that broke is made anew. */
export interface JournalConnection {
  /** `again`: what a broken connection has interrupted may be done a second time. */
  use<T>(work: (sql: Sql) => Promise<T>, again: boolean): Promise<T>;
}

interface Open {
  readonly sql: Sql;
  close(): Promise<void>;
}

/** A connection to that SQL Server; nothing is opened yet. The driver is loaded when it is. */
export function journalConnection(place: SqlPlace, password: () => Promise<string>): JournalConnection {
  let opened: Promise<Open> | undefined;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;
  const forget = (): void => {
    const gone = opened;
    opened = undefined;
    void gone?.then((o) => o.close()).catch(() => undefined);
  };
  const connected = async (): Promise<Sql> => {
    const begin = async (): Promise<Open> => open(place, await password(), forget);
    const mine = (opened ??= begin());
    try {
      return (await mine).sql;
    } catch (error) {
      if (opened === mine) opened = undefined;
      throw error;
    }
  };
  return {
    use: async <T>(work: (sql: Sql) => Promise<T>, again: boolean): Promise<T> => {
      clearTimeout(idle);
      users += 1;
      try {
        const before = opened;
        const sql = await connected();
        try {
          return await work(sql);
        } catch (error) {
          const hasBroken = before !== undefined && opened !== before;
          if (!hasBroken || !again) throw error;
          return await work(await connected());
        }
      } finally {
        users -= 1;
        if (users === 0) idle = setTimeout(forget, idleMs);
      }
    },
  };
}

async function open(place: SqlPlace, password: string, broken: () => void): Promise<Open> {
  const { address, port = 1433, user, encrypt = true, trustServerCertificate = true } = place;
  const [{ openPool }, { sqlOver }] = await Promise.all([
    import("../../transports/sql-connect.ts"),
    import("../../transports/sql-statements.ts"),
  ]);
  const { signal } = new AbortController();
  const host = "SQL Server";
  const access = { port, user, password: place.password, encrypt, trustServerCertificate };
  const pool = await openPool({ host, address, access, password, signal });
  pool.on("error", broken);
  return {
    sql: sqlOver(pool, { host, address, port }, signal, broken, statementSec),
    close: () => pool.close(),
  };
}
