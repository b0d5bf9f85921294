import type { Expr } from "./ast.ts";
import { aggregateNames, compileAggregate } from "./aggregates.ts";
import { compareValues, convert } from "./convert.ts";
import { refuse, SqlError } from "./errors.ts";
import { compileFunction } from "./functions.ts";
import { arithmetic, as, comparable, comparison, likePattern, logic } from "./operators.ts";
import { compileQuery } from "./query.ts";
import { type Compiled, type CompiledQuery, type Env, Scope } from "./scope.ts";
import { boolean, common, isText, type SqlType, type V, plain } from "./types.ts";
import { compileWindow } from "./windows.ts";

/** Makes a function of an expression; names and types are checked here, as SQL Server does before it runs a statement. */
export function compile(expr: Expr, scope: Scope): Compiled {
  switch (expr.kind) {
    case "literal":
      return { type: expr.type, run: () => expr.value, constant: expr.value };
    case "column":
      return compileColumn(expr.parts, scope);
    case "variable":
      return compileVariable(expr.name, scope);
    case "unary":
      return compileUnary(expr.op, compile(expr.expr, scope));
    case "binary": {
      const [left, right] = [compile(expr.left, scope), compile(expr.right, scope)];
      if (expr.op === "AND" || expr.op === "OR") return logic(expr.op, asCondition(left), asCondition(right));
      if (["=", "<>", "<", ">", "<=", ">="].includes(expr.op)) return comparison(expr.op, left, right);
      return arithmetic(expr.op, left, right);
    }
    case "cast": {
      const inner = compile(expr.expr, scope);
      const style = expr.style
        ? Number(compile(expr.style, scope).run(emptyEnv) ?? 0)
        : inner.type.name === "varbinary" || inner.type.name === "float"
          ? 0
          : inner.type.name === "datetime2"
            ? 121
            : 0;
      const run = (env: Env): V => convert(inner.run(env), inner.type, expr.type, style);
      return { type: expr.type, run: expr.isTry ? attempt(run) : run };
    }
    case "case":
      return compileCase(expr, scope);
    case "query": {
      const query = subquery(expr.query, scope);
      if (query.columns.length !== 1) throw refuse(116);
      const type = query.columns[0]?.type ?? { name: "int" };
      const run = (env: Env): V => {
        const rows = query.run(env);
        if (rows.length > 1) throw refuse(512);
        return rows[0]?.[0] ?? null;
      };
      return { type, run };
    }
    case "exists": {
      const query = subquery(expr.query, scope);
      return { type: boolean, run: (env) => (query.run(env).length > 0 ? 1 : 0) };
    }
    case "in":
      return compileIn(expr, scope);
    case "between": {
      const value = compile(expr.expr, scope);
      const between = logic(
        "AND",
        comparison(">=", value, compile(expr.low, scope)),
        comparison("<=", value, compile(expr.high, scope)),
      );
      return expr.isNot ? not(between) : between;
    }
    case "like":
      return compileLike(expr, scope);
    case "null": {
      const value = compile(expr.expr, scope);
      return { type: boolean, run: (env) => ((value.run(env) === null) !== expr.isNot ? 1 : 0) };
    }
    case "call": {
      const name = expr.name.at(-1)?.toUpperCase() ?? "";
      if (expr.over) return compileWindow(expr, expr.over, scope);
      if (expr.name.length === 1 && aggregateNames.has(name)) return compileAggregate(expr, scope);
      return compileFunction(expr, scope);
    }
  }
}

export const emptyEnv: Env = { rows: [] };

/** A condition: what AND, WHERE or IF take. A value alone is error 4145. */
export function asCondition(expr: Compiled): Compiled {
  if (expr.type.name !== "boolean") throw refuse(4145, ")");
  return expr;
}
export function compileCondition(expr: Expr, scope: Scope): Compiled {
  return asCondition(compile(expr, scope));
}

const not = (expr: Compiled): Compiled => ({
  type: boolean,
  run: (env) => {
    const value = expr.run(env);
    return value === null ? null : 1 - Number(value);
  },
});

function attempt(run: (env: Env) => V): (env: Env) => V {
  return (env) => {
    try {
      return run(env);
    } catch (error) {
      if (
        error instanceof SqlError &&
        [241, 242, 244, 245, 248, 8114, 8115, 8169].includes(error.last.number)
      )
        return null;
      throw error;
    }
  };
}

function compileUnary(op: string, inner: Compiled): Compiled {
  if (op === "NOT") return not(asCondition(inner));
  if (op === "+") return inner;
  if (op === "~")
    return {
      type: inner.type,
      run: (env) =>
        inner.run(env) === null
          ? null
          : inner.type.name === "bit"
            ? 1 - Number(inner.run(env))
            : ~Number(inner.run(env)),
    };
  return arithmetic("-", { type: { name: "int" }, run: () => 0, constant: 0 }, inner);
}

/** A column by name: the innermost query that has it. */
function compileColumn(parts: readonly string[], scope: Scope): Compiled {
  const name = (parts.at(-1) ?? "").toLowerCase();
  const qualifier = parts.slice(0, -1).map((part) => part.toLowerCase());
  let depth = 0;
  for (let at: Scope | undefined = scope; at; at = at.parent, depth++) {
    const found: { source: number; column: number; type: SqlType }[] = [];
    at.sources.forEach((source, index) => {
      if (qualifier.length > 0 && !matches(source, qualifier)) return;
      const column = source.columns.findIndex((c) => c.name.toLowerCase() === name);
      const type = source.columns[column]?.type;
      if (type) found.push({ source: index, column, type });
    });
    if (found.length > 1) throw refuse(209, parts.at(-1) ?? "");
    const hit = found[0];
    if (!hit) continue;
    for (let inner: Scope | undefined = scope, up = depth; inner && up > 0; inner = inner.parent, up--)
      inner.readsOuter = true;
    return { type: hit.type, run: reader(depth, hit.source, hit.column) };
  }
  if (qualifier.length > 0) throw refuse(4104, parts.join("."));
  throw refuse(207, parts.join("."));
}
function matches(source: Scope["sources"][number], qualifier: readonly string[]): boolean {
  if (qualifier.length === 1 && source.alias.toLowerCase() === qualifier[0]) return true;
  if (source.path.length === 0) return false;
  const path = source.path.map((part) => part.toLowerCase()).slice(-qualifier.length);
  return qualifier.every((part, index) => part === path[index] || part === "");
}
function reader(depth: number, source: number, column: number): (env: Env) => V {
  if (depth === 0) return (env) => env.rows[source]?.[column] ?? null;
  return (env) => {
    let at: Env | undefined = env;
    for (let up = depth; up > 0; up--) at = at?.parent;
    return at?.rows[source]?.[column] ?? null;
  };
}

function compileVariable(name: string, scope: Scope): Compiled {
  if (name.startsWith("@@"))
    return compileFunction(
      { kind: "call", name: [name], args: [], isDistinct: false, isStar: false, line: 0 },
      scope,
    );
  const variable = scope.context.variables.get(name.toLowerCase());
  if (!variable) throw refuse(137, name);
  return { type: variable.type, run: () => variable.value };
}

function compileCase(expr: Extract<Expr, { kind: "case" }>, scope: Scope): Compiled {
  const input = expr.input ? compile(expr.input, scope) : undefined;
  const whens = expr.whens.map(([when, then]) => {
    const condition = compile(when, scope);
    return [
      input ? comparison("=", input, condition) : asCondition(condition),
      compile(then, scope),
    ] as const;
  });
  const otherwise = expr.otherwise ? compile(expr.otherwise, scope) : undefined;
  const type = widest([...whens.map(([, then]) => then), ...(otherwise ? [otherwise] : [])]);
  const thens = whens.map(([when, then]) => [when, as(then, type)] as const);
  const last = otherwise ? as(otherwise, type) : undefined;
  return {
    type,
    run: (env) => {
      for (const [when, then] of thens) if (when.run(env) === 1) return then.run(env);
      return last ? last.run(env) : null;
    },
  };
}

/** The type that several values share; NULL literals have no say. */
export function widest(all: readonly Compiled[]): SqlType {
  const typed = all.filter((item) => item.constant !== null);
  const first = (typed.length > 0 ? typed : all)[0]?.type ?? { name: "int" };
  return typed.reduce((type, item) => common(type, item.type), first);
}

/** A subquery; one that reads nothing of the outer query runs once. */
export function subquery(query: Parameters<typeof compileQuery>[0], scope: Scope): CompiledQuery {
  const inner = new Scope(scope.context, scope);
  const compiled = compileQuery(query, inner);
  if (inner.readsOuter)
    return { columns: compiled.columns, run: (env) => compiled.run({ rows: [], parent: env }) };
  let kept: readonly (readonly V[])[] | undefined;
  return { columns: compiled.columns, run: () => (kept ??= compiled.run(undefined)) };
}

function compileIn(expr: Extract<Expr, { kind: "in" }>, scope: Scope): Compiled {
  const value = compile(expr.expr, scope);
  let result: Compiled;
  if (expr.query) {
    const query = subquery(expr.query, scope);
    const column = query.columns[0];
    if (!column || query.columns.length !== 1) throw refuse(116);
    const type = comparable(value.type, column.type);
    const left = as(value, type);
    result = {
      type: boolean,
      run: (env) => {
        const x = left.run(env);
        let isUnknown = false;
        for (const row of query.run(env)) {
          const y = convert(row[0] ?? null, column.type, type);
          if (y === null || x === null) isUnknown = true;
          else if (compareValues(x, y) === 0) return 1;
        }
        return isUnknown ? null : 0;
      },
    };
  } else {
    const items = (expr.list ?? []).map((item) => comparison("=", value, compile(item, scope)));
    result = items.reduce((all, item) => logic("OR", all, item), { type: boolean, run: () => 0 });
  }
  return expr.isNot ? not(result) : result;
}

function compileLike(expr: Extract<Expr, { kind: "like" }>, scope: Scope): Compiled {
  const text: SqlType = { name: "nvarchar" };
  const value = compile(expr.expr, scope);
  const [subject, pattern] = [as(value, text), as(compile(expr.pattern, scope), text)];
  if (!isText(value.type) && value.type.name === "varbinary") throw refuse(8116, "varbinary", "1", "like");
  const escape = expr.escape ? as(compile(expr.escape, scope), text) : undefined;
  let last: { pattern: V; expression: RegExp } | undefined;
  const like: Compiled = {
    type: boolean,
    run: (env) => {
      const [x, y] = [subject.run(env), pattern.run(env)];
      if (x === null || y === null) return null;
      if (last?.pattern !== y)
        last = {
          pattern: y,
          expression: likePattern(plain(y), escape ? plain(escape.run(env)) : undefined),
        };
      return last.expression.test(plain(x)) ? 1 : 0;
    },
  };
  return expr.isNot ? not(like) : like;
}
