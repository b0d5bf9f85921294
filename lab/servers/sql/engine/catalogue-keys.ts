import type { Views } from "./catalogue.ts";
import { allColumns, objectColumns, schemaId } from "./catalogue-types.ts";
import type { Database, Table } from "./database.ts";

/** Indexes of a table: keys and indexes in order, or the heap. */
function indexes(table: Table): { id: number; key: Table["keys"][number] | undefined }[] {
  const keys = table.keys.filter((key) => key.kind !== "foreign" && key.kind !== "check");
  const clustered = keys.find((key) => key.isClustered);
  return [
    { id: clustered ? 1 : 0, key: clustered },
    ...keys.filter((key) => key !== clustered).map((key, i) => ({ id: i + 2, key })),
  ];
}
const columnId = (table: Table, name: string): number =>
  table.columns.find((c) => c.name.toLowerCase() === name.toLowerCase())?.id ?? 0;
const foreignKeys = (database: Database) =>
  database.tables().flatMap((table) =>
    table.keys
      .filter((key) => key.kind === "foreign")
      .map((key) => ({
        table,
        key,
        to: database.table(key.references?.table.at(-2) ?? table.schema, key.references?.table.at(-1) ?? ""),
      })),
  );

/** Views about keys, indexes and constraints of a database. */
export const keyViews: Views = {
  "sys.default_constraints": {
    columns: `${objectColumns}, parent_column_id int, definition nvarchar(max), is_system_named bit`,
    rows: ({ database }) =>
      allColumns(database)
        .filter(({ column }) => column.default)
        .map(({ table, column }) => ({
          name: `DF__${table.name.slice(0, 9)}__${column.name.slice(0, 9)}__${table.id.toString(16).toUpperCase()}`,
          object_id: table.id + column.id,
          schema_id: schemaId(database, table.schema),
          parent_object_id: table.id,
          type: "D",
          type_desc: "DEFAULT_CONSTRAINT",
          parent_column_id: column.id,
          definition: column.defaultText ?? null,
          is_system_named: 1,
        })),
  },
  "sys.check_constraints": {
    columns: `${objectColumns}, definition nvarchar(max), is_disabled bit`,
    rows: ({ database }) =>
      database.tables().flatMap((table) =>
        table.keys
          .filter((key) => key.kind === "check")
          .map((key) => ({
            name: key.name,
            object_id: key.id,
            parent_object_id: table.id,
            schema_id: schemaId(database, table.schema),
            type: "C",
            type_desc: "CHECK_CONSTRAINT",
            definition: key.checkText ?? null,
            is_disabled: 0,
          })),
      ),
  },
  "sys.key_constraints": {
    columns: `${objectColumns}, unique_index_id int, is_system_named bit`,
    rows: ({ database }) =>
      database.tables().flatMap((table) =>
        indexes(table).flatMap(({ id, key }) =>
          key && key.kind !== "index"
            ? [
                {
                  name: key.name,
                  object_id: key.id,
                  parent_object_id: table.id,
                  schema_id: schemaId(database, table.schema),
                  type: key.kind === "primary" ? "PK" : "UQ",
                  type_desc: key.kind === "primary" ? "PRIMARY_KEY_CONSTRAINT" : "UNIQUE_CONSTRAINT",
                  unique_index_id: id,
                  is_system_named: key.isSystemNamed,
                },
              ]
            : [],
        ),
      ),
  },
  "sys.indexes": {
    columns:
      "object_id int, name sysname, index_id int, type tinyint, type_desc nvarchar(60), is_unique bit, data_space_id int, ignore_dup_key bit, is_primary_key bit, is_unique_constraint bit, fill_factor tinyint, is_disabled bit, is_hypothetical bit, has_filter bit",
    rows: ({ database }) =>
      database.tables().flatMap((table) =>
        indexes(table).map(({ id, key }) => ({
          object_id: table.id,
          name: key?.name ?? null,
          index_id: id,
          type: id === 0 ? 0 : id === 1 ? 1 : 2,
          type_desc: id === 0 ? "HEAP" : id === 1 ? "CLUSTERED" : "NONCLUSTERED",
          is_unique: key ? key.kind !== "index" || (key.isUnique ?? false) : false,
          data_space_id: 1,
          ignore_dup_key: 0,
          is_primary_key: key?.kind === "primary",
          is_unique_constraint: key?.kind === "unique",
          fill_factor: 0,
          is_disabled: 0,
          is_hypothetical: 0,
          has_filter: 0,
        })),
      ),
  },
  "sys.index_columns": {
    columns:
      "object_id int, index_id int, index_column_id int, column_id int, key_ordinal tinyint, partition_ordinal tinyint, is_descending_key bit, is_included_column bit",
    rows: ({ database }) =>
      database.tables().flatMap((table) =>
        indexes(table).flatMap(({ id, key }) =>
          (key?.columns ?? []).map((column, i) => ({
            object_id: table.id,
            index_id: id,
            index_column_id: i + 1,
            column_id: columnId(table, column.name),
            key_ordinal: i + 1,
            partition_ordinal: 0,
            is_descending_key: column.isDescending,
            is_included_column: 0,
          })),
        ),
      ),
  },
  "sys.foreign_keys": {
    columns: `${objectColumns}, referenced_object_id int, key_index_id int, is_disabled bit, is_not_trusted bit, delete_referential_action tinyint, update_referential_action tinyint, is_system_named bit`,
    rows: ({ database }) =>
      foreignKeys(database).map(({ table, key, to }) => ({
        name: key.name,
        object_id: key.id,
        schema_id: schemaId(database, table.schema),
        parent_object_id: table.id,
        type: "F",
        type_desc: "FOREIGN_KEY_CONSTRAINT",
        referenced_object_id: to?.id ?? null,
        key_index_id: 1,
        is_disabled: 0,
        is_not_trusted: 0,
        delete_referential_action: 0,
        update_referential_action: 0,
        is_system_named: key.isSystemNamed,
      })),
  },
  "sys.foreign_key_columns": {
    columns:
      "constraint_object_id int, constraint_column_id int, parent_object_id int, parent_column_id int, referenced_object_id int, referenced_column_id int",
    rows: ({ database }) =>
      foreignKeys(database).flatMap(({ table, key, to }) =>
        key.columns.map((column, i) => ({
          constraint_object_id: key.id,
          constraint_column_id: i + 1,
          parent_object_id: table.id,
          parent_column_id: columnId(table, column.name),
          referenced_object_id: to?.id ?? null,
          referenced_column_id: to
            ? columnId(
                to,
                key.references?.columns[i] ??
                  to.keys.find((k) => k.kind === "primary")?.columns[i]?.name ??
                  "",
              )
            : null,
        })),
      ),
  },
  "sys.partitions": {
    columns: "partition_id bigint, object_id int, index_id int, partition_number int, rows bigint",
    rows: ({ database }) =>
      database.tables().flatMap((table) =>
        indexes(table).map(({ id }) => ({
          partition_id: BigInt(table.id),
          object_id: table.id,
          index_id: id,
          partition_number: 1,
          rows: BigInt(database.rows(table).size),
        })),
      ),
  },
};
