import * as z from "zod";
import { hashOf } from "../../model/recovery.ts";
import { SiteId } from "../../model/site.ts";

/** A table of a K2 database. Names differ by K2's version and history: docs/k2.md. */
export const TableName = z.strictObject({
  database: z.string().min(1),
  schema: z.string().min(1),
  table: z.string().min(1),
  /**
   * The columns that tell its rows apart. Only where it has neither a primary key nor a unique index: K2 publishes no
   * column lists, so they are read from the table.
   */
  key: z.array(z.string().min(1)).nonempty().optional(),
});
export type TableName = z.infer<typeof TableName>;

/** A column as sys.columns describes it; `type` is the name of its system type. */
export const Column = z.strictObject({
  name: z.string(),
  type: z.string(),
  precision: z.int(),
  scale: z.int(),
  isIdentity: z.boolean(),
  /** It is one of those that tell the table's rows apart. */
  isKey: z.boolean(),
});
export type Column = z.infer<typeof Column>;

/** A value as text, without loss; how it is written follows from the column's type. */
const Cell = z.string().nullable();
export type Cell = z.infer<typeof Cell>;
/** The cells of a row in the order of the columns. */
export type Row = readonly Cell[];

/** Rows of one table, with the columns that were read. */
export const TableRows = z.strictObject({
  name: TableName,
  columns: z.array(Column),
  rows: z.array(z.array(Cell)),
});
export type TableRows = z.infer<typeof TableRows>;

/** The two tables that K2 binds to its servers, as they were at one site. */
export const Captured = z.strictObject({
  format: z.literal(1),
  part: z.string(),
  site: SiteId,
  /** When they were read, UTC. */
  at: z.iso.datetime(),
  server: TableRows,
  licenceKey: TableRows,
});
export type Captured = z.infer<typeof Captured>;

/** The table as people and messages name it: `K2.Server.Server`. */
export const nameOf = ({ database, schema, table }: TableName): string => `${database}.${schema}.${table}`;

/** What two copies of captured rows are compared by. */
export const digestOf = ({ server, licenceKey }: Captured): string =>
  hashOf([server, licenceKey].map((t) => ({ name: t.name, columns: t.columns, rows: inOrder(t) })));

/** Rows in the order of their keys: SQL Server promises none. */
const inOrder = (t: TableRows): readonly Row[] =>
  t.rows
    .map((row) => ({ row, key: keyOf(t, row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);

/** What tells a row of a table from the others. */
export const keyOf = (t: Pick<TableRows, "columns">, row: Row): string =>
  JSON.stringify(t.columns.flatMap((c, i) => (c.isKey ? [row[i] ?? null] : [])));

const isTime = ({ type }: Column): boolean => /^(date|time|smalldatetime)/.test(type);

/**
 * Whether rows read now say the same as captured ones. Dates and times don't count: K2 notes in them when a server was
 * last seen, and rows that change all the time would never be captured.
 */
export function sameButTimes(now: TableRows, kept: TableRows): boolean {
  const plain = (t: TableRows): unknown => {
    const wanted = t.columns.map((c) => !isTime(c));
    return {
      columns: t.columns.map(({ name, type }) => [name, type]),
      rows: inOrder(t).map((row) => row.filter((_, i) => wanted[i])),
    };
  };
  return hashOf(plain(now)) === hashOf(plain(kept));
}

/** The hosts that no row of a table names: K2 looks its licence up by the server's short computer name. */
export function unnamedHosts(t: TableRows, hosts: readonly string[]): readonly string[] {
  const cells = new Set(t.rows.flat().map((cell) => shortName(cell ?? "")));
  return hosts.filter((host) => !cells.has(shortName(host)));
}

const shortName = (name: string): string => (name.split(".")[0] ?? "").trim().toLowerCase();

/** Without the rows of other hosts, which came over with their site's data. */
export function withoutHosts(t: TableRows, hosts: readonly string[]): TableRows {
  const others = new Set(hosts.map(shortName));
  return { ...t, rows: t.rows.filter((row) => !row.some((cell) => others.has(shortName(cell ?? "")))) };
}

/** A captured row that a table does not hold as it was captured. */
export interface Difference {
  readonly table: string;
  readonly key: string;
  /** The columns that differ; none where the row is missing. */
  readonly columns: readonly string[];
}

/** Holds every captured row, column by column, against what the table holds now. */
export function differences(now: TableRows, kept: TableRows): readonly Difference[] {
  const byKey = new Map(now.rows.map((row) => [keyOf(now, row), row]));
  const at = new Map(now.columns.map((c, i) => [c.name, i]));
  return kept.rows.flatMap((row) => {
    const key = keyOf(kept, row);
    const found = byKey.get(key);
    const table = nameOf(kept.name);
    if (!found) return [{ table, key, columns: [] }];
    const columns = kept.columns.flatMap((c, i) => {
      const here = at.get(c.name);
      return here === undefined || found[here] !== row[i] ? [c.name] : [];
    });
    return columns.length > 0 ? [{ table, key, columns }] : [];
  });
}

/** Rows of the table whose keys were not captured: those of the other site's servers. */
export function strangers(now: TableRows, kept: TableRows): number {
  const keys = new Set(kept.rows.map((row) => keyOf(kept, row)));
  return now.rows.filter((row) => !keys.has(keyOf(now, row))).length;
}

/**
 * Captured rows as the table of today can take them: columns that a newer K2 has dropped are left out. A column that
 * changed its type, or a key column that is gone, is a sentence instead.
 */
export function fitted(
  kept: TableRows,
  today: readonly Column[],
): { readonly rows: TableRows; readonly dropped: readonly string[] } | { readonly refused: string } {
  const now = new Map(today.map((c) => [c.name, c]));
  const name = nameOf(kept.name);
  for (const c of kept.columns) {
    const here = now.get(c.name);
    if (!here && c.isKey)
      return { refused: `${name} has no column ${c.name} any more, by which its rows were told apart` };
    if (here && here.type !== c.type)
      return {
        refused: `column ${c.name} of ${name} was ${c.type} when its rows were captured and is ${here.type} now`,
      };
    if (here && here.isKey !== c.isKey)
      return {
        refused: `the key of ${name} is another one than when its rows were captured (column ${c.name})`,
      };
  }
  const stays = kept.columns.map((c) => now.has(c.name));
  return {
    rows: {
      name: kept.name,
      columns: kept.columns.filter((_, i) => stays[i]),
      rows: kept.rows.map((row) => row.filter((_, i) => stays[i])),
    },
    dropped: kept.columns.filter((_, i) => !stays[i]).map((c) => c.name),
  };
}
