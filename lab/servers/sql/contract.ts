/** What the wire (TDS) and the engine (T-SQL) of the SQL Server stand-in say to each other. */

/** A column of a result, in SQL Server's own type names. `length` in characters or bytes; absent means max. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly length?: number;
  /** Of a numeric. Default 25, as LSN columns have it. */
  readonly precision?: number;
  /** Digits after the point of a numeric. Default 0. */
  readonly scale?: number;
}
export type ColumnType =
  | "bit"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "float"
  | "numeric"
  | "datetime"
  | "datetime2"
  | "datetimeoffset"
  | "uniqueidentifier"
  | "varbinary"
  | "varchar"
  | "nvarchar"
  | "nchar"
  | "xml";

/**
 * A value on its way to the wire. bigint and numeric as a decimal string or a bigint; date and time types as
 * `yyyy-mm-ddThh:mm:ss.fff` in the server's local time (datetimeoffset with its offset); uniqueidentifier as text;
 * varbinary as a Buffer.
 */
export type Value = string | number | bigint | boolean | Buffer | null;

/** A message of the server. Severity 10 and below is information, above is an error. */
export interface Message {
  readonly number: number;
  readonly state: number;
  readonly severity: number;
  readonly text: string;
  readonly line: number;
  readonly procedure?: string;
}

/** What a batch gives, in order. `done` ends each statement (`command` is DONE's CurCmd, `rows` its count where it has one). */
export type Reply =
  | { readonly kind: "columns"; readonly columns: readonly Column[] }
  | { readonly kind: "row"; readonly values: readonly Value[] }
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "done"; readonly command?: number; readonly rows?: number; readonly failed?: boolean }
  /** The value that an OUTPUT parameter of the request has at the end. */
  | { readonly kind: "output"; readonly name: string; readonly column: Column; readonly value: Value }
  /** What a procedure called by name returns. Without it: 0, or the number of the last error. */
  | { readonly kind: "return"; readonly status: number };

/**
 * A parameter of sp_executesql or of a procedure call; the name has its `@`. A procedure called by name arrives as
 * `EXEC name @a = @a, @b = @b OUTPUT` with these parameters (`@P1`, `@P2` for those sent without a name).
 */
export interface Parameter {
  readonly name: string;
  readonly type: ColumnType;
  readonly value: Value;
  readonly output: boolean;
}

export interface Request {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  /** Set when the client sends ATTENTION: the engine stops the statement that runs. */
  readonly signal: AbortSignal;
}

/** One connection's session: its database, temporary tables, open keys and transaction. */
export interface Session {
  readonly spid: number;
  run(request: Request): AsyncIterable<Reply>;
  /** The connection is used again for another caller: temporary tables, open keys and SET options go. */
  reset(): void;
  /** The client is gone. Called once, when no statement runs any more. */
  close(): void;
  /** Aborted when the server ends the session itself (KILL, ROLLBACK IMMEDIATE of another): the connection drops. */
  readonly killed?: AbortSignal;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly hostName: string;
  readonly appName: string;
}

/** A SQL Server instance as the wire sees it. */
export interface Instance {
  /** `@@SERVERNAME`. */
  readonly serverName: string;
  /** As in LOGINACK, e.g. { major: 15, minor: 0, build: 4385 } for SQL Server 2019. */
  readonly version: { readonly major: number; readonly minor: number; readonly build: number };
  /** A session, or the messages of a refused login in the order a server sends them (4060 before 18456). */
  login(login: Login): Session | { readonly refused: readonly Message[] };
}
