import { JournalError } from "../../../journal/chain.ts";
import type { Seen, SeenPlace } from "../../../journal/seen-store.ts";
import type { SqlPlace } from "../../../model/journal-ref.ts";
import { SqlError } from "../../transports/sql-error.ts";
import type { Sql, SqlParams } from "../../transports/sql-statements.ts";
import { defaultDatabase, sqlPlaceName } from "../names.ts";
import { journalConnection } from "./connection.ts";
import { sqlLeases } from "./leases.ts";
import { statementsIn } from "./tsql.ts";

/** How many lines one statement takes when a whole journal is written. SQL Server takes 2,100 parameters. */
const linesAtOnce = 500;

interface Mark {
  readonly chain: number;
  readonly lines: number;
  readonly hasTables: boolean;
}

/** What an exclusive batch answers: sp_getapplock's return value, and whether the work was done. */
export interface Answer {
  readonly lock: number;
  readonly done: number;
}

/** A journal as two tables of a database, one row a line. `password` is asked for when it is first used. */
export function sqlPlace(at: SqlPlace, password: () => Promise<string>): SeenPlace {
  const place = sqlPlaceName(at);
  const t = statementsIn(at.database ?? defaultDatabase);
  const connection = journalConnection(at, password);
  let known: { readonly text: string; readonly last: string; readonly mark: Mark } | undefined;

  /** Every failure as a sentence that names the journal. */
  const use = async <T>(what: string, again: boolean, work: (sql: Sql) => Promise<T>): Promise<T> => {
    try {
      return await connection.use(work, again);
    } catch (error) {
      if (error instanceof JournalError) throw error;
      const says = error instanceof Error ? error.message : String(error);
      throw new JournalError(`the journal in ${place} cannot be ${what}: ${says}`, { cause: error });
    }
  };

  const hasTables = async (sql: Sql): Promise<boolean> => {
    const [found] = await sql.rows<{ state: string; mayUse: number; hasTables: number }>(t.look);
    if (!found) return false;
    if (found.state !== "ONLINE")
      throw new JournalError(
        `the journal in ${place} cannot be read: the database is ${found.state}, not ONLINE. Bring it online, or read the journal's mirror`,
      );
    if (found.mayUse !== 1)
      throw new JournalError(
        `the journal in ${place} cannot be read: the login ${at.user} may not use that database. Let it CONNECT, SELECT, INSERT, UPDATE and DELETE there (docs/permissions.md)`,
      );
    return found.hasTables === 1;
  };

  const linesFrom = (sql: Sql, chain: number, from: number): Promise<readonly Row[]> =>
    sql.rows<Row>(t.read, { chain, from });

  const readBy = async (sql: Sql): Promise<Seen> => {
    if (known?.mark.hasTables !== true && !(await hasTables(sql)))
      return { text: "", mark: { chain: 1, lines: 0, hasTables: false } satisfies Mark };
    const before = known;
    // From the last line that is known on: a table that was put back, or begun anew, does not have it there.
    const from = before ? Math.max(0, before.mark.lines - 1) : 0;
    let rows = await linesFrom(sql, before?.mark.chain ?? 0, from);
    const goesOn =
      before !== undefined &&
      before.mark.lines > 0 &&
      rows[0]?.line === from &&
      rows[0].chain === before.mark.chain &&
      rows[0].text === before.last;
    if (!goesOn && from > 0) rows = await linesFrom(sql, 0, 0);
    const fresh = goesOn ? rows.slice(1) : rows;
    const text = `${goesOn ? before.text : ""}${fresh.map((r) => `${r.text}\n`).join("")}`;
    const last = rows.at(-1);
    const mark: Mark = {
      chain: last?.chain ?? 1,
      lines: last ? last.line + 1 : 0,
      hasTables: true,
    };
    known = { text, last: last?.text ?? "", mark };
    return { text, mark };
  };

  const read = (): Promise<Seen> =>
    use("read", true, async (sql) => {
      try {
        return await readBy(sql);
      } catch (error) {
        known = undefined;
        if (!(error instanceof SqlError)) throw error;
        // The database may have been taken away since: that says it better than an error about a table.
        if (await hasTables(sql)) throw error;
        return readBy(sql);
      }
    });

  const make = async (sql: Sql): Promise<void> => {
    await sql.run(t.createDatabase).catch((error: unknown) => {
      // 1801: two began at once.
      if (!(error instanceof SqlError && error.has(1801))) throw error;
    });
    await exclusive(sql, t.createTables, {});
  };

  async function exclusive(sql: Sql, text: string, params: SqlParams): Promise<boolean> {
    const [answer] = await sql.rows<Answer>(text, params);
    if (!answer || answer.lock < 0)
      throw new JournalError(
        `the journal in ${place} was not written: others have held its lock for 10 s (sp_getapplock gave ${String(answer?.lock)}). Run it again; "SELECT * FROM sys.dm_tran_locks WHERE resource_type = 'APPLICATION'" on that server shows who`,
      );
    return answer.done === 1;
  }

  return {
    place,
    read,
    add: (line, { mark }) =>
      use("written", false, async (sql) => {
        const { chain, lines, hasTables: isMade } = mark as Mark;
        if (!isMade) await make(sql);
        return exclusive(sql, t.add, { chain, lines, text: line });
      }),
    replace: (text, { text: before, mark }) =>
      use("begun anew", false, async (sql) => {
        const { chain, lines, hasTables: isMade } = mark as Mark;
        if (!isMade) await make(sql);
        const draft = -1 - Math.floor(Math.random() * 2_000_000_000);
        await sql.run(t.dropDrafts);
        const all = text.split("\n").slice(0, -1);
        for (let from = 0; from < all.length; from += linesAtOnce) {
          const some = all.slice(from, from + linesAtOnce);
          await sql.run(t.draft(some.length), {
            draft,
            ...Object.fromEntries<string | number>(
              some.flatMap((line, i): [string, string | number][] => [
                [`n${String(i)}`, from + i],
                [`t${String(i)}`, line],
              ]),
            ),
          });
        }
        if (!(await exclusive(sql, t.publish, { chain, lines, draft }))) return undefined;
        return before === "" ? [] : [`chain ${String(chain)} of dbo.JournalLines in ${place}`];
      }),
    leases: sqlLeases(t, {
      rows: (text, params) =>
        use("read", true, async (sql) => ((await isReady(sql)) ? sql.rows(text, params) : [])),
      change: (text, params) =>
        use("written", true, async (sql) => {
          if (!(await isReady(sql))) await make(sql);
          return sql.rows(text, params);
        }),
    }),
  };

  async function isReady(sql: Sql): Promise<boolean> {
    return known?.mark.hasTables === true || (await hasTables(sql));
  }
}

interface Row {
  readonly chain: number;
  readonly line: number;
  readonly text: string;
}
