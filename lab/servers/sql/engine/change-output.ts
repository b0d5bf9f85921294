import type { Frame } from "./batch.ts";
import { compile } from "./compile.ts";
import { wireValue } from "./convert.ts";
import { type Compiled, Scope } from "./scope.ts";
import type { Output } from "./statements.ts";
import { fitted, type Target, targetOf } from "./tables.ts";
import { nvarcharMax, type V, wireColumn } from "./types.ts";

/** OUTPUT inserted.x, deleted.y [INTO t]. */
export function emitOutput(
  output: Output,
  target: Target,
  rows: readonly { inserted?: readonly V[]; deleted?: readonly V[] }[],
  frame: Frame,
): void {
  const scope = new Scope(frame);
  scope.sources.push(
    { alias: "inserted", path: [], columns: target.columns },
    { alias: "deleted", path: [], columns: target.columns },
  );
  const nothing = target.columns.map(() => null);
  const items = output.items.flatMap((item): { name: string; compiled: Compiled }[] => {
    if (item.star) {
      const source = item.star[0]?.toLowerCase() === "deleted" ? 1 : 0;
      return target.columns.map((column, i) => ({
        name: column.name,
        compiled: { type: column.type, run: (env) => env.rows[source]?.[i] ?? null },
      }));
    }
    if (!item.expr) return [];
    return [
      {
        name: item.alias ?? (item.expr.kind === "column" ? (item.expr.parts.at(-1) ?? "") : ""),
        compiled: compile(item.expr, scope),
      },
    ];
  });
  const values = rows.map((row) =>
    items.map(({ compiled }) => compiled.run({ rows: [row.inserted ?? nothing, row.deleted ?? nothing] })),
  );
  if (output.into) {
    const into = targetOf(output.into, frame, "INSERT");
    const columns = into.columns.filter((column) => !column.identity && !column.computed);
    for (const row of values)
      into.add(
        into.columns.map((column) => {
          const at = columns.indexOf(column);
          return at < 0
            ? null
            : fitted(row[at] ?? null, items[at]?.compiled.type ?? nvarcharMax, column, into, frame);
        }),
      );
    return;
  }
  frame.emit({
    kind: "columns",
    columns: items.map(({ name, compiled }) => wireColumn(name, compiled.type)),
  });
  for (const row of values)
    frame.emit({
      kind: "row",
      values: row.map((value, i) => wireValue(value, items[i]?.compiled.type ?? nvarcharMax)),
    });
}
