import type { Context } from "./context.ts";
import { decimalOf } from "./decimals.ts";
import type { FunctionTable, ScalarFunction } from "./functions.ts";
import { bigint, int, nvarchar, type SqlType, sysname, type V, varchar } from "./types.ts";

const caught = (type: SqlType, pick: (error: NonNullable<Context["caught"]>) => V): ScalarFunction => ({
  args: [],
  type,
  run: (_, context) => (context.caught ? pick(context.caught) : null),
});
const session = (type: SqlType, pick: (context: Context) => V): ScalarFunction => ({
  args: [],
  type,
  run: (_, context) => pick(context),
});
/** Functions of the session, of the error that is handled, and the @@ functions. */
export const sessionFunctions: FunctionTable = {
  ERROR_NUMBER: caught(int, (e) => e.number),
  ERROR_SEVERITY: caught(int, (e) => e.severity),
  ERROR_STATE: caught(int, (e) => e.state),
  ERROR_MESSAGE: caught(nvarchar(4000), (e) => e.text),
  ERROR_LINE: caught(int, (e) => e.line),
  ERROR_PROCEDURE: caught(sysname, (e) => e.procedure ?? null),
  XACT_STATE: session({ name: "smallint" }, ({ session: s }) =>
    s.isDoomed ? -1 : s.transactionDepth > 0 ? 1 : 0,
  ),
  SCOPE_IDENTITY: session({ name: "numeric", precision: 38, scale: 0 }, ({ session: s }) =>
    s.lastIdentity === undefined ? null : decimalOf(s.lastIdentity),
  ),
  HOST_NAME: session(sysname, ({ session: s }) => s.login.hostName),
  APP_NAME: session(sysname, ({ session: s }) => s.login.appName),
  ROWCOUNT_BIG: session(bigint, ({ session: s }) => BigInt(s.rowCount)),
  "@@IDENTITY": session({ name: "numeric", precision: 38, scale: 0 }, ({ session: s }) =>
    s.lastIdentity === undefined ? null : decimalOf(s.lastIdentity),
  ),
  "@@ROWCOUNT": session(int, ({ session: s }) => s.rowCount),
  "@@ERROR": session(int, ({ session: s }) => s.lastError),
  "@@TRANCOUNT": session(int, ({ session: s }) => s.transactionDepth),
  "@@SPID": session({ name: "smallint" }, ({ session: s }) => s.spid),
  "@@SERVERNAME": session(sysname, ({ instance }) => instance.serverName),
  "@@SERVICENAME": session(sysname, () => "MSSQLSERVER"),
  "@@VERSION": session(nvarchar(300), ({ instance }) => instance.versionText),
  "@@MICROSOFTVERSION": session(
    int,
    ({ instance }) =>
      instance.version.major * 0x1000000 + instance.version.minor * 0x10000 + instance.version.build,
  ),
  "@@LANGUAGE": session(sysname, () => "us_english"),
  "@@DATEFIRST": session({ name: "tinyint" }, () => 7),
  "@@NESTLEVEL": session(int, (context) => context.depth),
  "@@OPTIONS": session(int, ({ session: s }) => 5432 + (s.options.isXactAbort ? 16384 : 0)),
  "@@MAX_PRECISION": session({ name: "tinyint" }, () => 38),
  "@@LOCK_TIMEOUT": session(int, () => -1),
  "@@FETCH_STATUS": session(int, () => -1),
  "@@PROCID": session(int, () => 0),
  "@@CONNECTIONS": session(int, ({ instance }) => instance.sessions.size),
  "@@DBTS": session({ name: "varbinary", length: 8 }, ({ database }) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(
      BigInt((database.store.collection("counters").get("dbts") as number | undefined) ?? 2000),
    );
    return bytes;
  }),
  "SYS.FN_HADR_IS_PRIMARY_REPLICA": { args: ["text"], type: { name: "bit" }, run: () => null },
  "MSDB.DBO.AGENT_DATETIME": {
    args: ["int", "int"],
    type: { name: "datetime" },
    run: ([d, t]) => agentDatetime(Number(d), Number(t)),
  },
  "DBO.AGENT_DATETIME": {
    args: ["int", "int"],
    type: { name: "datetime" },
    run: ([d, t]) => agentDatetime(Number(d), Number(t)),
  },
  "SYS.FN_SQLVARBASETOSTR": {
    args: ["bytes"],
    type: nvarchar(4000),
    run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null),
  },
  "MASTER.DBO.FN_VARBINTOHEXSTR": {
    args: ["bytes"],
    type: nvarchar(4000),
    run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null),
  },
  "SYS.FN_VARBINTOHEXSTR": {
    args: ["bytes"],
    type: nvarchar(4000),
    run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null),
  },
  SQL_VARIANT_PROPERTY: {
    args: ["any", "text"],
    type: varchar(128),
    run: (_, __, [value]) => value?.type.name ?? null,
  },
  CURSOR_STATUS: { args: ["text", "text"], type: { name: "smallint" }, run: () => -3 },
};

/** Agent's yyyymmdd and hhmmss as a datetime. */
export function agentDatetime(date: number, time: number): number {
  return Date.UTC(
    Math.floor(date / 10000),
    (Math.floor(date / 100) % 100) - 1,
    date % 100,
    Math.floor(time / 10000),
    Math.floor(time / 100) % 100,
    time % 100,
  );
}
