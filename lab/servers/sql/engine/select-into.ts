import type { Query } from "./ast.ts";
import type { Frame } from "./batch.ts";
import { refuse } from "./errors.ts";
import { createTable } from "./execute-definitions.ts";
import type { Done } from "./execute.ts";
import { compileQuery } from "./query.ts";
import { Scope } from "./scope.ts";
import { findTable } from "./sources.ts";
import { storedTarget } from "./tables.ts";

/** SELECT ... INTO: a new table with the columns of the result. */
export function selectInto(query: Query, into: readonly string[], frame: Frame): Done {
  const compiled = compileQuery(query, new Scope(frame));
  const rows = compiled.run(undefined);
  const names = compiled.columns.map((column, i) => {
    if (column.name === "") throw refuse(1038, i + 1);
    return column.name;
  });
  const columns = compiled.columns.map((column, i) => ({
    name: names[i] ?? "",
    type: column.type.name === "rowversion" ? { name: "binary" as const, length: 8 } : column.type,
    typeName: column.type.name,
  }));
  createTable(into, { columns, keys: [] }, frame);
  const found = findTable(into, frame);
  if (found) {
    const target = storedTarget(found.database, found.table, frame);
    for (const row of rows) target.add(row);
  }
  return { command: 193, rows: rows.length };
}
