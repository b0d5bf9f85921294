import type { Cte } from "./ast.ts";
import { convert } from "./convert.ts";
import { refuse } from "./errors.ts";
import { compileBody, compileQuery, type Rows } from "./query.ts";
import { type CompiledQuery, type NamedQuery, Scope } from "./scope.ts";

/** Common table expressions; each sees those before it, and itself where it recurs. */
export function withCtes(ctes: readonly Cte[], outer: Scope): ReadonlyMap<string, NamedQuery> {
  const named = new Map(outer.named);
  for (const cte of ctes) {
    const before = new Map(named);
    named.set(cte.name.toLowerCase(), {
      compile: () => renamed(compileCte(cte, new Scope(outer.context, undefined, before)), cte.columns),
    });
  }
  return named;
}
function renamed(query: CompiledQuery, names: readonly string[] | undefined): CompiledQuery {
  return names
    ? { ...query, columns: query.columns.map((column, i) => ({ ...column, name: names[i] ?? column.name })) }
    : query;
}
function compileCte(cte: Cte, scope: Scope): CompiledQuery {
  const body = cte.query.body;
  if (body.kind !== "set" || body.op !== "UNION ALL") return once(compileQuery(cte.query, scope));
  const anchor = renamed(compileBody(body.left, scope, scope.named), cte.columns);
  let current: Rows = [];
  const recursion = { isUsed: false };
  const self: NamedQuery = {
    compile: () => {
      recursion.isUsed = true;
      return { columns: anchor.columns, run: () => current };
    },
  };
  const inner = new Scope(
    scope.context,
    undefined,
    new Map([...scope.named, [cte.name.toLowerCase(), self]]),
  );
  const step = compileBody(body.right, inner, inner.named);
  if (!recursion.isUsed) return once(compileQuery(cte.query, scope));
  const shaped = (rows: Rows): Rows =>
    rows.map((row) =>
      row.map((value, i) =>
        convert(value, step.columns[i]?.type ?? { name: "int" }, anchor.columns[i]?.type ?? { name: "int" }),
      ),
    );
  return once({
    columns: anchor.columns,
    run: () => {
      const all = [...anchor.run(undefined)];
      current = all;
      for (let round = 0; current.length > 0; round++) {
        if (round > 100) throw refuse(530, 100);
        current = shaped(step.run(undefined));
        all.push(...current);
      }
      return all;
    },
  });
}
function once(query: CompiledQuery): CompiledQuery {
  let kept: Rows | undefined;
  return { columns: query.columns, run: () => (kept ??= query.run(undefined)) };
}
