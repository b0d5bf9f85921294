import type { Column, Value } from "../contract.ts";
import type { ByteWriter } from "./bytes.ts";
import { toCodePage1252 } from "./codepage.ts";
import { decimalToUnits } from "./decimals.ts";
import { guidToBytes } from "./guid.ts";
import { daysTo1900, moveTime, parseTime } from "./times.ts";
import {
  collation,
  defaultPrecision,
  longest,
  maxLength,
  plpNull,
  wholeNumberSize,
  WireType,
} from "./types.ts";

/** How fine datetime2 and datetimeoffset are on the wire: 7 digits of a second, SQL Server's default. */
const timeScale = 7;
/** Bytes of a numeric: one for the sign, 16 for the number, whatever its precision. */
const numericSize = 17;

/** TYPE_INFO of a column. */
export function writeTypeInfo(writer: ByteWriter, column: Column): void {
  const wholeSize = wholeNumberSize[column.type];
  if (wholeSize !== undefined) {
    writer.u8(WireType.intN).u8(wholeSize);
    return;
  }
  switch (column.type) {
    case "bit":
      writer.u8(WireType.bitN).u8(1);
      return;
    case "float":
      writer.u8(WireType.floatN).u8(8);
      return;
    case "numeric":
      writer.u8(WireType.numericN).u8(numericSize);
      writer.u8(column.precision ?? defaultPrecision).u8(column.scale ?? 0);
      return;
    case "datetime":
      writer.u8(WireType.datetimeN).u8(8);
      return;
    case "datetime2":
    case "datetimeoffset":
      writer.u8(WireType[column.type]).u8(timeScale);
      return;
    case "uniqueidentifier":
      writer.u8(WireType.uniqueidentifier).u8(16);
      return;
    case "varbinary":
      writer.u8(WireType.varbinary).u16(sizeInBytes(column, 1));
      return;
    case "varchar":
      writer.u8(WireType.varchar).u16(sizeInBytes(column, 1)).bytes(collation);
      return;
    case "nvarchar":
    case "nchar":
      writer.u8(WireType[column.type]).u16(sizeInBytes(column, 2)).bytes(collation);
      return;
    case "xml":
      writer.u8(WireType.xml).u8(0);
      return;
    default:
      throw new RangeError(`Column ${column.name} has the type ${column.type}, which TDS has no form for.`);
  }
}

/** One value of a column, or NULL. */
export function writeValue(writer: ByteWriter, column: Column, value: Value): void {
  try {
    if (value === null) writeNull(writer, column);
    else writePresent(writer, column, value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`Column ${column.name} (${column.type}) cannot be sent: ${reason}`, {
      cause: error,
    });
  }
}

function writeNull(writer: ByteWriter, column: Column): void {
  if (isMax(column)) writer.u64(plpNull);
  else if (column.type in longest) writer.u16(maxLength);
  else writer.u8(0);
}

function writePresent(writer: ByteWriter, column: Column, value: Exclude<Value, null>): void {
  switch (column.type) {
    case "bit":
      writer.u8(1).u8(Number(value) === 0 ? 0 : 1);
      return;
    case "tinyint":
      writer.u8(1).u8(asWhole(value));
      return;
    case "smallint":
      writer.u8(2).i16(asWhole(value));
      return;
    case "int":
      writer.u8(4).i32(asWhole(value));
      return;
    case "bigint":
      writer.u8(8).i64(BigInt(asText(value)));
      return;
    case "float":
      writer.u8(8).f64(Number(value));
      return;
    case "numeric":
      writeNumeric(writer, column, asText(value));
      return;
    case "datetime":
      writeDatetime(writer, asText(value));
      return;
    case "datetime2": {
      const time = parseTime(asText(value));
      writer.u8(8).u40(time.ticks).u24(time.days);
      return;
    }
    case "datetimeoffset": {
      const local = parseTime(asText(value));
      const utc = moveTime(local, -local.offset);
      writer.u8(10).u40(utc.ticks).u24(utc.days).i16(local.offset);
      return;
    }
    case "uniqueidentifier":
      writer.u8(16).bytes(guidToBytes(asText(value)));
      return;
    case "varbinary":
      if (!Buffer.isBuffer(value)) throw new TypeError(`expected a Buffer, found a ${typeof value}.`);
      writeBytes(writer, column, value);
      return;
    case "varchar":
      writeBytes(writer, column, toCodePage1252(asText(value)));
      return;
    case "nchar":
      writeBytes(writer, column, Buffer.from(asText(value).padEnd(column.length ?? 0), "utf16le"));
      return;
    case "nvarchar":
    case "xml":
      writeBytes(writer, column, Buffer.from(asText(value), "utf16le"));
  }
}

function writeNumeric(writer: ByteWriter, column: Column, text: string): void {
  const precision = column.precision ?? defaultPrecision;
  const units = decimalToUnits(text, column.scale ?? 0);
  const size = units < 0n ? -units : units;
  if (size >= 10n ** BigInt(precision))
    throw new RangeError(`${text} has more than ${String(precision)} digits.`);
  writer.u8(numericSize).u8(units < 0n ? 0 : 1);
  writer.u64(size & 0xffffffffffffffffn).u64(size >> 64n);
}

/** Days since 1900 and three-hundredths of a second, to which SQL Server rounds. */
function writeDatetime(writer: ByteWriter, text: string): void {
  const time = parseTime(text);
  const parts = Math.round((time.ticks * 3) / 100_000);
  const partsPerDay = 25_920_000;
  const carry = parts === partsPerDay ? 1 : 0;
  writer.u8(8).i32(time.days - daysTo1900 + carry);
  writer.u32(carry === 1 ? 0 : parts);
}

function writeBytes(writer: ByteWriter, column: Column, bytes: Buffer): void {
  if (isMax(column)) {
    writer.u64(BigInt(bytes.length));
    if (bytes.length > 0) writer.u32(bytes.length).bytes(bytes);
    writer.u32(0);
    return;
  }
  const room = sizeInBytes(column, column.type === "nvarchar" || column.type === "nchar" ? 2 : 1);
  if (bytes.length > room)
    throw new RangeError(
      `the value has ${String(bytes.length)} bytes; the column has room for ${String(room)}.`,
    );
  writer.u16(bytes.length).bytes(bytes);
}

/** Whether values of the column are sent in chunks (PLP). nchar has no max: without a length it is as wide as can be. */
function isMax(column: Column): boolean {
  if (column.type === "xml") return true;
  if (column.type !== "varbinary" && column.type !== "varchar" && column.type !== "nvarchar") return false;
  return column.length === undefined || column.length > longest[column.type];
}

function sizeInBytes(column: Column, bytesEach: 1 | 2): number {
  if (isMax(column)) return maxLength;
  // A column of no width (SELECT '') is one wide on a server too.
  return Math.max(1, column.length ?? longest.nchar) * bytesEach;
}

function asText(value: Exclude<Value, null>): string {
  if (Buffer.isBuffer(value)) throw new TypeError("expected text, found bytes.");
  return String(value);
}

function asWhole(value: Exclude<Value, null>): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw new RangeError(`${asText(value)} is no whole number.`);
  return number;
}
