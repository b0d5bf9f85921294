import type { Context } from "./context.ts";
import type { Table } from "./database.ts";
import { evaluate } from "./evaluate.ts";
import { convert } from "./convert.ts";
import { message, refuse, refuseWith } from "./errors.ts";
import { addKeys, mustFind, typed } from "./execute-definitions.ts";
import type { Statement } from "./statements.ts";
import { storedColumns } from "./tables.ts";
import type { V } from "./types.ts";

/** ALTER TABLE: columns and constraints added, dropped, changed. */
export function executeAlterTable(
  statement: Extract<Statement, { kind: "alter table" }>,
  context: Context,
): void {
  const { database, table } = mustFind(statement.name, context, 4902);
  const put = (value: Table): void => context.transaction.put(database, "tables", table.id, value);
  const rewrite = (work: (row: readonly V[]) => V[]): void => {
    for (const [key, row] of [...database.rows(table)])
      context.transaction.put(database, `rows/${table.id}`, key, work(row));
  };
  if (statement.add) {
    const last = Math.max(0, ...table.columns.map((column) => column.id));
    const whole = typed(
      { columns: [...table.columns, ...statement.add.columns], keys: statement.add.keys },
      context,
    );
    const added = storedColumns(
      { columns: whole.columns.slice(table.columns.length), keys: statement.add.keys },
      last + 1,
    );
    for (const column of added) {
      if (table.columns.some((c) => c.name.toLowerCase() === column.name.toLowerCase()))
        throw refuse(2705, column.name, table.name);
      const needsValue =
        !column.isNullable &&
        !column.default &&
        !column.identity &&
        !column.computed &&
        column.type.name !== "rowversion";
      if (needsValue && database.rows(table).size > 0) throw refuse(4901, column.name, table.name);
    }
    const changed = { ...table, columns: [...table.columns, ...added] };
    put(changed);
    let identity = 0;
    rewrite((row) => [
      ...row,
      ...added.map((column) =>
        column.identity
          ? column.identity.seed + identity++ * column.identity.increment
          : column.default && !column.isNullable
            ? evaluate(column.default, context, column.type)
            : null,
      ),
    ]);
    if (identity > 0) context.transaction.put(database, "identity", table.id, identity);
    addKeys(database, changed, statement.add.keys, context);
    return;
  }
  if (statement.alter) {
    const at = table.columns.findIndex(
      (column) => column.name.toLowerCase() === statement.alter?.name.toLowerCase(),
    );
    const old = table.columns[at];
    if (!old) throw refuse(4924, "ALTER COLUMN", statement.alter.name, table.name);
    const { type, typeName, isNullable = true } = statement.alter;
    put({
      ...table,
      columns: table.columns.map((column) =>
        column === old ? { ...old, type, typeName, isNullable } : column,
      ),
    });
    rewrite((row) =>
      row.map((value, i) => {
        if (i === at && value === null && !isNullable)
          throw refuse(515, old.name, `${database.name}.${table.schema}.${table.name}`, "UPDATE");
        return i === at ? convert(value, old.type, type) : value;
      }),
    );
    return;
  }
  if (statement.drop) {
    let current = table;
    for (const name of statement.drop.names) {
      const lower = name.toLowerCase();
      if (statement.drop.what === "constraint") {
        if (!current.keys.some((key) => key.name.toLowerCase() === lower)) {
          if (statement.drop.ifExists) continue;
          throw refuseWith(message(3728, name), message(3727));
        }
        current = { ...current, keys: current.keys.filter((key) => key.name.toLowerCase() !== lower) };
        continue;
      }
      const at = current.columns.findIndex((column) => column.name.toLowerCase() === lower);
      if (at < 0) {
        if (statement.drop.ifExists) continue;
        throw refuse(4924, "DROP COLUMN", name, table.name);
      }
      current = { ...current, columns: current.columns.filter((_, i) => i !== at) };
      rewrite((row) => row.filter((_, i) => i !== at));
    }
    put(current);
  }
}
