import type { Column, ColumnType } from "../contract.ts";

/** The types of T-SQL that the stand-in knows, under one name each. `boolean` is a condition: no column has it. */
export type TypeName =
  | ColumnType
  | "boolean"
  | "char"
  | "text"
  | "ntext"
  | "binary"
  | "image"
  | "rowversion"
  | "date"
  | "time"
  | "smalldatetime"
  | "real"
  | "money"
  | "sql_variant";

export interface SqlType {
  readonly name: TypeName;
  /** Characters or bytes; absent means max. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** Exact decimal numbers: value = units / 10^scale. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}
/** datetimeoffset: wall-clock milliseconds and the offset in minutes. */
export interface Offset {
  readonly wall: number;
  readonly offset: number;
}

/**
 * A value inside the engine. bit is 0 or 1; bigint a bigint; numeric and money a Decimal; date and time types
 * are wall-clock milliseconds (as if UTC); uniqueidentifier is text in capitals; conditions are 0, 1 or null (unknown).
 */
export type V = null | number | bigint | string | Buffer | Decimal | Offset;

export const int: SqlType = { name: "int" };
export const bigint: SqlType = { name: "bigint" };
export const bit: SqlType = { name: "bit" };
export const float: SqlType = { name: "float" };
export const datetime: SqlType = { name: "datetime" };
export const guid: SqlType = { name: "uniqueidentifier" };
export const sysname: SqlType = { name: "nvarchar", length: 128 };
export const boolean: SqlType = { name: "boolean" };
export const nvarcharMax: SqlType = { name: "nvarchar" };
export const nvarchar = (length: number): SqlType => ({ name: "nvarchar", length });
export const varchar = (length: number): SqlType => ({ name: "varchar", length });
export const varbinary = (length: number): SqlType => ({ name: "varbinary", length });

const precedence: readonly TypeName[] = [
  "sql_variant",
  "xml",
  "datetimeoffset",
  "datetime2",
  "datetime",
  "smalldatetime",
  "date",
  "time",
  "float",
  "real",
  "numeric",
  "money",
  "bigint",
  "int",
  "smallint",
  "tinyint",
  "bit",
  "ntext",
  "text",
  "image",
  "rowversion",
  "uniqueidentifier",
  "nvarchar",
  "nchar",
  "varchar",
  "char",
  "varbinary",
  "binary",
  "boolean",
];

/** The type of the result where two types meet (Transact-SQL data type precedence). */
export function common(a: SqlType, b: SqlType): SqlType {
  const [high, low] = precedence.indexOf(a.name) <= precedence.indexOf(b.name) ? [a, b] : [b, a];
  if (isText(high) && isText(low)) {
    const isMax = high.length === undefined || low.length === undefined;
    return isMax ? { name: high.name } : { name: high.name, length: Math.max(high.length, low.length) };
  }
  if (high.name === "numeric" && low.name === "numeric") {
    const scale = Math.max(high.scale ?? 0, low.scale ?? 0);
    const whole = Math.max(
      (high.precision ?? 18) - (high.scale ?? 0),
      (low.precision ?? 18) - (low.scale ?? 0),
    );
    return { name: "numeric", precision: Math.min(38, whole + scale), scale };
  }
  return high;
}

const texts = new Set<TypeName>(["nvarchar", "nchar", "varchar", "char", "text", "ntext", "xml"]);
const wholes = new Set<TypeName>(["bit", "tinyint", "smallint", "int"]);
const times = new Set<TypeName>(["datetime", "datetime2", "smalldatetime", "date", "time"]);
const bytes = new Set<TypeName>(["varbinary", "binary", "image", "rowversion"]);
export const isText = (type: SqlType): boolean => texts.has(type.name);
/** Whole numbers that are a JavaScript number. */
export const isWhole = (type: SqlType): boolean => wholes.has(type.name);
/** Date and time types without an offset. */
export const isTime = (type: SqlType): boolean => times.has(type.name);
export const isBytes = (type: SqlType): boolean => bytes.has(type.name);
export const isNumber = (type: SqlType): boolean =>
  isWhole(type) || ["bigint", "float", "real", "numeric", "money"].includes(type.name);

const wire: Partial<Record<TypeName, ColumnType>> = {
  boolean: "bit",
  char: "varchar",
  text: "varchar",
  ntext: "nvarchar",
  binary: "varbinary",
  image: "varbinary",
  rowversion: "varbinary",
  date: "datetime2",
  time: "varchar",
  smalldatetime: "datetime",
  real: "float",
  money: "numeric",
  sql_variant: "nvarchar",
};

/** The column as the wire is told of it. Types that the wire does not have travel as their nearest. */
export function wireColumn(name: string, type: SqlType): Column {
  const known = wire[type.name] ?? (type.name as ColumnType);
  const hasLength = isText(type) || isBytes(type);
  if (type.name === "time") return { name, type: "varchar", length: 16 };
  if (type.name === "sql_variant") return { name, type: "nvarchar", length: 4000 };
  return hasLength && type.length !== undefined
    ? { name, type: known, length: type.length }
    : { name, type: known };
}

/** The name of a type as T-SQL writes it in sys.types. */
export const typeTitle = (type: SqlType): string => (type.name === "rowversion" ? "timestamp" : type.name);

/** The text of a value that is text, a number or a name already. Others go through textOf. */
export function plain(value: V | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
