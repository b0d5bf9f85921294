import type { Cursor } from "./cursor.ts";
import { refuse } from "./errors.ts";
import type { SqlType, TypeName } from "./types.ts";

const plain: Readonly<Record<string, SqlType>> = {
  BIT: { name: "bit" },
  TINYINT: { name: "tinyint" },
  SMALLINT: { name: "smallint" },
  INT: { name: "int" },
  INTEGER: { name: "int" },
  BIGINT: { name: "bigint" },
  FLOAT: { name: "float" },
  REAL: { name: "real" },
  MONEY: { name: "money" },
  SMALLMONEY: { name: "money" },
  DATETIME: { name: "datetime" },
  SMALLDATETIME: { name: "smalldatetime" },
  DATE: { name: "date" },
  UNIQUEIDENTIFIER: { name: "uniqueidentifier" },
  TEXT: { name: "text" },
  NTEXT: { name: "ntext" },
  IMAGE: { name: "image" },
  XML: { name: "xml" },
  SQL_VARIANT: { name: "sql_variant" },
  SYSNAME: { name: "nvarchar", length: 128 },
  ROWVERSION: { name: "rowversion", length: 8 },
  TIMESTAMP: { name: "rowversion", length: 8 },
};
const sized: Readonly<Record<string, TypeName>> = {
  VARCHAR: "varchar",
  CHAR: "char",
  CHARACTER: "char",
  NVARCHAR: "nvarchar",
  NCHAR: "nchar",
  VARBINARY: "varbinary",
  BINARY: "binary",
};
const scaled: Readonly<Record<string, TypeName>> = {
  DATETIME2: "datetime2",
  DATETIMEOFFSET: "datetimeoffset",
  TIME: "time",
};

/** A type with the name it was written by. Without a length a declaration has 1, a CAST has 30. */
export function parseType(cursor: Cursor, withoutLength = 1): { type: SqlType; name: string } {
  const parts = cursor.names();
  const name = parts.at(-1) ?? "";
  const upper = name.toUpperCase();
  const found = plain[upper];
  if (found) {
    if (upper === "FLOAT" && cursor.is("(")) cursor.parenthesised(() => cursor.number());
    return { type: found, name: name.toLowerCase() };
  }
  if (sized[upper]) {
    if (upper === "CHARACTER" || upper === "CHAR") cursor.accept("VARYING");
    if (!cursor.accept("("))
      return { type: { name: sized[upper], length: withoutLength }, name: name.toLowerCase() };
    const isMax = cursor.accept("MAX");
    const length = isMax ? 0 : cursor.number();
    cursor.expect(")");
    return {
      type: isMax ? { name: sized[upper] } : { name: sized[upper], length },
      name: name.toLowerCase(),
    };
  }
  if (scaled[upper]) {
    const scale = cursor.is("(") ? (cursor.parenthesised(() => cursor.number())[0] ?? 7) : 7;
    return { type: { name: scaled[upper], scale }, name: name.toLowerCase() };
  }
  if (upper === "NUMERIC" || upper === "DECIMAL" || upper === "DEC") {
    const [precision = 18, scale = 0] = cursor.is("(") ? cursor.parenthesised(() => cursor.number()) : [];
    return { type: { name: "numeric", precision, scale }, name: upper === "NUMERIC" ? "numeric" : "decimal" };
  }
  throw refuse(2715, name);
}
