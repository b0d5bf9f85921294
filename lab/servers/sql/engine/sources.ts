import { catalogueView } from "./catalogue.ts";
import { compileQuery } from "./query.ts";
import type { Query } from "./ast.ts";
import type { Context } from "./context.ts";
import type { Database, Table } from "./database.ts";
import { refuse } from "./errors.ts";
import { type CompiledQuery, Scope } from "./scope.ts";

/** A name split into database, schema and object. */
export interface ObjectName {
  readonly database: string | undefined;
  readonly schema: string;
  readonly name: string;
  readonly hasSchema: boolean;
}
export function objectName(parts: readonly string[]): ObjectName {
  const [name = "", schema = "", database = ""] = [...parts].reverse();
  return {
    name,
    schema: schema === "" ? "dbo" : schema,
    hasSchema: schema !== "",
    database: database === "" ? undefined : database,
  };
}

/** A stored view or synonym. */
export interface StoredView {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly query: Query;
  readonly text: string;
  readonly createdMs: number;
}
export interface StoredSynonym {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly target: readonly string[];
  readonly createdMs: number;
}
export const storedKey = (schema: string, name: string): string =>
  `${schema.toLowerCase()}.${name.toLowerCase()}`;

/** The database that a name means; it must be open to this session. A name of a database that is not there is 208. */
export function databaseOf(name: ObjectName, parts: readonly string[], context: Context): Database {
  if (name.name.startsWith("#")) return context.session.temp;
  if (name.database === undefined) return context.database;
  const found = context.instance.database(name.database);
  if (!found) throw refuse(208, parts.join("."));
  context.session.mustOpen(found);
  return found;
}

/** A table that can be changed, and its database. Undefined where the name is no table. */
export function findTable(
  parts: readonly string[],
  context: Context,
): { readonly database: Database; readonly table: Table } | undefined {
  const name = objectName(parts);
  const database = databaseOf(name, parts, context);
  const schema = name.name.startsWith("#") ? "dbo" : name.schema;
  const table = database.table(schema, name.name);
  if (table) return { database, table };
  const synonym = database.store.collection("synonyms").get(storedKey(schema, name.name)) as
    StoredSynonym | undefined;
  return synonym ? findTable(synonym.target, { ...context, database }) : undefined;
}

/** What a name in FROM gives: a table, a catalogue view, a view, a synonym; otherwise 208. */
export function resolveTable(parts: readonly string[], context: Context): CompiledQuery {
  const name = objectName(parts);
  if (parts.length > 3) throw refuse(208, parts.join("."));
  const database = databaseOf(name, parts, context);
  const found = findTable(parts, context);
  if (found) {
    context.session.mustRead(found.database, found.table);
    return {
      columns: found.table.columns.map((column) => ({ name: column.name, type: column.type })),
      run: () => [...found.database.rows(found.table).values()],
    };
  }
  const view = catalogueView(name.hasSchema ? name.schema : "dbo", name.name, database);
  if (view) return { columns: view.columns, run: () => view.rows({ ...context, database }) };
  const stored = database.store.collection("views").get(storedKey(name.schema, name.name)) as
    StoredView | undefined;
  if (stored) return compileQuery(stored.query, new Scope({ ...context, database }));
  throw refuse(208, parts.filter((part) => part !== "").join("."));
}
