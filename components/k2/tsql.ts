import { ident, text } from "../sql/instance/tsql.ts";
import type { Cell, Column, Row, TableName, TableRows } from "./captured.ts";

/** Where captured rows are kept beside K2's own database: that one is overwritten by production's. */
export const keepDatabase = "ParallelStandby";
const keepTable = `${ident(keepDatabase)}.[dbo].[CapturedRows]`;

const full = ({ database, schema, table }: TableName): string =>
  `${ident(database)}.${ident(schema)}.${ident(table)}`;
const objectId = (name: TableName): string => `OBJECT_ID(${text(full(name))}, N'U')`;

/** The state of a database; no row where there is none. */
export const databaseState = (database: string): string =>
  `SELECT state_desc AS [state], CONVERT(int, is_in_standby) AS [isInStandby] FROM sys.databases WHERE name = ${text(database)};`;

/** The columns of a table, in their order; none where there is no such table. A type without a name is one that cannot be kept as text. */
export const columnsOf = (name: TableName): string =>
  `SELECT c.name AS [name], t.name AS [type], CONVERT(int, c.precision) AS [precision], CONVERT(int, c.scale) AS [scale],
  CONVERT(int, c.is_identity) AS [isIdentity], CONVERT(int, c.is_computed) AS [isComputed]
FROM ${ident(name.database)}.sys.columns AS c
LEFT JOIN ${ident(name.database)}.sys.types AS t ON t.user_type_id = c.system_type_id
WHERE c.object_id = ${objectId(name)}
ORDER BY c.column_id;`;

/** The columns of a table's primary key, or else of its first unique index; none where it has neither. */
export const keyColumnsOf = (name: TableName): string => {
  const sys = `${ident(name.database)}.sys`;
  return `SELECT c.name AS [name]
FROM ${sys}.index_columns AS k
JOIN ${sys}.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE k.object_id = ${objectId(name)} AND k.is_included_column = 0 AND k.index_id = (
  SELECT TOP (1) i.index_id FROM ${sys}.indexes AS i
  WHERE i.object_id = ${objectId(name)} AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0
  ORDER BY i.is_primary_key DESC, i.index_id)
ORDER BY k.key_ordinal;`;
};

/** Whether foreign keys of other tables lead to a table, one row: their rows may hold on to rows of it. */
export const isReferred = (name: TableName): string =>
  `SELECT CASE WHEN EXISTS (
  SELECT * FROM ${ident(name.database)}.sys.foreign_keys
  WHERE referenced_object_id = ${objectId(name)} AND parent_object_id <> referenced_object_id AND is_disabled = 0)
  THEN 1 ELSE 0 END AS [referred];`;

/** How each type is turned into text and back, without loss. `exact` is the type that the text is converted to. */
interface AsText {
  read(column: string): string;
  exact(column: Column): string;
  /** Style of CONVERT on the way back. */
  readonly style?: number;
}
const styled =
  (length: number, style?: number) =>
  (column: string): string =>
    `CONVERT(varchar(${String(length)}), ${column}${style === undefined ? "" : `, ${String(style)}`})`;
const whole = (type: string): AsText => ({ read: styled(20), exact: () => type });
const decimal: AsText = {
  read: styled(50),
  exact: ({ precision, scale }) => `decimal(${String(precision)}, ${String(scale)})`,
};
/** Style 2 keeps the four digits of money; the default rounds to two. */
const money = (type: string): AsText => ({ read: styled(50, 2), exact: () => type });
/** The driver gives all 17 digits of a float; CONVERT does so only from SQL Server 2016 on. */
const floating = (type: string): AsText => ({
  read: (column) => `CONVERT(float, ${column})`,
  exact: () => type,
});
const characters: AsText = {
  read: (column) => `CONVERT(nvarchar(max), ${column})`,
  exact: () => "nvarchar(max)",
};
const bytes: AsText = {
  read: (column) => `CONVERT(varchar(max), CONVERT(varbinary(max), ${column}), 1)`,
  exact: () => "varbinary(max)",
  style: 1,
};
/** ISO 8601 (126) means the same in every language setting. */
const time = (type: string, hasScale: boolean): AsText => ({
  read: styled(40, 126),
  exact: ({ scale }) => (hasScale ? `${type}(${String(scale)})` : type),
  style: 126,
});
const asText: ReadonlyMap<string, AsText> = new Map<string, AsText>([
  ...["bigint", "int", "smallint", "tinyint", "bit"].map((t) => [t, whole(t)] as const),
  ...["decimal", "numeric"].map((t) => [t, decimal] as const),
  ...["money", "smallmoney"].map((t) => [t, money(t)] as const),
  ...["float", "real"].map((t) => [t, floating(t)] as const),
  ...["char", "varchar", "nchar", "nvarchar", "text", "ntext", "sysname"].map(
    (t) => [t, characters] as const,
  ),
  ...["binary", "varbinary", "image"].map((t) => [t, bytes] as const),
  ["uniqueidentifier", { read: styled(36), exact: () => "uniqueidentifier" }],
  ["date", { read: styled(10, 23), exact: () => "date", style: 23 }],
  ["time", { read: styled(16, 121), exact: ({ scale }) => `time(${String(scale)})` }],
  ...["datetime", "smalldatetime"].map((t) => [t, time(t, false)] as const),
  ...["datetime2", "datetimeoffset"].map((t) => [t, time(t, true)] as const),
  // Style 1 keeps white space that means something.
  ["xml", { read: (c) => `CONVERT(nvarchar(max), ${c}, 1)`, exact: () => "xml", style: 1 }],
]);

/** Whether values of that type can be kept as text and put back as they were. */
export const canKeep = (type: string): boolean => asText.has(type);

/** Never captured: the server makes these values itself. */
export const isMadeByServer = (type: string): boolean => type === "timestamp" || type === "rowversion";

/** All rows of a table as text, cell by cell: `c0`, `c1` … in the order of the columns. */
export const rowsOf = (name: TableName, columns: readonly Column[]): string =>
  `SELECT ${columns.map((c, i) => `${conversion(c).read(ident(c.name))} AS [c${String(i)}]`).join(", ")}\nFROM ${full(name)};`;

/** A captured cell as an expression of its column's type. */
function value(cell: Cell, column: Column): string {
  if (cell === null) return "NULL";
  const { exact, style } = conversion(column);
  return `CONVERT(${exact(column)}, ${text(cell)}${style === undefined ? "" : `, ${String(style)}`})`;
}

function conversion(column: Column): AsText {
  const found = asText.get(column.type);
  if (!found) throw new Error(`column ${column.name}: values of type ${column.type} cannot be kept as text`);
  return found;
}

/**
 * Puts captured rows back, in one transaction over all tables: a row with the same key is overwritten, another is
 * added. Rows that were not captured stay, since process instances can refer to them, unless `removeOthers` asks for it.
 */
export const putBack = (
  tables: readonly { readonly rows: TableRows; readonly removeOthers: boolean }[],
): string =>
  [
    "SET NOCOUNT ON;",
    "SET XACT_ABORT ON;",
    "BEGIN TRANSACTION;",
    ...tables.flatMap(({ rows, removeOthers }) => putTableBack(rows, removeOthers)),
    "COMMIT TRANSACTION;",
  ].join("\n");

function putTableBack(t: TableRows, removeOthers: boolean): readonly string[] {
  if (t.rows.length === 0) return [];
  const numbers = t.columns.some((c) => c.isIdentity);
  return [
    ...(removeOthers ? [deleteOthers(t)] : []),
    ...(numbers ? [`SET IDENTITY_INSERT ${full(t.name)} ON;`] : []),
    ...t.rows.flatMap((row) => upsert(t, row)),
    ...(numbers ? [`SET IDENTITY_INSERT ${full(t.name)} OFF;`] : []),
  ];
}

const deleteOthers = (t: TableRows): string =>
  `DELETE FROM ${full(t.name)} WHERE NOT (${t.rows.map((row) => `(${isRow(t, row)})`).join(" OR ")});`;

/** The rows of servers by their names, in one transaction, for people. */
export const deleteServers = (name: TableName, column: string, servers: readonly string[]): string =>
  `SET XACT_ABORT ON;
BEGIN TRANSACTION;
DELETE FROM ${full(name)} WHERE ${ident(column)} IN (${servers.map((server) => text(server)).join(", ")});
COMMIT TRANSACTION;`;

/** Key columns are written too: a key that differs only in case is the same to SQL Server. A number that it gave itself cannot be changed. */
function upsert(t: TableRows, row: Row): readonly string[] {
  const set = t.columns.flatMap((c, i) =>
    c.isIdentity ? [] : [`${ident(c.name)} = ${value(row[i] ?? null, c)}`],
  );
  const columns = t.columns.map((c) => ident(c.name)).join(", ");
  const values = t.columns.map((c, i) => value(row[i] ?? null, c)).join(", ");
  const insert = `INSERT INTO ${full(t.name)} (${columns}) VALUES (${values});`;
  return set.length === 0
    ? [`IF NOT EXISTS (SELECT * FROM ${full(t.name)} WHERE ${isRow(t, row)})\n${insert}`]
    : [
        `UPDATE ${full(t.name)} SET ${set.join(", ")} WHERE ${isRow(t, row)};`,
        `IF @@ROWCOUNT = 0\n${insert}`,
      ];
}

const isRow = (t: TableRows, row: Row): string =>
  t.columns
    .flatMap((c, i) => {
      const cell = row[i] ?? null;
      if (!c.isKey) return [];
      return [cell === null ? `${ident(c.name)} IS NULL` : `${ident(c.name)} = ${value(cell, c)}`];
    })
    .join(" AND ");

/** Makes the database for captured rows; another part may make it at the same moment (error 1801). */
export const createKeepDatabase = `IF DB_ID(${text(keepDatabase)}) IS NULL CREATE DATABASE ${ident(keepDatabase)};`;

/** Makes the table for captured rows; error 2714 where another step was faster. */
export const createKeepTable = `IF OBJECT_ID(${text(keepTable)}, N'U') IS NULL
CREATE TABLE ${keepTable} (
  [Part] nvarchar(200) NOT NULL,
  [Site] nvarchar(20) NOT NULL,
  [CapturedAt] nvarchar(40) NOT NULL,
  [Captured] nvarchar(max) NOT NULL,
  CONSTRAINT [PK_CapturedRows] PRIMARY KEY ([Part], [Site])
);`;

/** Whether the table for captured rows is there, one row: reading a table that is missing is an error. */
export const hasKeepTable = `SELECT CASE WHEN DB_ID(${text(keepDatabase)}) IS NULL OR OBJECT_ID(${text(keepTable)}, N'U') IS NULL THEN 0 ELSE 1 END AS [there];`;

/** What is kept of a part at a site; parameters `part` and `site`. */
export const readKept = `SELECT [Captured] AS [captured] FROM ${keepTable} WHERE [Part] = @part AND [Site] = @site;`;

/** The parts of which something is kept at a site; parameter `site`. */
export const readKeptParts = `SELECT [Part] AS [part] FROM ${keepTable} WHERE [Site] = @site ORDER BY [Part];`;

/** Keeps what was captured of a part at a site; parameters `part`, `site`, `at` and `captured`. */
export const writeKept = `SET XACT_ABORT ON;
BEGIN TRANSACTION;
UPDATE ${keepTable} SET [CapturedAt] = @at, [Captured] = @captured WHERE [Part] = @part AND [Site] = @site;
IF @@ROWCOUNT = 0
INSERT INTO ${keepTable} ([Part], [Site], [CapturedAt], [Captured]) VALUES (@part, @site, @at, @captured);
COMMIT TRANSACTION;`;
