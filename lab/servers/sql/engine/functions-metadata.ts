import { catalogueView } from "./catalogue.ts";
import type { Context } from "./context.ts";
import type { Database, Table } from "./database.ts";
import { Cursor } from "./cursor.ts";
import { SqlError } from "./errors.ts";
import type { FunctionTable, ScalarFunction } from "./functions.ts";
import { objectName, storedKey, type StoredView } from "./sources.ts";
import { bigint, int, nvarchar, type SqlType, sysname, type V, varchar } from "./types.ts";
import { isoText, wallClock } from "./datetimes.ts";
import { decimalOf } from "./decimals.ts";

/** The parts of a name given as text. */
export function partsOf(text: string): string[] {
  try {
    const cursor = new Cursor(text);
    return cursor.isEnd ? [text] : cursor.names();
  } catch (error) {
    if (error instanceof SqlError) return [text];
    throw error;
  }
}

/** OBJECT_ID: tables, views, procedures; also what is in another database, where that is open. */
function objectId(text: string, context: Context, type?: string): number | null {
  const name = objectName(partsOf(text));
  const database = name.name.startsWith("#") ? context.session.temp : name.database === undefined || /^tempdb$/i.test(name.database) && name.name.startsWith("#") ? context.database : context.instance.database(name.database);
  if (!database?.isReadable) return null;
  const isType = (code: string): boolean => type === undefined || type.trim().toUpperCase() === code;
  const table = database.table(name.schema, name.name);
  if (table && isType("U")) return table.id;
  for (const [collection, code] of [["views", "V"], ["procedures", "P"], ["synonyms", "SN"]] as const) {
    const found = database.store.collection(collection).get(storedKey(name.schema, name.name)) as StoredView | undefined;
    if (found && isType(code)) return found.id;
  }
  if (name.hasSchema && /^(sys|information_schema)$/i.test(name.schema) && isType("V") && catalogueView(name.schema, name.name, database)) return -100 - name.name.length;
  const isProcedure = isType("P") || isType("X") || isType("PC");
  return isProcedure && context.instance.procedures.has(name.name.toLowerCase()) && name.hasSchema ? -500 - name.name.length : null;
}
function tableById(database: Database, id: V): Table | undefined {
  return database.tables().find((table) => table.id === id);
}

/** DATABASEPROPERTYEX's properties. */
function databaseProperty(database: Database, property: string, context: Context): V {
  const settings = database.settings;
  const isOpen = database.state === "ONLINE";
  switch (property.toUpperCase()) {
    case "STATUS":
      return database.state;
    case "RECOVERY":
      return settings.recoveryModel;
    case "USERACCESS":
      return database.userAccess;
    case "UPDATEABILITY":
      return database.isWritable ? "READ_WRITE" : "READ_ONLY";
    case "ISINSTANDBY":
      return database.isInStandby ? 1 : 0;
    case "COLLATION":
      return isOpen ? settings.collation : null;
    case "VERSION":
      return isOpen ? context.instance.databaseVersion : null;
    case "ISAUTOCLOSE":
    case "ISAUTOSHRINK":
    case "ISPUBLISHED":
    case "ISSUBSCRIBED":
      return 0;
    default:
      return null;
  }
}

const intProperties = new Set(["ENGINEEDITION", "ISCLUSTERED", "ISHADRENABLED", "ISINTEGRATEDSECURITYONLY", "ISSINGLEUSER", "ISFULLTEXTINSTALLED", "HADRMANAGERSTATUS", "PROCESSID", "ISLOCALDB", "LCID", "FILESTREAMCONFIGUREDLEVEL"]);
function serverProperty({ instance }: Context, property: string): V {
  const { major, minor, build } = instance.version;
  const values: Readonly<Record<string, V>> = {
    SERVERNAME: instance.serverName, MACHINENAME: instance.identity.name, COMPUTERNAMEPHYSICALNETBIOS: instance.identity.name, INSTANCENAME: null,
    PRODUCTVERSION: `${major}.${minor}.${build}.1`, PRODUCTMAJORVERSION: String(major), PRODUCTMINORVERSION: String(minor), PRODUCTBUILD: String(build),
    PRODUCTLEVEL: "RTM", PRODUCTUPDATELEVEL: null, EDITION: instance.edition, EDITIONID: null, ENGINEEDITION: instance.edition.startsWith("Express") ? 4 : instance.edition.startsWith("Standard") ? 2 : 3,
    ISCLUSTERED: 0, ISHADRENABLED: 0, HADRMANAGERSTATUS: 2, ISINTEGRATEDSECURITYONLY: 0, ISSINGLEUSER: 0, ISFULLTEXTINSTALLED: 0, ISLOCALDB: 0, PROCESSID: 4000, LCID: 1033, FILESTREAMCONFIGUREDLEVEL: 0,
    COLLATION: instance.collation, INSTANCEDEFAULTDATAPATH: instance.folders.data, INSTANCEDEFAULTLOGPATH: instance.folders.log, INSTANCEDEFAULTBACKUPPATH: instance.folders.backup,
    RESOURCEVERSION: `${major}.00.${build}`, BUILDCLRVERSION: "v4.0.30319",
  };
  const value = values[property.toUpperCase()] ?? null;
  return property.toUpperCase() === "INSTANCEDEFAULTBACKUPPATH" && major < 15 ? null : value;
}
const caught = (type: SqlType, pick: (error: NonNullable<Context["caught"]>) => V): ScalarFunction => ({ args: [], type, run: (_, context) => (context.caught ? pick(context.caught) : null) });
const session = (type: SqlType, pick: (context: Context) => V): ScalarFunction => ({ args: [], type, run: (_, context) => pick(context) });

export const metadataFunctions: FunctionTable = {
  DB_ID: { args: ["text"], min: 0, type: { name: "smallint" }, run: ([name], context) => (name === undefined ? context.database : context.instance.database(String(name)))?.id ?? null },
  DB_NAME: { args: ["int"], min: 0, type: sysname, run: ([id], context) => (id === undefined ? context.database : context.instance.databases().find((d) => d.id === id))?.name ?? null },
  OBJECT_ID: { args: ["text", "text"], min: 1, type: int, run: ([name, type], context) => objectId(String(name), context, type === undefined ? undefined : String(type)) },
  OBJECT_NAME: { args: ["int", "int"], min: 1, type: sysname, run: ([id, db], context) => tableById(context.instance.databases().find((d) => d.id === db) ?? context.database, id ?? null)?.name ?? null },
  OBJECT_SCHEMA_NAME: { args: ["int", "int"], min: 1, type: sysname, run: ([id, db], context) => tableById(context.instance.databases().find((d) => d.id === db) ?? context.database, id ?? null)?.schema ?? null },
  SCHEMA_ID: { args: ["text"], min: 0, type: int, run: ([name], context) => (context.database.store.collection("schemas").get(String(name ?? "dbo").toLowerCase()) as { id: number } | undefined)?.id ?? (name === "sys" ? 4 : null) },
  SCHEMA_NAME: { args: ["int"], min: 0, type: sysname, run: ([id], context) => {
    const schemas = [...context.database.store.collection("schemas").values()] as { id: number; name: string }[];
    return schemas.find((schema) => schema.id === (id ?? 1))?.name ?? (id === 4 ? "sys" : null);
  } },
  COL_NAME: { args: ["int", "int"], type: sysname, run: ([id, column], context) => tableById(context.database, id ?? null)?.columns.find((c) => c.id === column)?.name ?? null },
  COL_LENGTH: { args: ["text", "text"], type: { name: "smallint" }, run: ([name, column], context) => {
    const id = objectId(String(name), context);
    const found = tableById(context.database, id)?.columns.find((c) => c.name.toLowerCase() === String(column).toLowerCase());
    return found ? (found.type.length ?? -1) * (found.type.name.startsWith("n") ? 2 : 1) : null;
  } },
  TYPE_NAME: { args: ["int"], type: sysname, run: ([id]) => ({ 56: "int", 127: "bigint", 231: "nvarchar", 167: "varchar", 61: "datetime", 42: "datetime2", 104: "bit", 36: "uniqueidentifier", 165: "varbinary", 256: "sysname" })[Number(id)] ?? null },
  IDENT_CURRENT: { args: ["text"], type: { name: "numeric", precision: 38, scale: 0 }, run: ([name], context) => {
    const id = objectId(String(name), context);
    const table = tableById(context.database, id);
    const identity = table?.columns.find((c) => c.identity)?.identity;
    return table && identity ? decimalOf((context.database.store.collection("identity").get(table.id) as number | undefined) ?? identity.seed) : null;
  } },
  OBJECTPROPERTY: { args: ["int", "text"], type: int, run: ([id, property], context) => {
    const table = tableById(context.database, id ?? null);
    const wanted = String(property).toUpperCase();
    if (wanted === "ISUSERTABLE" || wanted === "ISTABLE") return table ? 1 : 0;
    if (wanted === "TABLEHASIDENTITY") return table?.columns.some((c) => c.identity) ? 1 : 0;
    return wanted === "TABLEHASPRIMARYKEY" ? (table?.keys.some((k) => k.kind === "primary") ? 1 : 0) : null;
  } },
  COLUMNPROPERTY: { args: ["int", "text", "text"], type: int, run: ([id, name, property], context) => {
    const column = tableById(context.database, id ?? null)?.columns.find((c) => c.name.toLowerCase() === String(name).toLowerCase());
    if (!column) return null;
    return { ISIDENTITY: column.identity ? 1 : 0, ISCOMPUTED: column.computed ? 1 : 0, ALLOWSNULL: column.isNullable ? 1 : 0, COLUMNID: column.id }[String(property).toUpperCase()] ?? null;
  } },
  DATABASEPROPERTYEX: {
    args: ["text", "text"],
    type: (args) => (["ISINSTANDBY", "VERSION", "ISAUTOCLOSE", "ISAUTOSHRINK"].includes(String(args[1]?.constant).toUpperCase()) ? int : nvarchar(128)),
    run: ([name, property], context) => {
      const database = context.instance.database(String(name));
      return database ? databaseProperty(database, String(property), context) : null;
    },
  },
  SERVERPROPERTY: { args: ["text"], type: (args) => (intProperties.has(String(args[0]?.constant).toUpperCase()) ? int : nvarchar(128)), run: ([property], context) => serverProperty(context, String(property)) },
  CONNECTIONPROPERTY: { args: ["text"], type: nvarchar(48), run: ([property], { instance }) => ({ net_transport: "TCP", protocol_type: "TSQL", auth_scheme: "SQL", local_net_address: instance.identity.address, client_net_address: "127.0.0.1" })[String(property).toLowerCase()] ?? null },
  ERROR_NUMBER: caught(int, (e) => e.number),
  ERROR_SEVERITY: caught(int, (e) => e.severity),
  ERROR_STATE: caught(int, (e) => e.state),
  ERROR_MESSAGE: caught(nvarchar(4000), (e) => e.text),
  ERROR_LINE: caught(int, (e) => e.line),
  ERROR_PROCEDURE: caught(sysname, (e) => e.procedure ?? null),
  XACT_STATE: session({ name: "smallint" }, ({ session: s }) => (s.isDoomed ? -1 : s.transactionDepth > 0 ? 1 : 0)),
  SCOPE_IDENTITY: session({ name: "numeric", precision: 38, scale: 0 }, ({ session: s }) => (s.lastIdentity === undefined ? null : decimalOf(s.lastIdentity))),
  HOST_NAME: session(sysname, ({ session: s }) => s.login.hostName),
  APP_NAME: session(sysname, ({ session: s }) => s.login.appName),
  ROWCOUNT_BIG: session(bigint, ({ session: s }) => BigInt(s.rowCount)),
  "@@IDENTITY": session({ name: "numeric", precision: 38, scale: 0 }, ({ session: s }) => (s.lastIdentity === undefined ? null : decimalOf(s.lastIdentity))),
  "@@ROWCOUNT": session(int, ({ session: s }) => s.rowCount),
  "@@ERROR": session(int, ({ session: s }) => s.lastError),
  "@@TRANCOUNT": session(int, ({ session: s }) => s.transactionDepth),
  "@@SPID": session({ name: "smallint" }, ({ session: s }) => s.spid),
  "@@SERVERNAME": session(sysname, ({ instance }) => instance.serverName),
  "@@SERVICENAME": session(sysname, () => "MSSQLSERVER"),
  "@@VERSION": session(nvarchar(300), ({ instance }) => instance.versionText),
  "@@MICROSOFTVERSION": session(int, ({ instance }) => instance.version.major * 0x1000000 + instance.version.minor * 0x10000 + instance.version.build),
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
    bytes.writeBigUInt64BE(BigInt((database.store.collection("counters").get("dbts") as number | undefined) ?? 2000));
    return bytes;
  }),
  "SYS.FN_HADR_IS_PRIMARY_REPLICA": { args: ["text"], type: { name: "bit" }, run: () => null },
  "MSDB.DBO.AGENT_DATETIME": { args: ["int", "int"], type: { name: "datetime" }, run: ([d, t]) => agentDatetime(Number(d), Number(t)) },
  "DBO.AGENT_DATETIME": { args: ["int", "int"], type: { name: "datetime" }, run: ([d, t]) => agentDatetime(Number(d), Number(t)) },
  "SYS.FN_SQLVARBASETOSTR": { args: ["bytes"], type: nvarchar(4000), run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null) },
  "MASTER.DBO.FN_VARBINTOHEXSTR": { args: ["bytes"], type: nvarchar(4000), run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null) },
  "SYS.FN_VARBINTOHEXSTR": { args: ["bytes"], type: nvarchar(4000), run: ([b]) => (Buffer.isBuffer(b) ? `0x${b.toString("hex")}` : null) },
  SQL_VARIANT_PROPERTY: { args: ["any", "text"], type: varchar(128), run: (_, __, [value]) => value?.type.name ?? null },
  CURSOR_STATUS: { args: ["text", "text"], type: { name: "smallint" }, run: () => -3 },
};

/** Agent's yyyymmdd and hhmmss as a datetime. */
export function agentDatetime(date: number, time: number): number {
  return Date.UTC(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100, Math.floor(time / 10000), Math.floor(time / 100) % 100, time % 100);
}
/** The local time of the server as text, for messages. */
export function localText(context: Context): string {
  return isoText(wallClock(context.instance.timeZone, context.instance.now()));
}
