import type { Expr, Query, QueryBody, Select, SelectItem } from "./ast.ts";
import { compile, compileCondition, emptyEnv, widest } from "./compile.ts";
import { compareValues, convert, keyOf } from "./convert.ts";
import { refuse } from "./errors.ts";
import { formatFor } from "./for-clause.ts";
import { withCtes } from "./ctes.ts";
import { compileFrom } from "./from.ts";
import { as } from "./operators.ts";
import {
  type Compiled,
  type CompiledQuery,
  type Env,
  type Frame,
  type NamedQuery,
  Scope,
  type SourceColumn,
} from "./scope.ts";
import { common, type V } from "./types.ts";

export type Rows = readonly (readonly V[])[];
type Output = SourceColumn & { readonly compiled: Compiled; readonly variable?: string };

/** A whole query. `outer` is the scope around it: names that the query itself does not have are looked up there. */
export function compileQuery(query: Query, outer: Scope): CompiledQuery {
  const named = query.ctes.length > 0 ? withCtes(query.ctes, outer) : outer.named;
  const scoped = query.ctes.length > 0 ? new Scope(outer.context, outer.parent, named) : outer;
  const inner = compileOrdered(query, scoped, named);
  if (scoped !== outer && scoped.readsOuter) outer.readsOuter = true;
  return query.forClause ? formatFor(query.forClause, inner) : inner;
}

function compileOrdered(query: Query, outer: Scope, named: ReadonlyMap<string, NamedQuery>): CompiledQuery {
  const limits = {
    offset: query.offset ? count(query.offset, outer) : undefined,
    fetch: query.fetch ? count(query.fetch, outer) : undefined,
  };
  const cut = (rows: Rows): Rows => {
    const from = limits.offset?.() ?? 0;
    const to = limits.fetch ? from + limits.fetch() : undefined;
    return from === 0 && to === undefined ? rows : rows.slice(from, to);
  };
  if (query.body.kind === "select") {
    const select = compileSelect(query.body, query.orderBy, outer, named);
    return { columns: select.columns, run: (env) => cut(select.run(env)) };
  }
  const body = compileBody(query.body, outer, named);
  const order = query.orderBy.map(({ expr, isDescending }) => {
    const index =
      expr.kind === "literal"
        ? Number(expr.value) - 1
        : expr.kind === "column"
          ? body.columns.findIndex((c) => c.name.toLowerCase() === expr.parts.at(-1)?.toLowerCase())
          : -1;
    if (!body.columns[index]) throw refuse(104);
    return { index, sign: isDescending ? -1 : 1 };
  });
  return {
    columns: body.columns,
    run: (env) => {
      const rows = body.run(env);
      if (order.length === 0) return cut(rows);
      return cut(
        rows.toSorted((a, b) =>
          firstOf(order.map(({ index, sign }) => sign * compareValues(a[index] ?? null, b[index] ?? null))),
        ),
      );
    },
  };
}
const firstOf = (orders: readonly number[]): number => orders.find((order) => order !== 0) ?? 0;

function count(expr: Expr, scope: Scope): () => number {
  const compiled = compile(expr, new Scope(scope.context));
  return () => Number(compiled.run(emptyEnv) ?? 0);
}

/** A SELECT, VALUES or set operation, without ORDER BY. */
export function compileBody(
  body: QueryBody,
  outer: Scope,
  named: ReadonlyMap<string, NamedQuery>,
): CompiledQuery {
  switch (body.kind) {
    case "select":
      return compileSelect(body, [], outer, named);
    case "nested":
      return compileQuery(body.query, outer);
    case "values":
      return compileValues(body.rows, outer);
    case "set":
      return compileSet(body.op, compileBody(body.left, outer, named), compileBody(body.right, outer, named));
  }
}

function compileValues(rows: readonly (readonly Expr[])[], outer: Scope): CompiledQuery {
  const scope = new Scope(outer.context, outer);
  const compiled = rows.map((row) => row.map((expr) => compile(expr, scope)));
  const width = compiled[0]?.length ?? 0;
  if (compiled.some((row) => row.length !== width)) throw refuse(10709);
  const types = Array.from({ length: width }, (_, i) => widest(compiled.flatMap((row) => row[i] ?? [])));
  const cells = compiled.map((row) => row.map((cell, i) => as(cell, types[i] ?? cell.type)));
  return {
    columns: types.map((type, i) => ({ name: `Column${i + 1}`, type })),
    run: (env) => cells.map((row) => row.map((cell) => cell.run({ rows: [], parent: env }))),
  };
}

function compileSet(op: string, left: CompiledQuery, right: CompiledQuery): CompiledQuery {
  if (left.columns.length !== right.columns.length) throw refuse(205);
  const columns = left.columns.map((column, i) => ({
    name: column.name,
    type: common(column.type, right.columns[i]?.type ?? column.type),
  }));
  const shaped = (query: CompiledQuery, env: Env | undefined): Rows =>
    query
      .run(env)
      .map((row) =>
        row.map((value, i) =>
          convert(value, query.columns[i]?.type ?? { name: "int" }, columns[i]?.type ?? { name: "int" }),
        ),
      );
  return {
    columns,
    run: (env) => {
      const [a, b] = [shaped(left, env), shaped(right, env)];
      if (op === "UNION ALL") return [...a, ...b];
      if (op === "UNION") return distinct([...a, ...b]);
      const keys = new Set(b.map(rowKey));
      return distinct(a).filter((row) => keys.has(rowKey(row)) === (op === "INTERSECT"));
    },
  };
}
const rowKey = (row: readonly V[]): string => row.map(keyOf).join("\u0000");
function distinct(rows: Rows): Rows {
  return [...new Map(rows.map((row) => [rowKey(row), row] as const).reverse()).values()].reverse();
}

function compileSelect(
  select: Select,
  orderBy: Query["orderBy"],
  outer: Scope,
  named: ReadonlyMap<string, NamedQuery>,
): CompiledQuery {
  const scope = new Scope(outer.context, outer, named);
  const from = select.from ? compileFrom(select.from, scope) : undefined;
  const where = select.where ? compileCondition(select.where, scope) : undefined;
  const groupBy = select.groupBy?.map((expr) => compile(expr, scope));
  const outputs = select.items.flatMap((item) => compileItem(item, scope));
  const having = select.having ? compileCondition(select.having, scope) : undefined;
  const order = orderBy.map(({ expr, isDescending }) => ({
    by: orderKey(expr, outputs, scope),
    sign: isDescending ? -1 : 1,
  }));
  const top = select.top ? count(select.top.expr, scope) : undefined;
  const isGrouped = groupBy !== undefined || scope.hasAggregate || having !== undefined;

  const run = (parent: Env | undefined): Rows => {
    const base = (rows: Frame): Env => ({ rows, parent });
    const frames = from ? from.frames({ rows: [], parent }) : [[]];
    let envs: Env[] = frames.map(base);
    if (where) envs = envs.filter((env) => where.run(env) === 1);
    if (isGrouped) envs = grouped(envs, groupBy, scope, parent);
    if (having) envs = envs.filter((env) => having.run(env) === 1);
    if (scope.windows.length > 0) {
      const values = scope.windows.map((window) => window.compute(envs));
      envs = envs.map((env, row) => ({ ...env, windowValues: values.map((column) => column[row] ?? null) }));
    }
    let projected = envs.map((env) => ({ env, row: project(outputs, env, scope) }));
    if (select.isDistinct)
      projected = [
        ...new Map(projected.map((p) => [rowKey(p.row), p] as const).reverse()).values(),
      ].reverse();
    if (order.length > 0) {
      const keyed = projected.map((p) => ({ ...p, keys: order.map(({ by }) => by(p.env, p.row)) }));
      projected = keyed.toSorted((a, b) =>
        firstOf(order.map(({ sign }, i) => sign * compareValues(a.keys[i] ?? null, b.keys[i] ?? null))),
      );
    }
    const limit = top
      ? select.top?.isPercent
        ? Math.ceil((projected.length * top()) / 100)
        : top()
      : undefined;
    return (limit === undefined ? projected : projected.slice(0, limit)).map((p) => p.row);
  };
  return { columns: outputs.map(({ name, type }) => ({ name, type })), run };
}

function project(outputs: readonly Output[], env: Env, scope: Scope): readonly V[] {
  return outputs.map((output) => {
    const value = output.compiled.run(env);
    const variable =
      output.variable === undefined ? undefined : scope.context.variables.get(output.variable.toLowerCase());
    if (variable) variable.value = convert(value, output.type, variable.type);
    return value;
  });
}

function compileItem(item: SelectItem, scope: Scope): Output[] {
  if (item.star) return expandStar(item.star, scope);
  if (!item.expr) return [];
  const compiled = compile(item.expr, scope);
  if (compiled.type.name === "boolean") throw refuse(102, "=");
  const name = item.alias ?? (item.expr.kind === "column" ? (item.expr.parts.at(-1) ?? "") : "");
  if (item.variable !== undefined && !scope.context.variables.has(item.variable.toLowerCase()))
    throw refuse(137, item.variable);
  return [
    {
      name,
      type: compiled.type,
      compiled,
      ...(item.variable === undefined ? {} : { variable: item.variable }),
    },
  ];
}

function expandStar(qualifier: readonly string[], scope: Scope): Output[] {
  const wanted = qualifier.at(-1)?.toLowerCase();
  const outputs = scope.sources.flatMap((source, index): Output[] => {
    if (
      wanted !== undefined &&
      source.alias.toLowerCase() !== wanted &&
      source.path.at(-1)?.toLowerCase() !== wanted
    )
      return [];
    return source.columns.map(({ name, type }, column) => ({
      name,
      type,
      compiled: { type, run: (env) => env.rows[index]?.[column] ?? null },
    }));
  });
  if (outputs.length === 0) throw wanted === undefined ? refuse(263) : refuse(107, qualifier.join("."));
  return outputs;
}

/** What ORDER BY sorts by: a position, an alias of the select list, or an expression. */
function orderKey(expr: Expr, outputs: readonly Output[], scope: Scope): (env: Env, row: readonly V[]) => V {
  if (expr.kind === "literal" && typeof expr.value === "number") {
    const index = expr.value - 1;
    if (!outputs[index]) throw refuse(108, expr.value);
    return (_, row) => row[index] ?? null;
  }
  if (expr.kind === "column" && expr.parts.length === 1) {
    const index = outputs.findIndex((output) => output.name.toLowerCase() === expr.parts[0]?.toLowerCase());
    if (index >= 0) return (_, row) => row[index] ?? null;
  }
  const compiled = compile(expr, scope);
  return (env) => compiled.run(env);
}

function grouped(
  envs: readonly Env[],
  groupBy: readonly Compiled[] | undefined,
  scope: Scope,
  parent: Env | undefined,
): Env[] {
  if (!groupBy || groupBy.length === 0) {
    const rows = envs[0]?.rows ?? scope.sources.map((source) => source.columns.map(() => null));
    return [{ rows, parent, group: envs.map((env) => env.rows) }];
  }
  const groups = new Map<string, Env[]>();
  for (const env of envs) {
    const key = groupBy.map((by) => keyOf(by.run(env))).join("\u0000");
    const group = groups.get(key) ?? [];
    group.push(env);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({
    rows: group[0]?.rows ?? [],
    parent,
    group: group.map((env) => env.rows),
  }));
}
