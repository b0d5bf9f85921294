import type { ColumnType } from "../contract.ts";

/** Type bytes of TYPE_INFO ([MS-TDS] 2.2.5.4) that the server sends. */
export const WireType = {
  uniqueidentifier: 0x24,
  intN: 0x26,
  datetime2: 0x2a,
  datetimeoffset: 0x2b,
  bitN: 0x68,
  numericN: 0x6c,
  floatN: 0x6d,
  datetimeN: 0x6f,
  varbinary: 0xa5,
  varchar: 0xa7,
  nvarchar: 0xe7,
  nchar: 0xef,
  xml: 0xf1,
} as const;

/** SQL_Latin1_General_CP1_CI_AS, the default collation of a US English installation: LCID 0x0409, flags, sort order 52. */
export const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** The length that stands for `max`, and for NULL in a value with a two-byte length. */
export const maxLength = 0xffff;

/** PLP length of NULL, and of a value whose length is not told first ([MS-TDS] 2.2.5.2.3). */
export const plpNull = 0xffffffffffffffffn;

/** Bytes of a whole number of that type. */
export const wholeNumberSize: Partial<Record<ColumnType, 1 | 2 | 4 | 8>> = {
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
};

/** The longest that a type can be before it is max, in its own unit: bytes, or characters of two bytes. */
export const longest = { varbinary: 8000, varchar: 8000, nvarchar: 4000, nchar: 4000 } as const;

/** precision and scale of a numeric without its own: numeric(25,0), as all LSN columns of msdb and RESTORE are. */
export const defaultPrecision = 25;
