import type { TableDefinition, TableRef } from "./ast.ts";
import { compile, compileCondition } from "./compile.ts";
import type { Context, TableVariable } from "./context.ts";
import { compareValues, convert, keyOf, textOf } from "./convert.ts";
import type { Database, Table, TableColumn } from "./database.ts";
import { refuse } from "./errors.ts";
import { type Compiled, Scope } from "./scope.ts";
import { findTable, objectName } from "./sources.ts";
import type { Key } from "./store.ts";
import { isBytes, isText, type V } from "./types.ts";

/** A table that INSERT, UPDATE and DELETE write to: stored, temporary, or a table variable. */
export interface Target {
  readonly title: string;
  readonly full: string;
  readonly columns: readonly TableColumn[];
  readonly keys: Table["keys"];
  readonly stored?: { readonly database: Database; readonly table: Table };
  readonly rows: () => (readonly [Key, readonly V[]])[];
  readonly put: (key: Key, row: readonly V[] | undefined) => void;
  readonly add: (row: readonly V[]) => void;
  identity: number | undefined;
}

export function targetOf(
  ref: TableRef,
  context: Context,
  permission: "INSERT" | "UPDATE" | "DELETE",
): Target {
  if (ref.kind === "variable") {
    const variable = context.tableVariables.get(ref.name.toLowerCase());
    if (!variable) throw refuse(1087, ref.name);
    return variableTarget(ref.name, variable);
  }
  if (ref.kind !== "table") throw refuse(102, permission);
  const found = findTable(ref.name, context);
  if (!found) {
    const name = objectName(ref.name);
    if (/^sys$/i.test(name.schema)) throw refuse(259);
    throw refuse(208, ref.name.filter((part) => part !== "").join("."));
  }
  context.session.mustChange(found.database, found.table, permission);
  return storedTarget(found.database, found.table, context);
}

export function storedTarget(database: Database, table: Table, context: Context): Target {
  const rows = database.rows(table);
  const { transaction } = context;
  const name = `rows/${table.id}`;
  return {
    title: table.name,
    full: `${database === context.session.temp ? "tempdb" : database.name}.${table.schema}.${table.name}`,
    columns: table.columns,
    keys: table.keys,
    stored: { database, table },
    rows: () => [...rows],
    put: (key, row) => transaction.put(database, name, key, row),
    add: (row) => {
      const key = ((database.store.collection("counters").get(name) as number | undefined) ?? 0) + 1;
      transaction.put(database, "counters", name, key);
      transaction.put(database, name, key, row);
    },
    get identity() {
      return database.store.collection("identity").get(table.id) as number | undefined;
    },
    set identity(value: number | undefined) {
      transaction.put(database, "identity", table.id, value);
    },
  };
}

function variableTarget(title: string, variable: TableVariable): Target {
  const columns = storedColumns(variable.definition);
  return {
    title,
    full: title,
    columns,
    keys: variable.definition.keys.map((key, i) => ({
      ...key,
      name: key.name ?? `${title}_${i}`,
      id: i,
      isSystemNamed: true,
    })),
    rows: () => variable.rows.map((row, i) => [i, row]),
    put: (key, row) => {
      if (row) variable.rows[Number(key)] = [...row];
      else variable.rows.splice(Number(key), 1);
    },
    add: (row) => variable.rows.push([...row]),
    get identity() {
      return variable.identity === 0 ? undefined : variable.identity;
    },
    set identity(value: number | undefined) {
      variable.identity = value ?? 0;
    },
  };
}
export function storedColumns(definition: TableDefinition, from = 1): TableColumn[] {
  const isKey = (name: string): boolean =>
    definition.keys.some(
      (key) => key.kind === "primary" && key.columns.some((c) => c.name.toLowerCase() === name.toLowerCase()),
    );
  return definition.columns.map((column, i) => ({
    ...column,
    id: i + from,
    isNullable: (column.isNullable ?? true) && !isKey(column.name) && column.type.name !== "rowversion",
  }));
}

/** A value as the column keeps it: converted; too long text is 2628 (8152 before 2019). */
export function fitted(
  value: V,
  from: Compiled["type"],
  column: TableColumn,
  target: Target,
  context: Context,
): V {
  if (value === null) return null;
  const type = column.type;
  const text =
    isText(type) && type.length !== undefined
      ? textOf(convert(value, from, { name: type.name }), { name: type.name })
      : undefined;
  const isCut = text !== undefined && text.trimEnd().length > (type.length ?? 0);
  const isCutBytes =
    isBytes(type) &&
    type.length !== undefined &&
    Buffer.isBuffer(value) &&
    value.length > type.length &&
    type.name !== "rowversion";
  if (isCut || isCutBytes)
    throw context.instance.version.major >= 15 && text !== undefined
      ? refuse(2628, target.full, column.name, text.slice(0, type.length))
      : refuse(8152);
  return convert(value, from, type);
}

/** Computed columns, row versions, NOT NULL, CHECK, keys and foreign keys of a row that is to be written. */
export function finishRow(
  row: V[],
  target: Target,
  context: Context,
  statement: "INSERT" | "UPDATE",
  own: Key | undefined,
  existing: readonly (readonly [Key, readonly V[]])[],
): V[] {
  const scope = new Scope(context);
  scope.sources.push({ alias: target.title, path: [], columns: target.columns });
  target.columns.forEach((column, i) => {
    if (column.computed) row[i] = compile(column.computed, scope).run({ rows: [row] });
    if (column.type.name === "rowversion" && target.stored)
      row[i] = nextRowVersion(target.stored.database, context);
    if ((row[i] ?? null) === null && !column.isNullable && !column.computed)
      throw refuse(515, column.name, target.full, statement);
  });
  for (const key of target.keys) {
    if (key.kind === "check" && key.check && compileCondition(key.check, scope).run({ rows: [row] }) === 0)
      throw conflict(statement, "CHECK", key.name, target, "");
    if (key.kind === "foreign") checkForeign(key, row, target, statement);
    if (key.kind === "foreign" || key.kind === "check" || !key.isUnique) continue;
    const at = key.columns.map((c) => indexOf(target, c.name));
    const wanted = at.map((i) => keyOf(row[i] ?? null)).join("\u0000");
    const isTaken = existing.some(
      ([k, other]) => k !== own && at.map((i) => keyOf(other[i] ?? null)).join("\u0000") === wanted,
    );
    if (!isTaken) continue;
    const values = at
      .map((i) =>
        row[i] === null ? "<NULL>" : textOf(row[i] ?? null, target.columns[i]?.type ?? { name: "int" }),
      )
      .join(", ");
    const table = `${target.stored?.table.schema ?? "dbo"}.${target.title}`;
    throw key.kind === "index"
      ? refuse(2601, table, key.name, values)
      : refuse(2627, key.kind === "primary" ? "PRIMARY KEY" : "UNIQUE KEY", key.name, table, values);
  }
  return row;
}
const indexOf = (target: Target, name: string): number =>
  target.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
function conflict(
  statement: string,
  kind: string,
  name: string,
  target: Target,
  column: string,
): ReturnType<typeof refuse> {
  const table = target.stored?.table;
  return refuse(
    547,
    statement,
    kind,
    name,
    target.stored?.database.name ?? "tempdb",
    `${table?.schema ?? "dbo"}.${target.title}`,
    column,
  );
}

function nextRowVersion(database: Database, context: Context): Buffer {
  const next = ((database.store.collection("counters").get("dbts") as number | undefined) ?? 2000) + 1;
  context.transaction.put(database, "counters", "dbts", next);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(next));
  return bytes;
}

type TableKey = Table["keys"][number];
function checkForeign(key: TableKey, row: readonly V[], target: Target, statement: string): void {
  const database = target.stored?.database;
  const name = key.references?.table;
  if (!database || !name) return;
  const to = database.table(name.at(-2) || "dbo", name.at(-1) ?? "");
  const values = key.columns.map((c) => row[indexOf(target, c.name)] ?? null);
  if (!to || values.includes(null)) return;
  const columns = referenced(key, to);
  const isThere = [...database.rows(to).values()].some((other) =>
    columns.every((c, i) => compareValues(other[c] ?? null, values[i] ?? null) === 0),
  );
  if (!isThere)
    throw refuse(
      547,
      statement,
      "FOREIGN KEY",
      key.name,
      database.name,
      `${to.schema}.${to.name}`,
      columns.length === 1 ? `, column '${to.columns[columns[0] ?? 0]?.name ?? ""}'` : "",
    );
}
function referenced(key: TableKey, to: Table): number[] {
  const names = key.references?.columns.length
    ? key.references.columns
    : (to.keys.find((k) => k.kind === "primary")?.columns.map((c) => c.name) ?? []);
  return names.map((name) =>
    to.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()),
  );
}

/** A row that others refer to is not deleted, nor its key changed: 547. */
export function checkReferences(
  target: Target,
  before: readonly V[],
  after: readonly V[] | undefined,
  statement: "DELETE" | "UPDATE",
): void {
  const own = target.stored;
  if (!own) return;
  for (const table of own.database.tables())
    for (const key of table.keys) {
      if (
        key.kind !== "foreign" ||
        key.references?.table.at(-1)?.toLowerCase() !== own.table.name.toLowerCase() ||
        (key.references.table.at(-2) || "dbo").toLowerCase() !== own.table.schema.toLowerCase()
      )
        continue;
      const columns = referenced(key, own.table);
      const values = columns.map((c) => before[c] ?? null);
      if (
        values.includes(null) ||
        (after && columns.every((c, i) => compareValues(after[c] ?? null, values[i] ?? null) === 0))
      )
        continue;
      const at = key.columns.map((c) =>
        table.columns.findIndex((column) => column.name.toLowerCase() === c.name.toLowerCase()),
      );
      if (
        [...own.database.rows(table).values()].some((row) =>
          at.every((c, i) => compareValues(row[c] ?? null, values[i] ?? null) === 0),
        )
      )
        throw refuse(
          547,
          statement,
          "REFERENCE",
          key.name,
          own.database.name,
          `${table.schema}.${table.name}`,
          at.length === 1 ? `, column '${table.columns[at[0] ?? 0]?.name ?? ""}'` : "",
        );
    }
}
