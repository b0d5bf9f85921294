import type { Views } from "./catalogue.ts";
import { localTime } from "./catalogue-databases.ts";
import {
  allColumns,
  catalogueName,
  columnColumns,
  columnRow,
  lengths,
  objectColumns,
  precisionOf,
  schemaId,
  typeIds,
} from "./catalogue-types.ts";
import type { Database } from "./database.ts";
import type { StoredSchema, User } from "./principals.ts";
import type { StoredSynonym, StoredView } from "./sources.ts";
import { isText } from "./types.ts";

interface Listed {
  name: string;
  id: number;
  schema: string;
  parent: number;
  type: string;
  title: string;
  createdMs: number;
  isSystem: boolean;
}
function objects(database: Database): Listed[] {
  const stored = (collection: string, type: string, title: string): Listed[] =>
    ([...database.store.collection(collection).values()] as (StoredView | StoredSynonym)[]).map((o) => ({
      name: o.name,
      id: o.id,
      schema: o.schema,
      parent: 0,
      type,
      title,
      createdMs: o.createdMs,
      isSystem: false,
    }));
  const tables = database.tables().flatMap((table): Listed[] => {
    const common = { schema: table.schema, createdMs: table.createdMs, isSystem: table.isSystem };
    const kinds = {
      primary: ["PK", "PRIMARY_KEY_CONSTRAINT"],
      unique: ["UQ", "UNIQUE_CONSTRAINT"],
      foreign: ["F", "FOREIGN_KEY_CONSTRAINT"],
      check: ["C", "CHECK_CONSTRAINT"],
    } as const;
    const keys = table.keys.flatMap((key) =>
      key.kind === "index"
        ? []
        : [
            {
              ...common,
              name: key.name,
              id: key.id,
              parent: table.id,
              type: kinds[key.kind][0],
              title: kinds[key.kind][1],
            },
          ],
    );
    return [
      { ...common, name: table.name, id: table.id, parent: 0, type: "U", title: "USER_TABLE" },
      ...keys,
    ];
  });
  return [
    ...tables,
    ...stored("views", "V", "VIEW"),
    ...stored("procedures", "P", "SQL_STORED_PROCEDURE"),
    ...stored("synonyms", "SN", "SYNONYM"),
  ];
}
const objectRows: Views[string]["rows"] = (context) =>
  objects(context.database).map((o) => ({
    name: o.name,
    object_id: o.id,
    schema_id: schemaId(context.database, o.schema),
    parent_object_id: o.parent,
    type: o.type,
    type_desc: o.title,
    create_date: localTime(context, o.createdMs),
    modify_date: localTime(context, o.createdMs),
    is_ms_shipped: o.isSystem,
    is_published: 0,
    is_schema_published: 0,
  }));
const ofType =
  (type: string): Views[string]["rows"] =>
  (context) =>
    [...objectRows(context)].filter((row) => row["type"] === type);

/** Views about schemas, tables and columns of a database. */
export const objectViews: Views = {
  "sys.schemas": {
    columns: "name sysname, schema_id int, principal_id int",
    rows: ({ database }) => [
      ...([...database.store.collection("schemas").values()] as StoredSchema[]).map((s) => ({
        name: s.name,
        schema_id: s.id,
        principal_id:
          (database.store.collection("users").get(s.owner.toLowerCase()) as User | undefined)?.id ?? 1,
      })),
      { name: "INFORMATION_SCHEMA", schema_id: 3, principal_id: 3 },
      { name: "sys", schema_id: 4, principal_id: 4 },
    ],
  },
  "sys.objects": { columns: objectColumns, rows: objectRows },
  "sys.all_objects": { columns: objectColumns, rows: objectRows },
  "sys.tables": {
    columns: `${objectColumns}, lob_data_space_id int, max_column_id_used int, lock_on_bulk_load bit, uses_ansi_nulls bit, is_replicated bit, temporal_type tinyint, is_memory_optimized bit, is_external bit`,
    rows: (context) =>
      [...ofType("U")(context)].map((row) => ({
        ...row,
        uses_ansi_nulls: 1,
        temporal_type: 0,
        is_memory_optimized: 0,
        is_replicated: 0,
        is_external: 0,
      })),
  },
  "sys.views": { columns: objectColumns, rows: ofType("V") },
  "sys.procedures": { columns: objectColumns, rows: ofType("P") },
  "sys.synonyms": {
    columns: `${objectColumns}, base_object_name nvarchar(1035)`,
    rows: (context) =>
      ([...context.database.store.collection("synonyms").values()] as StoredSynonym[]).map((s) => ({
        name: s.name,
        object_id: s.id,
        schema_id: schemaId(context.database, s.schema),
        type: "SN",
        type_desc: "SYNONYM",
        base_object_name: s.target.map((part) => `[${part}]`).join("."),
      })),
  },
  "sys.sql_modules": {
    columns: "object_id int, definition nvarchar(max)",
    rows: ({ database }) =>
      (
        [
          ...database.store.collection("views").values(),
          ...database.store.collection("procedures").values(),
        ] as StoredView[]
      ).map((o) => ({ object_id: o.id, definition: o.text })),
  },
  "sys.columns": {
    columns: columnColumns,
    rows: ({ database }) =>
      allColumns(database).map(({ table, column }) => columnRow(database, table, column)),
  },
  "sys.all_columns": {
    columns: columnColumns,
    rows: ({ database }) =>
      allColumns(database).map(({ table, column }) => columnRow(database, table, column)),
  },
  "sys.types": {
    columns:
      "name sysname, system_type_id tinyint, user_type_id int, schema_id int, max_length smallint, precision tinyint, scale tinyint, is_nullable bit, is_user_defined bit, is_assembly_type bit, is_table_type bit",
    rows: () =>
      [...Object.entries(typeIds), ["sysname", 231] as const].map(([name, id]) => ({
        name,
        system_type_id: id,
        user_type_id: name === "sysname" ? 256 : id,
        schema_id: 4,
        max_length: lengths[name] ?? 8000,
        precision: 0,
        scale: 0,
        is_nullable: name !== "sysname",
        is_user_defined: 0,
        is_assembly_type: 0,
        is_table_type: 0,
      })),
  },
  "sys.identity_columns": {
    columns: `${columnColumns}, seed_value sql_variant, increment_value sql_variant, last_value sql_variant, is_not_for_replication bit`,
    rows: ({ database }) =>
      allColumns(database)
        .filter(({ column }) => column.identity)
        .map(({ table, column }) => ({
          ...columnRow(database, table, column),
          seed_value: column.identity?.seed ?? 1,
          increment_value: column.identity?.increment ?? 1,
          last_value: (database.store.collection("identity").get(table.id) as number | undefined) ?? null,
          is_not_for_replication: 0,
        })),
  },
  "sys.computed_columns": {
    columns: `${columnColumns}, definition nvarchar(max), uses_database_collation bit, is_persisted bit`,
    rows: ({ database }) =>
      allColumns(database)
        .filter(({ column }) => column.computed)
        .map(({ table, column }) => ({
          ...columnRow(database, table, column),
          definition: `(${column.computedText ?? ""})`,
          uses_database_collation: 1,
          is_persisted: column.isPersisted ?? false,
        })),
  },
  "sys.triggers": {
    columns:
      "name sysname, object_id int, parent_class tinyint, parent_id int, type char(2), is_disabled bit",
    rows: () => [],
  },
  "sys.extended_properties": {
    columns:
      "class tinyint, class_desc nvarchar(60), major_id int, minor_id int, name sysname, value sql_variant",
    rows: () => [],
  },
  "information_schema.tables": {
    columns:
      "TABLE_CATALOG nvarchar(128), TABLE_SCHEMA nvarchar(128), TABLE_NAME sysname, TABLE_TYPE varchar(10)",
    rows: ({ database }) =>
      objects(database)
        .filter((o) => o.type === "U" || o.type === "V")
        .map((o) => ({
          TABLE_CATALOG: database.name,
          TABLE_SCHEMA: o.schema,
          TABLE_NAME: o.name,
          TABLE_TYPE: o.type === "U" ? "BASE TABLE" : "VIEW",
        })),
  },
  "information_schema.schemata": {
    columns: "CATALOG_NAME nvarchar(128), SCHEMA_NAME nvarchar(128), SCHEMA_OWNER nvarchar(128)",
    rows: ({ database }) =>
      ([...database.store.collection("schemas").values()] as StoredSchema[]).map((s) => ({
        CATALOG_NAME: database.name,
        SCHEMA_NAME: s.name,
        SCHEMA_OWNER: s.owner,
      })),
  },
  "information_schema.columns": {
    columns:
      "TABLE_CATALOG nvarchar(128), TABLE_SCHEMA nvarchar(128), TABLE_NAME nvarchar(128), COLUMN_NAME nvarchar(128), ORDINAL_POSITION int, COLUMN_DEFAULT nvarchar(4000), IS_NULLABLE varchar(3), DATA_TYPE nvarchar(128), CHARACTER_MAXIMUM_LENGTH int, NUMERIC_PRECISION tinyint, NUMERIC_SCALE int, COLLATION_NAME nvarchar(128)",
    rows: ({ database }) =>
      allColumns(database).map(({ table, column }) => ({
        TABLE_CATALOG: database.name,
        TABLE_SCHEMA: table.schema,
        TABLE_NAME: table.name,
        COLUMN_NAME: column.name,
        ORDINAL_POSITION: column.id,
        COLUMN_DEFAULT: column.defaultText,
        IS_NULLABLE: column.isNullable ? "YES" : "NO",
        DATA_TYPE: catalogueName(column),
        CHARACTER_MAXIMUM_LENGTH: isText(column.type) ? (column.type.length ?? -1) : null,
        NUMERIC_PRECISION: precisionOf(column) || null,
        NUMERIC_SCALE: column.type.scale ?? null,
        COLLATION_NAME: isText(column.type) ? database.settings.collation : null,
      })),
  },
};
