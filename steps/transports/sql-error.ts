import type { SqlParams } from "./sql-statements.ts";
import { codeOf, obstacleOf, Unreachable } from "./unreachable.ts";

/** A statement that SQL Server refused. The message is the cause, not the "terminating abnormally" that follows it. */
export class SqlError extends Error {
  public override readonly name = "SqlError";
  /** All error numbers of the statement, in the order in which SQL Server sent them: 4305, 3013. */
  public readonly numbers: readonly number[];
  constructor(message: string, numbers: readonly number[], options?: ErrorOptions) {
    super(message, options);
    this.numbers = numbers;
  }
  /** Whether one of these was sent. */
  has(...numbers: readonly number[]): boolean {
    return this.numbers.some((n) => numbers.includes(n));
  }
}

/** Where a SQL Server is, as messages name it. */
export interface SqlAt {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/**
 * Errors that only say that another one came before: 3013 BACKUP or RESTORE is terminating abnormally, 3119 problems
 * were identified while planning, 5069 ALTER DATABASE statement failed, 1802 CREATE DATABASE failed.
 */
const followers: ReadonlySet<number> = new Set([3013, 3119, 5069, 1802]);

/** The driver's error as this package's own; the values of parameters in it are replaced by their names. */
export function sqlErrorOf(error: unknown, place: SqlAt, params: SqlParams = {}): SqlError | Unreachable {
  const all = inOrder(error);
  const numbers = all.flatMap(({ number }) => (number === undefined ? [] : [number]));
  if (numbers.length === 0) {
    const says = withoutValues(error instanceof Error ? error.message : String(error), params);
    if (!isBroken(error)) return new SqlError(`${place.host}: ${says}`, [], { cause: error });
    const { host, address, port } = place;
    return new Unreachable(host, address, port, "broken", `broke the connection to SQL Server: ${says}`);
  }
  const cause = all.find(({ number }) => number !== undefined && !followers.has(number)) ?? all.at(0);
  const number = cause?.number === undefined ? "" : ` (${String(cause.number)})`;
  return new SqlError(`${place.host}: ${withoutValues(cause?.message ?? "", params)}${number}`, numbers);
}

/** Whether the connection ended under the statement, or no new one could be had. */
const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  (["ConnectionError", "TimeoutError"].includes(error.name) ||
    obstacleOf(error) !== undefined ||
    ["ESOCKET", "ECONNCLOSED", "ENOTOPEN", "ETIMEOUT"].includes(codeOf(error) ?? ""));

interface Sent {
  readonly number: number | undefined;
  readonly message: string;
}

function inOrder(error: unknown): readonly Sent[] {
  if (!(error instanceof Error)) return [];
  const before: unknown = "precedingErrors" in error ? error.precedingErrors : [];
  const number = "number" in error && typeof error.number === "number" ? error.number : undefined;
  return [...(Array.isArray(before) ? before.flatMap(inOrder) : []), { number, message: error.message }];
}

/** SQL Server repeats values: "Conversion failed when converting the nvarchar value '…'". */
function withoutValues(message: string, params: SqlParams): string {
  let clean = message;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== "string" || value === "") continue;
    clean =
      value.length < 4
        ? clean.replaceAll(`'${value}'`, `@${name}`)
        : clean.replaceAll(`'${value}'`, `@${name}`).replaceAll(value, `@${name}`);
  }
  return clean;
}
