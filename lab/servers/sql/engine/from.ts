import type { Expr, TableRef } from "./ast.ts";
import { compile, compileCondition, subquery } from "./compile.ts";
import { convert, keyOf } from "./convert.ts";
import { refuse } from "./errors.ts";
import { comparable } from "./operators.ts";
import type { Compiled, Env, Frame, Scope, Source } from "./scope.ts";
import { resolveTable } from "./sources.ts";
import { compileTableFunction } from "./table-functions.ts";
import type { SqlType, V } from "./types.ts";

/** What FROM gives: frames, one row of each of its sources. */
export interface From {
  readonly base: number;
  readonly width: number;
  readonly frames: (env: Env) => readonly Frame[];
}

/** Adds the sources of a table reference to the scope, left to right, and gives what produces their rows. */
export function compileFrom(ref: TableRef, scope: Scope): From {
  const base = scope.sources.length;
  switch (ref.kind) {
    case "join":
      return compileJoin(ref, scope);
    case "query": {
      const query = subquery(ref.query, scope);
      const columns = query.columns.map((column, i) => ({
        ...column,
        name: ref.columns?.[i] ?? column.name,
      }));
      return add(scope, { alias: ref.alias, path: [], columns }, (env) => query.run(env));
    }
    case "function": {
      const found = compileTableFunction(ref, scope);
      const columns = found.columns.map((column, i) => ({
        ...column,
        name: ref.columns?.[i] ?? column.name,
      }));
      return add(scope, { alias: ref.alias ?? ref.name.at(-1) ?? "", path: [], columns }, (env) =>
        found.run(env),
      );
    }
    case "variable": {
      const table = scope.context.tableVariables.get(ref.name.toLowerCase());
      if (!table) throw refuse(1087, ref.name);
      const columns = table.definition.columns.map(({ name, type }) => ({ name, type }));
      return add(scope, { alias: ref.alias ?? ref.name, path: [], columns }, () => table.rows);
    }
    case "table": {
      const named = ref.name.length === 1 ? scope.named.get((ref.name[0] ?? "").toLowerCase()) : undefined;
      const found = named ? named.compile(scope) : resolveTable(ref.name, scope.context);
      const source = {
        alias: ref.alias ?? ref.name.at(-1) ?? "",
        path: ref.alias === undefined ? ref.name : [],
        columns: found.columns,
      };
      const from = add(scope, source, () => found.run(undefined));
      return { ...from, base };
    }
  }
}

function add(scope: Scope, source: Source, rows: (env: Env) => readonly (readonly V[])[]): From {
  const base = scope.sources.length;
  scope.sources.push(source);
  return { base, width: 1, frames: (env) => rows(env).map((row) => [row]) };
}

function compileJoin(ref: Extract<TableRef, { kind: "join" }>, scope: Scope): From {
  const left = compileFrom(ref.left, scope);
  const right = compileFrom(ref.right, scope);
  const on = ref.on ? compileCondition(ref.on, scope) : undefined;
  const nothing = (from: From): Frame =>
    scope.sources.slice(from.base, from.base + from.width).map((source) => source.columns.map(() => null));
  const { base } = left;
  const pad: Frame = Array.from({ length: base }, () => []);
  const join = (a: Frame, b: Frame): Frame => [...a, ...b];
  const isApply = ref.type === "cross apply" || ref.type === "outer apply";
  const hash = ref.on && !isApply ? equality(ref.on, left, right, scope) : undefined;

  const frames = (env: Env): readonly Frame[] => {
    const envOf = (frame: Frame): Env => ({
      rows: base === 0 ? frame : [...pad, ...frame],
      parent: env.parent,
    });
    const lefts = left.frames(env);
    const result: Frame[] = [];
    const matched = new Set<Frame>();
    const rights = isApply ? [] : right.frames(env);
    const index = hash ? indexOf(rights, hash.right, right, env) : undefined;
    for (const a of lefts) {
      const candidates = isApply
        ? right.frames(envOf(a))
        : index && hash
          ? (index.get(hash.left(envOf(a))) ?? [])
          : rights;
      let isMatched = false;
      for (const b of candidates) {
        const frame = join(a, b);
        if (on && on.run(envOf(frame)) !== 1) continue;
        isMatched = true;
        matched.add(b);
        result.push(frame);
      }
      if (!isMatched && (ref.type === "left" || ref.type === "full" || ref.type === "outer apply"))
        result.push(join(a, nothing(right)));
    }
    if (ref.type === "right" || ref.type === "full")
      for (const b of rights) if (!matched.has(b)) result.push(join(nothing(left), b));
    return result;
  };
  return { base, width: left.width + right.width, frames };
}

type KeyOf = (env: Env) => string;
/** An equality in ON between the two sides: with it the right side is looked up and not searched. */
function equality(
  on: Expr,
  left: From,
  right: From,
  scope: Scope,
): { left: KeyOf; right: KeyOf } | undefined {
  if (on.kind !== "binary") return undefined;
  if (on.op === "AND") return equality(on.left, left, right, scope) ?? equality(on.right, left, right, scope);
  if (on.op !== "=" || on.left.kind !== "column" || on.right.kind !== "column") return undefined;
  const [a, b] = [on.left, on.right].map((side) => ({
    compiled: compile(side, scope),
    source: sourceOf(side, scope),
  }));
  if (!a || !b || a.source === undefined || b.source === undefined) return undefined;
  const inLeft = (source: number): boolean => source >= left.base && source < right.base;
  const type = comparable(a.compiled.type, b.compiled.type);
  const key = (compiled: Compiled): KeyOf => keyed(compiled, type);
  if (inLeft(a.source) && !inLeft(b.source) && b.source >= right.base)
    return { left: key(a.compiled), right: key(b.compiled) };
  if (inLeft(b.source) && !inLeft(a.source) && a.source >= right.base)
    return { left: key(b.compiled), right: key(a.compiled) };
  return undefined;
}
const keyed =
  (compiled: Compiled, type: SqlType): KeyOf =>
  (env) => {
    const value = compiled.run(env);
    return value === null ? "null never equals" : keyOf(convert(value, compiled.type, type));
  };
function sourceOf(expr: Extract<Expr, { kind: "column" }>, scope: Scope): number | undefined {
  const name = expr.parts.at(-1)?.toLowerCase();
  const alias = expr.parts.at(-2)?.toLowerCase();
  const found = scope.sources.flatMap((source, index) =>
    (alias === undefined || source.alias.toLowerCase() === alias) &&
    source.columns.some((c) => c.name.toLowerCase() === name)
      ? [index]
      : [],
  );
  return found.length === 1 ? found[0] : undefined;
}
function indexOf(rights: readonly Frame[], key: KeyOf, right: From, env: Env): Map<string, Frame[]> {
  const pad: Frame = Array.from({ length: right.base }, () => []);
  const index = new Map<string, Frame[]>();
  for (const frame of rights) {
    const at = key({ rows: [...pad, ...frame], parent: env.parent });
    const group = index.get(at) ?? [];
    group.push(frame);
    index.set(at, group);
  }
  return index;
}
