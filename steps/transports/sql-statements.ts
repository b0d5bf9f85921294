import mssql from "mssql";
import { SqlError, sqlErrorOf, type SqlAt } from "./sql-error.ts";
import { Unreachable } from "./unreachable.ts";

/** Seconds after which an ordinary statement is cancelled: reading a catalog view or changing a setting. */
const statementLimitSec = 30;

/** Values of `@name` in a statement. Strings travel as nvarchar(max), whole numbers as int or bigint. */
export type SqlParams = Readonly<Record<string, string | number | boolean | Buffer | null>>;

/** What SQL Server says on the way: of severity 10 or less, such as "45 percent processed". */
export interface SqlMessage {
  readonly number: number;
  readonly text: string;
}

/** A SQL Server as a step uses it: always in database master, so that the state of other databases never locks it out. */
export interface Sql {
  /** The rows of the first result. Select LSNs as varchar and times as text: the driver rounds the one and takes the other for UTC. */
  rows<T>(text: string, params?: SqlParams): Promise<readonly T[]>;
  run(text: string, params?: SqlParams): Promise<void>;
  /** For BACKUP, RESTORE and FAILOVER: as long as the step may take. The statement goes as a batch, without parameters. */
  long(text: string, onInfo?: (message: SqlMessage) => void): Promise<void>;
}

/**
 * Statements over an open pool, each with its limit (seconds; default 30), until the signal. `broken` is called when the
 * connection has ended.
 */
export function sqlOver(
  pool: mssql.ConnectionPool,
  place: SqlAt,
  signal: AbortSignal,
  broken: () => void,
  ordinarySec = statementLimitSec,
): Sql {
  async function ask<T>(
    params: SqlParams,
    limitSec: number | undefined,
    how: (request: mssql.Request) => Promise<T>,
  ): Promise<T> {
    const request = new mssql.Request(pool);
    for (const [name, value] of Object.entries(params)) request.input(name, typeOf(value), value);
    const time = { isOver: false };
    const cancel = (): void => {
      request.cancel();
    };
    const limit =
      limitSec === undefined
        ? undefined
        : setTimeout(() => {
            time.isOver = true;
            cancel();
          }, limitSec * 1000);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      signal.throwIfAborted();
      return await how(request);
    } catch (error) {
      if (signal.aborted)
        throw new Unreachable(
          place.host,
          place.address,
          place.port,
          "aborted",
          "did not finish in the step's time.",
        );
      if (time.isOver)
        throw new SqlError(`${place.host}: the statement did not end in ${String(limitSec)} s.`, [], {
          cause: error,
        });
      const found = sqlErrorOf(error, place, params);
      if (found instanceof Unreachable) broken();
      throw found;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener("abort", cancel);
    }
  }

  return {
    rows: async <T>(text: string, params: SqlParams = {}) =>
      ask(params, ordinarySec, async (request) => {
        const { recordsets } = await request.query<T[]>(text);
        return (Array.isArray(recordsets) ? recordsets[0] : undefined) ?? [];
      }),
    run: (text, params = {}) =>
      ask(params, ordinarySec, async (request) => {
        await request.query(text);
      }),
    long: (text, onInfo) =>
      ask({}, undefined, async (request) => {
        if (onInfo)
          request.on("info", (info: { number?: number; message: string }) => {
            onInfo({ number: info.number ?? 0, text: info.message });
          });
        await request.batch(text);
      }),
  };
}

function typeOf(value: SqlParams[string]): mssql.ISqlType {
  if (typeof value === "boolean") return mssql.Bit();
  if (Buffer.isBuffer(value)) return mssql.VarBinary(mssql.MAX);
  if (typeof value !== "number") return mssql.NVarChar(mssql.MAX);
  if (!Number.isSafeInteger(value)) return mssql.Float();
  return Math.abs(value) < 2 ** 31 ? mssql.Int() : mssql.BigInt();
}
