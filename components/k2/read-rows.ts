import type { Sql } from "../../steps/transports/sql.ts";
import { nameOf, type Column, type TableName, type TableRows } from "./captured.ts";
import { canKeep, columnsOf, databaseState, isMadeByServer, keyColumnsOf, rowsOf } from "./tsql.ts";

/** How a database can be used now: `online`, `absent`, or in a state in which nobody reads its own rows. */
export type DatabaseUse = "online" | "absent" | { readonly state: string };

/** Whether a database can be read, and is not a copy that is being restored. */
export async function useOf(sql: Sql, database: string): Promise<DatabaseUse> {
  const [found] = await sql.rows<{ state: string; isInStandby: number }>(databaseState(database));
  if (!found) return "absent";
  if (found.isInStandby === 1) return { state: "STANDBY" };
  return found.state === "ONLINE" ? "online" : { state: found.state };
}

interface CatalogColumn {
  readonly name: string;
  readonly type: string | null;
  readonly precision: number;
  readonly scale: number;
  readonly isIdentity: number;
  readonly isComputed: number;
}

/** The columns of a table that are kept, key columns marked. Throws a sentence where its rows could not be put back. */
export async function readColumns(sql: Sql, host: string, name: TableName): Promise<readonly Column[]> {
  const where = `${nameOf(name)} on ${host}`;
  const all = await sql.rows<CatalogColumn>(columnsOf(name));
  if (all.length === 0)
    throw new Error(
      `there is no table ${where}. Look for the two tables of your K2 in docs/k2.md, and name them under licence`,
    );
  const key = new Set(
    name.key ?? (await sql.rows<{ name: string }>(keyColumnsOf(name))).map((column) => column.name),
  );
  const absent = [...key].filter((k) => !all.some((c) => c.name === k));
  if (absent.length > 0)
    throw new Error(`${where} has no column ${absent.join(", ")}, which licence names as its key`);
  if (key.size === 0)
    throw new Error(
      `${where} has neither a primary key nor a unique index, so that nothing tells its rows apart. Name the columns that do: key: ["HostName"]`,
    );
  // What the server makes itself is its own affair: computed values, versions, and numbers by which no row is told apart.
  const columns = all
    .filter(
      (c) => c.isComputed === 0 && !isMadeByServer(c.type ?? "") && (c.isIdentity === 0 || key.has(c.name)),
    )
    .map((c): Column => ({
      name: c.name,
      type: c.type ?? "",
      precision: c.precision,
      scale: c.scale,
      isIdentity: c.isIdentity === 1,
      isKey: key.has(c.name),
    }));
  const made = [...key].filter((k) => !columns.some((c) => c.name === k));
  if (made.length > 0)
    throw new Error(
      `the key of ${where} has a column that the server computes (${made.join(", ")}). Name other columns that tell its rows apart: key: ["HostName"]`,
    );
  const odd = columns.filter((c) => !canKeep(c.type));
  if (odd.length > 0)
    throw new Error(
      `${where}: the type of column ${odd.map((c) => `${c.name} (${c.type === "" ? "a CLR type" : c.type})`).join(", ")} cannot be kept as text`,
    );
  return columns;
}

/** All rows of a table; `name` is what they are kept under, `from` the database they are read from. */
export async function readTable(
  sql: Sql,
  host: string,
  name: TableName,
  from = name.database,
): Promise<TableRows> {
  const source = { ...name, database: from };
  const columns = await readColumns(sql, host, source);
  const rows = await sql.rows<Readonly<Record<string, string | number | null>>>(rowsOf(source, columns));
  return {
    name,
    columns: [...columns],
    rows: rows.map((row) =>
      columns.map((_, i) => {
        const cell = row[`c${String(i)}`] ?? null;
        return cell === null ? null : String(cell);
      }),
    ),
  };
}
