import type { Database, Table } from "./database.ts";
import { storedColumns } from "./tables.ts";
import type { TableDefinition } from "./ast.ts";
import type { V } from "./types.ts";

/** A row of a system table by column name. */
export type SystemRow = Readonly<Record<string, V>>;

/** Rows are never changed in place. */
const known = new WeakMap<readonly V[], SystemRow>();
function named(values: readonly V[], { columns }: Table): SystemRow {
  const found = known.get(values);
  if (found) return found;
  const row = Object.fromEntries(columns.map((column, i) => [column.name, values[i] ?? null]));
  known.set(values, row);
  return row;
}

/** A table of msdb as the server's own code uses it: rows by column name. What it writes is seen by T-SQL and the other way round. */
export class SystemTable {
  private readonly database: Database;
  private readonly name: string;

  constructor(database: Database, name: string) {
    this.database = database;
    this.name = name;
  }
  static create(database: Database, name: string, definition: TableDefinition): void {
    database.change((put) => {
      const id = database.newObjectId(put);
      const keys = definition.keys.map((key, i) => ({
        ...key,
        name: key.name ?? `pk_${name}`,
        id: id + 1 + i,
        isSystemNamed: true,
      }));
      put("tables", id, {
        id,
        schema: "dbo",
        name,
        columns: storedColumns(definition),
        keys,
        createdMs: database.createdMs,
        isSystem: true,
      } satisfies Table);
    });
  }
  private get table(): Table {
    const found = this.database.table("dbo", this.name);
    if (!found) throw new Error(`${this.database.name} has no table ${this.name}`);
    return found;
  }
  private entries(): { key: string | number; row: SystemRow }[] {
    const { table } = this;
    return [...this.database.rows(table)].map(([key, values]) => ({ key, row: named(values, table) }));
  }
  all(): SystemRow[] {
    const { table } = this;
    return [...this.database.rows(table).values()].map((values) => named(values, table));
  }
  find(test: (row: SystemRow) => boolean): SystemRow | undefined {
    return this.all().find(test);
  }
  filter(test: (row: SystemRow) => boolean): SystemRow[] {
    return this.all().filter(test);
  }
  /** Adds a row and gives its identity, 0 where the table has none. */
  insert(values: Readonly<Record<string, V | undefined>>): number {
    const { table, database } = this;
    let identity = 0;
    database.change((put) => {
      const row = table.columns.map((column): V => {
        if (column.identity) {
          identity = ((database.store.collection("identity").get(table.id) as number | undefined) ?? 0) + 1;
          put("identity", table.id, identity);
          return identity;
        }
        const given = values[column.name];
        if (given !== undefined) return given;
        return column.default?.kind === "literal" ? column.default.value : null;
      });
      const counter = `rows/${table.id}`;
      const key = ((database.store.collection("counters").get(counter) as number | undefined) ?? 0) + 1;
      put("counters", counter, key);
      put(counter, key, row);
    });
    return identity;
  }
  /** Changes the rows that match; gives how many. */
  update(test: (row: SystemRow) => boolean, changes: Readonly<Record<string, V | undefined>>): number {
    const { table, database } = this;
    const found = this.entries().filter((entry) => test(entry.row));
    database.change((put) => {
      for (const { key, row } of found)
        put(
          `rows/${table.id}`,
          key,
          table.columns.map((column) =>
            changes[column.name] === undefined ? (row[column.name] ?? null) : (changes[column.name] ?? null),
          ),
        );
    });
    return found.length;
  }
  remove(test: (row: SystemRow) => boolean): number {
    const { table, database } = this;
    const found = this.entries().filter((entry) => test(entry.row));
    database.change((put) => {
      for (const { key } of found) put(`rows/${table.id}`, key, undefined);
    });
    return found.length;
  }
}
