import type { Database, Table, TableColumn } from "./database.ts";
import type { StoredSchema } from "./principals.ts";
import { isBytes, isText, type SqlType } from "./types.ts";

/** system_type_id by type name. */
export const typeIds: Readonly<Record<string, number>> = {
  image: 34,
  text: 35,
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  ntext: 99,
  bit: 104,
  decimal: 106,
  numeric: 108,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  timestamp: 189,
  nvarchar: 231,
  nchar: 239,
  xml: 241,
};
/** Storage sizes of types that have no length of their own. */
export const lengths: Readonly<Record<string, number>> = {
  bit: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
  float: 8,
  real: 4,
  money: 8,
  datetime: 8,
  smalldatetime: 4,
  date: 3,
  time: 5,
  datetime2: 8,
  datetimeoffset: 10,
  uniqueidentifier: 16,
  timestamp: 8,
  xml: -1,
  text: 16,
  ntext: 16,
  image: 16,
  sql_variant: 8016,
  numeric: 13,
  decimal: 13,
};
/** The type's name as sys.types has it. */
export const catalogueName = (column: TableColumn): string =>
  column.type.name === "rowversion"
    ? "timestamp"
    : column.type.name === "numeric"
      ? column.typeName === "numeric"
        ? "numeric"
        : "decimal"
      : column.type.name;
function maxLength(type: SqlType, name: string): number {
  if (isText(type) && type.name !== "text" && type.name !== "ntext" && type.name !== "xml")
    return type.length === undefined ? -1 : type.length * (type.name.startsWith("n") ? 2 : 1);
  if (isBytes(type) && type.name !== "rowversion") return type.length ?? -1;
  return lengths[name] ?? 4;
}
export const schemaId = (database: Database, name: string): number =>
  (database.store.collection("schemas").get(name.toLowerCase()) as StoredSchema | undefined)?.id ?? 1;
export const allColumns = (database: Database): { table: Table; column: TableColumn }[] =>
  database.tables().flatMap((table) => table.columns.map((column) => ({ table, column })));
const precisions: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  int: 10,
  bigint: 19,
  float: 53,
  real: 24,
  datetime: 23,
  datetime2: 27,
  bit: 1,
  date: 10,
  money: 19,
};
/** The precision of a column, 0 where its type has none. */
export const precisionOf = ({ type }: TableColumn): number => type.precision ?? precisions[type.name] ?? 0;
/** A row of sys.columns. */
export function columnRow(
  database: Database,
  table: Table,
  column: TableColumn,
): Record<string, string | number | boolean | null> {
  const name = catalogueName(column);
  const id = typeIds[name] ?? 56;
  const isSysname = column.typeName === "sysname";
  return {
    object_id: table.id,
    name: column.name,
    column_id: column.id,
    system_type_id: id,
    user_type_id: isSysname ? 256 : id,
    max_length: maxLength(column.type, name),
    precision: precisionOf(column),
    scale: column.type.scale ?? (column.type.name === "datetime" ? 3 : 0),
    collation_name: isText(column.type) ? (column.collation ?? database.settings.collation) : null,
    is_nullable: column.isNullable,
    is_ansi_padded: 1,
    is_rowguidcol: 0,
    is_identity: column.identity !== undefined,
    is_computed: column.computed !== undefined,
    is_filestream: 0,
    is_replicated: 0,
    is_xml_document: 0,
    default_object_id: column.default ? table.id + column.id : 0,
    rule_object_id: 0,
    is_sparse: 0,
    is_column_set: 0,
    generated_always_type: 0,
    is_hidden: 0,
  };
}
export const columnColumns =
  "object_id int, name sysname, column_id int, system_type_id tinyint, user_type_id int, max_length smallint, precision tinyint, scale tinyint, collation_name sysname, is_nullable bit, is_ansi_padded bit, is_rowguidcol bit, is_identity bit, is_computed bit, is_filestream bit, is_replicated bit, is_xml_document bit, default_object_id int, rule_object_id int, is_sparse bit, is_column_set bit, generated_always_type tinyint, is_hidden bit";
export const objectColumns =
  "name sysname, object_id int, principal_id int, schema_id int, parent_object_id int, type char(2), type_desc nvarchar(60), create_date datetime, modify_date datetime, is_ms_shipped bit, is_published bit, is_schema_published bit";
