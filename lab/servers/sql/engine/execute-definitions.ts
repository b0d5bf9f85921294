import type { KeyDefinition, TableDefinition } from "./ast.ts";
import type { Frame } from "./batch.ts";
import { compile } from "./compile.ts";
import type { Context } from "./context.ts";
import type { Database, Table } from "./database.ts";
import { message, refuse, refuseWith } from "./errors.ts";
import type { Done } from "./execute.ts";
import { hasDatabasePermission } from "./permissions.ts";
import { createSchema, dropSchema } from "./schemas.ts";
import { Scope } from "./scope.ts";
import { databaseOf, findTable, objectName, storedKey } from "./sources.ts";
import type { Statement } from "./statements.ts";
import { finishRow, storedColumns, storedTarget } from "./tables.ts";
import type { V } from "./types.ts";
import { executeAlterTable } from "./alter-table.ts";

/** CREATE, ALTER and DROP of tables, indexes, schemas, views, procedures and synonyms. */
export function executeDefinition(statement: Statement, frame: Frame): Done {
  switch (statement.kind) {
    case "create table":
      createTable(statement.name, statement.definition, frame);
      return { command: 198 };
    case "alter table":
      executeAlterTable(statement, frame);
      return { command: 216 };
    case "create index": {
      const { database, table } = mustFind(statement.table, frame, 1088);
      if (table.keys.some((key) => key.name.toLowerCase() === statement.key.name?.toLowerCase()))
        throw refuse(1913, statement.key.name ?? "", statement.table.join("."));
      addKeys(database, table, [statement.key], frame);
      return { command: 206 };
    }
    case "create schema":
      createSchema(statement.name, statement.owner, frame);
      return {};
    case "create procedure":
    case "create view":
    case "create synonym":
      createStored(statement, frame);
      return {};
    case "drop":
      for (const name of statement.names) drop(statement, name, frame);
      return { command: 199 };
    default:
      throw refuse(102, statement.kind);
  }
}

export function mustFind(
  name: readonly string[],
  context: Context,
  error: number,
): { database: Database; table: Table } {
  const found = findTable(name, context);
  if (!found) throw refuse(error, name.at(-1) ?? "");
  context.session.mustChange(found.database, found.table, "ALTER");
  return found;
}

function mustBeFree(database: Database, schema: string, name: string): void {
  const isTaken =
    database.table(schema, name) ||
    ["views", "procedures", "synonyms"].some((collection) =>
      database.store.collection(collection).has(storedKey(schema, name)),
    );
  if (isTaken) throw refuse(2714, name);
}

/** A new table with its keys. */
export function createTable(parts: readonly string[], definition: TableDefinition, context: Context): void {
  const { schema, name, hasSchema } = objectName(parts);
  const database = databaseOf(objectName(parts), parts, context);
  const isTemporary = database === context.session.temp;
  if (!isTemporary) {
    context.session.mustWrite(database);
    if (!hasDatabasePermission(context.session, database, "CREATE TABLE"))
      throw refuse(262, "CREATE TABLE", database.name);
    if (hasSchema && !database.store.collection("schemas").has(schema.toLowerCase()))
      throw refuse(2760, schema);
  }
  mustBeFree(database, isTemporary ? "dbo" : schema, name);
  const names = definition.columns.map((column) => column.name.toLowerCase());
  const twice = names.find((column, i) => names.indexOf(column) !== i);
  if (twice !== undefined) throw refuse(2705, twice, name);
  if (definition.columns.filter((column) => column.identity).length > 1) throw refuse(2744, name);
  const put = (collection: string, key: string | number, value: unknown): void =>
    context.transaction.put(database, collection, key, value);
  const id = database.newObjectId(put);
  const columns = storedColumns(typed(definition, context));
  const table: Table = {
    id,
    schema: isTemporary ? "dbo" : schema,
    name,
    columns,
    keys: [],
    createdMs: context.instance.now(),
    isSystem: false,
  };
  put("tables", id, table);
  addKeys(database, table, definition.keys, context);
}

/** Gives computed columns the type of their expression. */
export function typed(definition: TableDefinition, context: Context): TableDefinition {
  const scope = new Scope(context);
  scope.sources.push({ alias: "", path: [], columns: definition.columns });
  return {
    ...definition,
    columns: definition.columns.map((column) =>
      column.computed ? { ...column, type: compile(column.computed, scope).type } : column,
    ),
  };
}

/** Adds keys and indexes to a table; existing rows must obey them. */
export function addKeys(
  database: Database,
  table: Table,
  keys: readonly KeyDefinition[],
  context: Context,
): void {
  const put = (collection: string, key: string | number, value: unknown): void =>
    context.transaction.put(database, collection, key, value);
  let current = table;
  for (const key of keys) {
    for (const column of key.columns)
      if (!current.columns.some((c) => c.name.toLowerCase() === column.name.toLowerCase()))
        throw refuse(1911, column.name);
    if (key.kind === "primary" && current.keys.some((k) => k.kind === "primary"))
      throw refuseWith(message(1779, table.name), message(1750));
    if (key.kind === "foreign" && key.references) {
      const to = database.table(key.references.table.at(-2) || "dbo", key.references.table.at(-1) ?? "");
      const name = key.name ?? `FK__${table.name}`;
      if (!to) throw refuseWith(message(1767, name, key.references.table.join(".")), message(1750));
      if (!to.keys.some((k) => k.kind === "primary" || k.kind === "unique" || k.isUnique))
        throw refuseWith(message(1776, to.name, name), message(1750));
    }
    const id = database.newObjectId(put);
    const prefix = { primary: "PK__", unique: "UQ__", foreign: "FK__", check: "CK__", index: "IX__" }[
      key.kind
    ];
    const name =
      key.name ?? `${prefix}${table.name.slice(0, 9)}__${id.toString(16).toUpperCase().padStart(8, "0")}`;
    const columns =
      key.kind === "primary"
        ? current.columns.map((c) =>
            key.columns.some((k) => k.name.toLowerCase() === c.name.toLowerCase())
              ? { ...c, isNullable: false }
              : c,
          )
        : current.columns;
    current = {
      ...current,
      columns,
      keys: [...current.keys, { ...key, name, id, isSystemNamed: key.name === undefined }],
    };
  }
  put("tables", table.id, current);
  const target = storedTarget(database, current, context);
  const rows = target.rows();
  if (keys.length > 0)
    for (const [key, row] of rows) finishRow([...row] as V[], target, context, "UPDATE", key, rows);
}

function createStored(
  statement: Extract<Statement, { kind: "create procedure" | "create view" | "create synonym" }>,
  context: Context,
): void {
  const { schema, name, hasSchema } = objectName(statement.name);
  const database = databaseOf(objectName(statement.name), statement.name, context);
  context.session.mustWrite(database);
  if (hasSchema && !database.store.collection("schemas").has(schema.toLowerCase()))
    throw refuse(2760, schema);
  const collection =
    statement.kind === "create procedure"
      ? "procedures"
      : statement.kind === "create view"
        ? "views"
        : "synonyms";
  const key = storedKey(schema, name);
  const old = database.store.collection(collection).get(key) as { id: number } | undefined;
  const action = statement.kind === "create synonym" ? "create" : statement.action;
  if (action === "create" || (action === "create or alter" && !old)) mustBeFree(database, schema, name);
  if (action === "alter" && !old) throw refuse(208, statement.name.join("."));
  const put = (to: string, k: string | number, value: unknown): void =>
    context.transaction.put(database, to, k, value);
  const common = {
    id: old?.id ?? database.newObjectId(put),
    schema,
    name,
    createdMs: context.instance.now(),
  };
  if (statement.kind === "create procedure")
    put(collection, key, {
      ...common,
      parameters: statement.parameters,
      body: statement.body,
      text: statement.body,
    });
  else if (statement.kind === "create view")
    put(collection, key, { ...common, query: statement.query, text: statement.text });
  else put(collection, key, { ...common, target: statement.target });
}

function drop(
  statement: Extract<Statement, { kind: "drop" }>,
  parts: readonly string[],
  context: Context,
): void {
  const { what, ifExists } = statement;
  const missing = (): void => {
    if (!ifExists) throw refuse(3701, "drop", what, parts.join("."));
  };
  if (what === "schema") {
    dropSchema(parts.at(-1) ?? "", ifExists, context);
    return;
  }
  const name = objectName(parts);
  const database = databaseOf(name, parts, context);
  if (what === "table") {
    const found = findTable(parts, context);
    if (!found) {
      missing();
      return;
    }
    context.session.mustChange(found.database, found.table, "ALTER");
    const isReferenced = found.database
      .tables()
      .some(
        (table) =>
          table !== found.table &&
          table.keys.some(
            (key) =>
              key.kind === "foreign" &&
              key.references?.table.at(-1)?.toLowerCase() === found.table.name.toLowerCase(),
          ),
      );
    if (isReferenced) throw refuse(3726, parts.join("."));
    for (const [key] of found.database.rows(found.table))
      context.transaction.put(found.database, `rows/${found.table.id}`, key, undefined);
    context.transaction.put(found.database, "tables", found.table.id, undefined);
    return;
  }
  if (what === "index") {
    const on = statement.on ?? parts.slice(0, -1);
    const found = findTable(on, context);
    const key = found?.table.keys.find(
      (k) => k.kind === "index" && k.name.toLowerCase() === (parts.at(-1) ?? "").toLowerCase(),
    );
    if (!found || !key) {
      missing();
      return;
    }
    context.transaction.put(found.database, "tables", found.table.id, {
      ...found.table,
      keys: found.table.keys.filter((k) => k !== key),
    });
    return;
  }
  const collection = {
    view: "views",
    procedure: "procedures",
    synonym: "synonyms",
    function: "functions",
    trigger: "triggers",
    database: "",
  }[what];
  if (!database.store.collection(collection).has(storedKey(name.schema, name.name))) {
    missing();
    return;
  }
  context.session.mustWrite(database);
  context.transaction.put(database, collection, storedKey(name.schema, name.name), undefined);
}
