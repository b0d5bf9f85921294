import { catalogueView } from "./catalogue.ts";
import type { Context } from "./context.ts";
import type { Database, Table } from "./database.ts";
import { Cursor } from "./cursor.ts";
import { SqlError } from "./errors.ts";
import type { FunctionTable } from "./functions.ts";
import { objectName, storedKey, type StoredView } from "./sources.ts";
import { seesTable } from "./permissions.ts";
import { int, nvarchar, sysname, type V, plain } from "./types.ts";
import { intProperties, serverProperty } from "./server-properties.ts";
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

/** OBJECT_ID: tables that the session may know of, views, procedures; also what is in another database, where that is open. */
function objectId(text: string, context: Context, type?: string): number | null {
  const name = objectName(partsOf(text));
  const database = name.name.startsWith("#")
    ? context.session.temp
    : name.database === undefined || (/^tempdb$/i.test(name.database) && name.name.startsWith("#"))
      ? context.database
      : context.instance.database(name.database);
  if (!database?.isReadable) return null;
  const isType = (code: string): boolean => type === undefined || type.trim().toUpperCase() === code;
  const table = database.table(name.schema, name.name);
  if (table && isType("U"))
    return database === context.session.temp || seesTable(context.session, database, table.name)
      ? table.id
      : null;
  for (const [collection, code] of [
    ["views", "V"],
    ["procedures", "P"],
    ["synonyms", "SN"],
  ] as const) {
    const found = database.store.collection(collection).get(storedKey(name.schema, name.name)) as
      StoredView | undefined;
    if (found && isType(code)) return found.id;
  }
  if (
    name.hasSchema &&
    /^(sys|information_schema)$/i.test(name.schema) &&
    isType("V") &&
    catalogueView(name.schema, name.name, database)
  )
    return -100 - name.name.length;
  const isProcedure = isType("P") || isType("X") || isType("PC");
  return isProcedure && context.instance.procedures.has(name.name.toLowerCase()) && name.hasSchema
    ? -500 - name.name.length
    : null;
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

export const metadataFunctions: FunctionTable = {
  DB_ID: {
    args: ["text"],
    min: 0,
    type: { name: "smallint" },
    run: ([name], context) =>
      (name === undefined ? context.database : context.instance.database(plain(name)))?.id ?? null,
  },
  DB_NAME: {
    args: ["int"],
    min: 0,
    type: sysname,
    run: ([id], context) =>
      (id === undefined ? context.database : context.instance.databases().find((d) => d.id === id))?.name ??
      null,
  },
  OBJECT_ID: {
    args: ["text", "text"],
    min: 1,
    type: int,
    run: ([name, type], context) =>
      objectId(plain(name), context, type === undefined ? undefined : plain(type)),
  },
  OBJECT_NAME: {
    args: ["int", "int"],
    min: 1,
    type: sysname,
    run: ([id, db], context) =>
      tableById(context.instance.databases().find((d) => d.id === db) ?? context.database, id ?? null)
        ?.name ?? null,
  },
  OBJECT_SCHEMA_NAME: {
    args: ["int", "int"],
    min: 1,
    type: sysname,
    run: ([id, db], context) =>
      tableById(context.instance.databases().find((d) => d.id === db) ?? context.database, id ?? null)
        ?.schema ?? null,
  },
  SCHEMA_ID: {
    args: ["text"],
    min: 0,
    type: int,
    run: ([name], context) =>
      (
        context.database.store.collection("schemas").get(plain(name ?? "dbo").toLowerCase()) as
          { id: number } | undefined
      )?.id ?? (name === "sys" ? 4 : null),
  },
  SCHEMA_NAME: {
    args: ["int"],
    min: 0,
    type: sysname,
    run: ([id], context) => {
      const schemas = [...context.database.store.collection("schemas").values()] as {
        id: number;
        name: string;
      }[];
      return schemas.find((schema) => schema.id === (id ?? 1))?.name ?? (id === 4 ? "sys" : null);
    },
  },
  COL_NAME: {
    args: ["int", "int"],
    type: sysname,
    run: ([id, column], context) =>
      tableById(context.database, id ?? null)?.columns.find((c) => c.id === column)?.name ?? null,
  },
  COL_LENGTH: {
    args: ["text", "text"],
    type: { name: "smallint" },
    run: ([name, column], context) => {
      const id = objectId(plain(name), context);
      const found = tableById(context.database, id)?.columns.find(
        (c) => c.name.toLowerCase() === plain(column).toLowerCase(),
      );
      return found ? (found.type.length ?? -1) * (found.type.name.startsWith("n") ? 2 : 1) : null;
    },
  },
  TYPE_NAME: {
    args: ["int"],
    type: sysname,
    run: ([id]) =>
      ({
        56: "int",
        127: "bigint",
        231: "nvarchar",
        167: "varchar",
        61: "datetime",
        42: "datetime2",
        104: "bit",
        36: "uniqueidentifier",
        165: "varbinary",
        256: "sysname",
      })[Number(id)] ?? null,
  },
  IDENT_CURRENT: {
    args: ["text"],
    type: { name: "numeric", precision: 38, scale: 0 },
    run: ([name], context) => {
      const id = objectId(plain(name), context);
      const table = tableById(context.database, id);
      const identity = table?.columns.find((c) => c.identity)?.identity;
      return table && identity
        ? decimalOf(
            (context.database.store.collection("identity").get(table.id) as number | undefined) ??
              identity.seed,
          )
        : null;
    },
  },
  OBJECTPROPERTY: {
    args: ["int", "text"],
    type: int,
    run: ([id, property], context) => {
      const table = tableById(context.database, id ?? null);
      const wanted = plain(property).toUpperCase();
      if (wanted === "ISUSERTABLE" || wanted === "ISTABLE") return table ? 1 : 0;
      if (wanted === "TABLEHASIDENTITY") return table?.columns.some((c) => c.identity) ? 1 : 0;
      return wanted === "TABLEHASPRIMARYKEY" ? (table?.keys.some((k) => k.kind === "primary") ? 1 : 0) : null;
    },
  },
  COLUMNPROPERTY: {
    args: ["int", "text", "text"],
    type: int,
    run: ([id, name, property], context) => {
      const column = tableById(context.database, id ?? null)?.columns.find(
        (c) => c.name.toLowerCase() === plain(name).toLowerCase(),
      );
      if (!column) return null;
      return (
        {
          ISIDENTITY: column.identity ? 1 : 0,
          ISCOMPUTED: column.computed ? 1 : 0,
          ALLOWSNULL: column.isNullable ? 1 : 0,
          COLUMNID: column.id,
        }[plain(property).toUpperCase()] ?? null
      );
    },
  },
  DATABASEPROPERTYEX: {
    args: ["text", "text"],
    type: (args) =>
      ["ISINSTANDBY", "VERSION", "ISAUTOCLOSE", "ISAUTOSHRINK"].includes(
        plain(args[1]?.constant).toUpperCase(),
      )
        ? int
        : nvarchar(128),
    run: ([name, property], context) => {
      const database = context.instance.database(plain(name));
      return database ? databaseProperty(database, plain(property), context) : null;
    },
  },
  SERVERPROPERTY: {
    args: ["text"],
    type: (args) => (intProperties.has(plain(args[0]?.constant).toUpperCase()) ? int : nvarchar(128)),
    run: ([property], context) => serverProperty(context, plain(property)),
  },
  CONNECTIONPROPERTY: {
    args: ["text"],
    type: nvarchar(48),
    run: ([property], { instance }) =>
      ({
        net_transport: "TCP",
        protocol_type: "TSQL",
        auth_scheme: "SQL",
        local_net_address: instance.identity.address,
        client_net_address: "127.0.0.1",
      })[plain(property).toLowerCase()] ?? null,
  },
};
