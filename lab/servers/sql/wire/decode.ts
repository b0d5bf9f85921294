import type { ColumnType, Value } from "../contract.ts";
import type { ByteReader } from "./bytes.ts";
import { fromCodePage1252 } from "./codepage.ts";
import { unitsToDecimal } from "./decimals.ts";
import { guidFromBytes } from "./guid.ts";
import { daysTo1900, formatClock, formatOffset, formatTime, moveTime } from "./times.ts";
import { maxLength, plpNull } from "./types.ts";

/** A value of a parameter with the type it was sent as. */
export interface TypedValue {
  readonly type: ColumnType;
  readonly value: Value;
}

/** A client sent a type that a parameter cannot have here: a table, a CLR type, sql_variant. */
export class UnknownTypeError extends Error {
  public readonly typeByte: number;
  constructor(typeByte: number) {
    super(`Data type 0x${typeByte.toString(16).toUpperCase().padStart(2, "0")} is unknown.`);
    this.typeByte = typeByte;
  }
}

type Decode = (bytes: ByteReader, length: number) => Value;

/** Reads TYPE_INFO and the value after it ([MS-TDS] 2.2.5.4 and 2.2.5.5). */
export function readTypedValue(reader: ByteReader): TypedValue {
  const typeByte = reader.u8();
  const fixed = fixedTypes[typeByte];
  if (fixed !== undefined) return { type: fixed.type, value: fixed.decode(reader, fixed.size) };
  const short = shortTypes[typeByte];
  if (short !== undefined) {
    reader.u8();
    const length = reader.u8();
    return { type: short.type, value: length === 0 ? null : short.decode(reader, length) };
  }
  switch (typeByte) {
    case 0x26: {
      const type = wholeTypes[reader.u8()] ?? "int";
      const length = reader.u8();
      return { type, value: length === 0 ? null : wholeNumber(reader, length) };
    }
    case 0x37: // DECIMAL, NUMERIC, DECIMALN, NUMERICN
    case 0x3f:
    case 0x6a:
    case 0x6c:
      return { type: "numeric", value: readNumeric(reader) };
    case 0x28: // DATE: it has no scale
      return { type: "datetime2", value: readDate(reader) };
    case 0x29: // TIME
      return { type: "varchar", value: readScaled(reader, 0, (ticks) => formatClock(ticks)) };
    case 0x2a:
      return {
        type: "datetime2",
        value: readScaled(reader, 3, (ticks) => formatTime(reader.unsigned(3), ticks)),
      };
    case 0x2b:
      return { type: "datetimeoffset", value: readScaled(reader, 5, (ticks) => readOffset(reader, ticks)) };
    case 0xa5: // VARBINARY and BINARY
    case 0xad:
      return { type: "varbinary", value: readSized(reader, 0, (bytes) => bytes) };
    case 0xa7: // VARCHAR and CHAR
    case 0xaf:
      return { type: "varchar", value: readSized(reader, 5, fromCodePage1252) };
    case 0xe7:
      return { type: "nvarchar", value: readSized(reader, 5, fromUtf16) };
    case 0xef:
      return { type: "nchar", value: readSized(reader, 5, fromUtf16) };
    case 0x22: // IMAGE, TEXT, NTEXT
      return { type: "varbinary", value: readLong(reader, 0, (bytes) => bytes) };
    case 0x23:
      return { type: "varchar", value: readLong(reader, 5, fromCodePage1252) };
    case 0x63:
      return { type: "nvarchar", value: readLong(reader, 5, fromUtf16) };
    default:
      throw new UnknownTypeError(typeByte);
  }
}

const wholeNumber: Decode = (bytes, length) => {
  if (length === 8) return String(bytes.i64());
  return length === 1 ? bytes.u8() : length === 2 ? bytes.i16() : bytes.i32();
};
const float: Decode = (bytes, length) => (length === 4 ? bytes.f32() : bytes.f64());
const bit: Decode = (bytes) => bytes.u8() !== 0;
const money: Decode = (bytes, length) => {
  if (length === 4) return unitsToDecimal(BigInt(bytes.i32()), 4);
  const high = BigInt(bytes.i32());
  return unitsToDecimal((high << 32n) | BigInt(bytes.u32()), 4);
};
const datetime: Decode = (bytes, length) => {
  if (length === 4) {
    const days = bytes.u16();
    return formatTime(days + daysTo1900, bytes.u16() * 600_000_000);
  }
  const days = bytes.i32();
  // SQL Server shows thirds of a hundredth as .003 and .007.
  const milliseconds = Math.round((bytes.u32() * 10) / 3);
  return formatTime(days + daysTo1900, milliseconds * 10_000);
};
const guid: Decode = (bytes, length) => guidFromBytes(bytes.bytes(length));
const wholeTypes: Record<number, ColumnType> = { 1: "tinyint", 2: "smallint", 4: "int", 8: "bigint" };

interface SimpleType {
  readonly type: ColumnType;
  readonly decode: Decode;
}

/** Types whose TYPE_INFO is the type byte alone; they cannot be NULL. */
const fixedTypes: Record<number, SimpleType & { readonly size: number }> = {
  0x30: { type: "tinyint", decode: wholeNumber, size: 1 },
  0x32: { type: "bit", decode: bit, size: 1 },
  0x34: { type: "smallint", decode: wholeNumber, size: 2 },
  0x38: { type: "int", decode: wholeNumber, size: 4 },
  0x3a: { type: "datetime", decode: datetime, size: 4 },
  0x3b: { type: "float", decode: float, size: 4 },
  0x3c: { type: "numeric", decode: money, size: 8 },
  0x3d: { type: "datetime", decode: datetime, size: 8 },
  0x3e: { type: "float", decode: float, size: 8 },
  0x7a: { type: "numeric", decode: money, size: 4 },
  0x7f: { type: "bigint", decode: wholeNumber, size: 8 },
};

/** Types with their width in one byte, and the length of a value in another. */
const shortTypes: Record<number, SimpleType> = {
  0x24: { type: "uniqueidentifier", decode: guid },
  0x68: { type: "bit", decode: bit },
  0x6d: { type: "float", decode: float },
  0x6e: { type: "numeric", decode: money },
  0x6f: { type: "datetime", decode: datetime },
};

const fromUtf16 = (bytes: Buffer): string => bytes.toString("utf16le");

function readNumeric(reader: ByteReader): Value {
  reader.u8();
  reader.u8();
  const scale = reader.u8();
  const length = reader.u8();
  if (length === 0) return null;
  const isPositive = reader.u8() === 1;
  const hex = Buffer.from(reader.bytes(length - 1))
    .reverse()
    .toString("hex");
  const units = BigInt(`0x${hex}`);
  return unitsToDecimal(isPositive ? units : -units, scale);
}

function readDate(reader: ByteReader): Value {
  return reader.u8() === 0 ? null : formatTime(reader.unsigned(3), 0);
}

/** A time of day of some scale, and `after` bytes more that `finish` reads. */
function readScaled(reader: ByteReader, after: number, finish: (ticks: number) => string): Value {
  const scale = reader.u8();
  const length = reader.u8();
  if (length === 0) return null;
  return finish(reader.unsigned(length - after) * 10 ** (7 - scale));
}

function readOffset(reader: ByteReader, utcTicks: number): string {
  const days = reader.unsigned(3);
  const offset = reader.i16();
  const local = moveTime({ days, ticks: utcTicks, offset }, offset);
  return formatTime(local.days, local.ticks) + formatOffset(offset);
}

/** A value with a two-byte length, or in chunks where the type is max. */
function readSized(reader: ByteReader, collationLength: number, decode: (bytes: Buffer) => Value): Value {
  const width = reader.u16();
  reader.bytes(collationLength);
  if (width === maxLength) {
    const chunks = readChunks(reader);
    return chunks === null ? null : decode(chunks);
  }
  const length = reader.u16();
  return length === maxLength ? null : decode(Buffer.from(reader.bytes(length)));
}

function readChunks(reader: ByteReader): Buffer | null {
  if (reader.u64() === plpNull) return null;
  const chunks: Buffer[] = [];
  for (let length = reader.u32(); length > 0; length = reader.u32()) chunks.push(reader.bytes(length));
  return Buffer.concat(chunks);
}

/** text, ntext and image: four-byte lengths, where -1 is NULL. */
function readLong(reader: ByteReader, collationLength: number, decode: (bytes: Buffer) => Value): Value {
  reader.u32();
  reader.bytes(collationLength);
  const length = reader.i32();
  return length < 0 ? null : decode(Buffer.from(reader.bytes(length)));
}
