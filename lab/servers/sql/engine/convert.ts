import type { Value } from "../contract.ts";
import { formatDatetime, isoText, offsetText, parseDatetime, roundDatetime } from "./datetimes.ts";
import { compareDecimals, decimalNumber, decimalOf, decimalText, parseDecimal, rescale } from "./decimals.ts";
import { refuse } from "./errors.ts";
import {
  type Decimal,
  isBytes,
  isText,
  isTime,
  isWhole,
  type Offset,
  type SqlType,
  typeTitle,
  type V,
} from "./types.ts";

export const isDecimal = (value: V): value is Decimal =>
  typeof value === "object" && value !== null && "units" in value;
export const isOffset = (value: V): value is Offset =>
  typeof value === "object" && value !== null && "wall" in value;

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [0, 255],
  smallint: [-32768, 32767],
  int: [-2147483648, 2147483647],
};
const guidForm = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?/i;

/** The bytes of a uniqueidentifier as SQL Server stores them (first three groups little-endian). */
export function guidBytes(guid: string): Buffer {
  const hex = Buffer.from(guid.replace(/-/g, ""), "hex");
  return Buffer.concat([
    hex.subarray(0, 4).reverse(),
    hex.subarray(4, 6).reverse(),
    hex.subarray(6, 8).reverse(),
    hex.subarray(8),
  ]);
}
function guidText(bytes: Buffer): string {
  const b = Buffer.concat([bytes, Buffer.alloc(16)]).subarray(0, 16);
  const swapped = Buffer.concat([
    Buffer.from(b.subarray(0, 4)).reverse(),
    Buffer.from(b.subarray(4, 6)).reverse(),
    Buffer.from(b.subarray(6, 8)).reverse(),
    b.subarray(8),
  ]).toString("hex");
  return swapped.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5").toUpperCase();
}

const decimalsOf = (type: SqlType): number =>
  type.name === "datetime2" || type.name === "time" ? (type.scale ?? 7) : type.name === "datetime" ? 3 : 0;

/** A value as text, as CONVERT(nvarchar, value, style) gives it. */
export function textOf(value: V, from: SqlType, style = 0): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) {
    if (style === 1) return `0x${value.toString("hex").toUpperCase()}`;
    if (style === 2) return value.toString("hex").toUpperCase();
    return value.toString("latin1");
  }
  if (isDecimal(value)) return decimalText(value);
  if (isOffset(value))
    return `${formatDatetime(value.wall, style === 126 || style === 127 ? 126 : 121, 7)}${style === 126 || style === 127 ? "" : " "}${offsetText(value.offset)}`;
  if (typeof value === "bigint") return value.toString();
  if (from.name === "date")
    return formatDatetime(value, style === 0 || style === 121 || style === 126 ? 23 : style, 0);
  if (from.name === "time") return formatDatetime(value, 121, decimalsOf(from)).slice(11);
  if (isTime(from))
    return formatDatetime(value, style === 0 && from.name === "datetime2" ? 121 : style, decimalsOf(from));
  if (from.name === "float" || from.name === "real")
    return String(Number(value.toPrecision(style >= 1 ? 16 : 6)));
  return String(value);
}

/** Converts a value from one type to another; fails as SQL Server does (245, 241, 8114, 8169, 8115, 529). */
export function convert(value: V, from: SqlType, to: SqlType, style = 0): V {
  if (value === null || to.name === "sql_variant") return value;
  if (from.name === "sql_variant") return convert(value, variantType(value), to, style);
  if (isText(to)) {
    const text =
      from.name === "varbinary" && to.name.startsWith("n") && style === 0 && Buffer.isBuffer(value)
        ? value.toString("utf16le")
        : textOf(value, from, style);
    if (to.length === undefined) return text;
    if ((isWhole(from) || from.name === "bigint") && text.length > to.length) return "*";
    if (from.name === "numeric" && text.length > to.length) throw refuse(8115, "numeric", typeTitle(to));
    const cut = text.slice(0, to.length);
    return to.name === "nchar" || to.name === "char" ? cut.padEnd(to.length) : cut;
  }
  if (isWhole(to)) return wholeOf(value, from, to);
  if (isTime(to)) return timeOf(value, from, to);
  switch (to.name) {
    case "bigint":
      return bigintOf(value, from, to);
    case "numeric":
    case "money":
      return numericOf(value, from, to);
    case "float":
    case "real":
      return floatOf(value, from, to);
    case "datetimeoffset": {
      if (isOffset(value)) return value;
      if (typeof value === "string") return parseDatetime(value) ?? fail(241);
      return { wall: Number(value), offset: 0 };
    }
    case "uniqueidentifier": {
      if (Buffer.isBuffer(value)) return guidText(value);
      const found = typeof value === "string" ? guidForm.exec(value.trim()) : undefined;
      return found?.[1]?.toUpperCase() ?? fail(8169);
    }
    case "boolean":
      return value;
    default:
      return isBytes(to) ? bytesOf(value, from, to, style) : value;
  }
}

function fail(number: number, ...fill: string[]): never {
  throw refuse(number, ...fill);
}

function wholeOf(value: V, from: SqlType, to: SqlType): number {
  let number: number;
  if (typeof value === "string") {
    const trimmed = value.trim();
    if (to.name === "bit" && /^(true|false)$/i.test(trimmed)) return /^t/i.test(trimmed) ? 1 : 0;
    if (!/^[+-]?\d*$/.test(trimmed)) fail(245, typeTitle(from), value, to.name);
    number = Number(trimmed || "0");
  } else if (isDecimal(value)) number = Math.trunc(decimalNumber(value));
  else if (Buffer.isBuffer(value))
    number =
      value.length === 0 ? 0 : Number(BigInt.asIntN(32, BigInt(`0x${value.subarray(-4).toString("hex")}`)));
  else if (typeof value === "bigint") number = Number(value);
  else if (typeof value === "number")
    number = isTime(from) ? Math.round((value - Date.UTC(1900, 0, 1)) / 86_400_000) : Math.trunc(value);
  else fail(529, typeTitle(from), typeTitle(to));
  if (to.name === "bit") return number === 0 ? 0 : 1;
  const range = ranges[to.name];
  if (range && (number < range[0] || number > range[1])) {
    if (typeof value === "string") fail(to.name === "int" ? 248 : 244, typeTitle(from), value, to.name);
    fail(8115, "expression", to.name);
  }
  return number;
}

function bigintOf(value: V, from: SqlType, to: SqlType): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(Math.trunc(value));
  if (isDecimal(value)) return value.units / 10n ** BigInt(value.scale);
  if (Buffer.isBuffer(value))
    return value.length === 0 ? 0n : BigInt.asIntN(64, BigInt(`0x${value.subarray(-8).toString("hex")}`));
  if (typeof value === "string" && /^\s*[+-]?\d*\s*$/.test(value)) return BigInt(value.trim() || "0");
  return fail(8114, typeTitle(from), to.name);
}

function numericOf(value: V, from: SqlType, to: SqlType): Decimal {
  const scale = to.name === "money" ? 4 : (to.scale ?? 0);
  const given = isDecimal(value)
    ? value
    : typeof value === "bigint" || typeof value === "number"
      ? decimalOf(value)
      : typeof value === "string"
        ? parseDecimal(value)
        : undefined;
  if (!given) return fail(8114, typeTitle(from), to.name);
  const result = rescale(given, scale);
  const digits = result.units.toString().replace("-", "").length;
  if (digits > (to.precision ?? 38)) fail(8115, typeTitle(from), to.name);
  return result;
}

function floatOf(value: V, from: SqlType, to: SqlType): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (isDecimal(value)) return decimalNumber(value);
  const number = typeof value === "string" ? Number(value.trim()) : Number.NaN;
  return Number.isNaN(number) ? fail(8114, typeTitle(from), to.name) : number;
}

function timeOf(value: V, from: SqlType, to: SqlType): number {
  let wall: number;
  if (isOffset(value)) wall = value.wall;
  else if (typeof value === "string") {
    const parsed = parseDatetime(value) ?? fail(241);
    wall = parsed.wall;
  } else if (typeof value === "number" && isTime(from)) wall = value;
  else if (to.name === "datetime" && (typeof value === "number" || isDecimal(value)))
    wall = Date.UTC(1900, 0, 1) + (typeof value === "number" ? value : decimalNumber(value)) * 86_400_000;
  else return fail(529, typeTitle(from), typeTitle(to));
  if (to.name === "date") return Math.floor(wall / 86_400_000) * 86_400_000;
  if (to.name === "time") return Date.UTC(1900, 0, 1) + (wall - Math.floor(wall / 86_400_000) * 86_400_000);
  if (to.name === "smalldatetime") return Math.round(wall / 60_000) * 60_000;
  if (to.name === "datetime") return roundDatetime(wall);
  const unit = (to.scale ?? 7) >= 3 ? 1 : 10 ** (3 - (to.scale ?? 7));
  return Math.round(wall / unit) * unit;
}

function bytesOf(value: V, from: SqlType, to: SqlType, style: number): Buffer {
  let bytes: Buffer;
  if (Buffer.isBuffer(value)) bytes = value;
  else if (typeof value === "string" && from.name === "uniqueidentifier") bytes = guidBytes(value);
  else if (typeof value === "string" && (style === 1 || style === 2))
    bytes = Buffer.from(style === 1 ? value.slice(2) : value, "hex");
  else if (typeof value === "string")
    bytes = Buffer.from(value, from.name.startsWith("n") ? "utf16le" : "latin1");
  else if (typeof value === "number" && isWhole(from)) {
    bytes = Buffer.alloc(from.name === "int" ? 4 : from.name === "smallint" ? 2 : 1);
    bytes.writeIntBE(value > 127 && bytes.length === 1 ? value - 256 : value, 0, bytes.length);
  } else if (typeof value === "bigint") {
    bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
  } else bytes = Buffer.from(textOf(value, from));
  if (to.length === undefined) return bytes;
  const padded =
    to.name === "binary" && bytes.length < to.length
      ? Buffer.concat([bytes, Buffer.alloc(to.length - bytes.length)])
      : bytes;
  return padded.length > to.length ? padded.subarray(0, to.length) : padded;
}

/** The base type of a value whose type is only known when it runs. */
export function variantType(value: V): SqlType {
  if (typeof value === "number") return { name: Number.isInteger(value) ? "int" : "float" };
  if (typeof value === "bigint") return { name: "bigint" };
  if (Buffer.isBuffer(value)) return { name: "varbinary", length: 8000 };
  if (isDecimal(value)) return { name: "numeric", precision: 38, scale: value.scale };
  if (isOffset(value)) return { name: "datetimeoffset" };
  return { name: "nvarchar", length: 4000 };
}

/** Compares two values of one type: below 0, 0 or above 0. Text without regard to case and trailing spaces. */
export function compareValues(a: V, b: V): number {
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [a.trimEnd().toLowerCase(), b.trimEnd().toLowerCase()];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  if (isDecimal(a) && isDecimal(b)) return compareDecimals(a, b);
  if (isOffset(a) && isOffset(b)) return a.wall - a.offset * 60_000 - (b.wall - b.offset * 60_000);
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key under which equal values meet, for DISTINCT, GROUP BY and joins. */
export function keyOf(value: V): string {
  if (value === null) return "-";
  if (typeof value === "string") return `s${value.trimEnd().toLowerCase()}`;
  if (Buffer.isBuffer(value)) return `b${value.toString("hex")}`;
  if (isDecimal(value))
    return `n${decimalText(value)
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "")}`;
  if (isOffset(value)) return `o${value.wall - value.offset * 60_000}`;
  return `n${value}`;
}

/** A value as the contract with the wire has it. */
export function wireValue(value: V, type: SqlType): Value {
  if (value === null) return null;
  if (type.name === "bit" || type.name === "boolean") return value === 1;
  if (type.name === "date" || type.name === "time" || type.name === "sql_variant")
    return type.name === "date"
      ? isoText(Number(value))
      : textOf(value, type.name === "sql_variant" ? variantType(value) : type, 121);
  if (isTime(type)) return isoText(Number(value));
  if (isOffset(value)) return `${isoText(value.wall)}${offsetText(value.offset)}`;
  if (isDecimal(value)) return decimalText(value);
  return value;
}

/** A value from the wire (a parameter) as the engine has it. */
export function engineValue(value: Value, type: SqlType): V {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && !isText(type)) return convert(value, { name: "nvarchar" }, type);
  if (typeof value === "number" || typeof value === "bigint") return convert(value, variantType(value), type);
  return value;
}
