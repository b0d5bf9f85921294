import type { Expr, TableRef } from "./ast.ts";
import type { Frame } from "./batch.ts";
import { emitOutput } from "./change-output.ts";
import { compile, compileCondition, emptyEnv } from "./compile.ts";
import { refuse } from "./errors.ts";
import { evaluateInt } from "./evaluate.ts";
import type { Done } from "./execute.ts";
import { compileFrom } from "./from.ts";
import { isDefault } from "./insert.ts";
import { type Compiled, type Env, Scope } from "./scope.ts";
import { findTable } from "./sources.ts";
import type { DeleteStatement, Statement, UpdateStatement } from "./statements.ts";
import type { Key } from "./store.ts";
import { checkReferences, finishRow, fitted, type Target, targetOf } from "./tables.ts";

/** The rows of a change: keys of the target with the environment in which SET and WHERE see them. */
function changed(
  ref: TableRef,
  from: TableRef | undefined,
  where: Expr | undefined,
  target: Target,
  scope: Scope,
): { key: Key; env: Env }[] {
  const condition = (): Compiled | undefined => (where ? compileCondition(where, scope) : undefined);
  const targetRows = target.rows();
  if (!from) {
    scope.sources.push({
      alias: target.title,
      path: ref.kind === "table" ? ref.name : [],
      columns: target.columns,
    });
    const test = condition();
    return targetRows.flatMap(([key, row]) => {
      const env = { rows: [row] };
      return !test || test.run(env) === 1 ? [{ key, env }] : [];
    });
  }
  const source = compileFrom(from, scope);
  const test = condition();
  const name = ref.kind === "table" ? (ref.name.at(-1) ?? "") : ref.kind === "variable" ? ref.name : "";
  const at = scope.sources.findIndex(
    (s) =>
      s.alias.toLowerCase() === name.toLowerCase() || s.path.at(-1)?.toLowerCase() === name.toLowerCase(),
  );
  const keys = new Map(targetRows.map(([key, row]) => [row, key]));
  const seen = new Set<Key>();
  return source.frames(emptyEnv).flatMap((rows) => {
    const key = keys.get(rows[at] ?? []);
    const env = { rows };
    if (key === undefined || seen.has(key) || (test && test.run(env) !== 1)) return [];
    seen.add(key);
    return [{ key, env }];
  });
}
/** UPDATE t ... FROM x t: the alias stands for its table. */
function aliased(ref: TableRef, from: TableRef | undefined): TableRef {
  if (ref.kind !== "table" || ref.name.length !== 1 || !from) return ref;
  const wanted = ref.name[0]?.toLowerCase();
  const search = (at: TableRef): TableRef | undefined => {
    if (at.kind === "join") return search(at.left) ?? search(at.right);
    return (at.kind === "table" || at.kind === "variable") && at.alias?.toLowerCase() === wanted
      ? at
      : undefined;
  };
  return search(from) ?? ref;
}

export function executeUpdate(statement: UpdateStatement, frame: Frame): Done {
  const target = targetOf(aliased(statement.target, statement.from), frame, "UPDATE");
  const scope = new Scope(frame);
  const rows = changed(statement.target, statement.from, statement.where, target, scope);
  const sets = statement.sets.map(({ column, variable, expr }) => {
    const at =
      column === undefined
        ? -1
        : target.columns.findIndex((c) => c.name.toLowerCase() === column.toLowerCase());
    if (column !== undefined && at < 0) throw refuse(207, column);
    if (at >= 0 && target.columns[at]?.identity) throw refuse(8102, column ?? "");
    if (at >= 0 && (target.columns[at]?.computed ?? target.columns[at]?.type.name === "rowversion"))
      throw refuse(271, column ?? "");
    const fallback = target.columns[at]?.default;
    return {
      at,
      variable,
      compiled: compile(
        isDefault(expr) ? (fallback ?? { kind: "literal", value: null, type: { name: "int" } }) : expr,
        scope,
      ),
    };
  });
  const limit = statement.top ? evaluateInt(statement.top, frame) : rows.length;
  const current = new Map(target.rows());
  const changes = rows.slice(0, limit).map(({ key, env }) => {
    const before = current.get(key) ?? [];
    const after = [...before];
    for (const { at, variable, compiled } of sets) {
      const value = compiled.run(env);
      const column = target.columns[at];
      if (column) after[at] = fitted(value, compiled.type, column, target, frame);
      const assigned = variable === undefined ? undefined : frame.variables.get(variable.toLowerCase());
      if (assigned) assigned.value = value;
    }
    return { key, before, after };
  });
  for (const change of changes) current.set(change.key, change.after);
  const all = [...current];
  for (const change of changes) {
    finishRow(
      change.after,
      target,
      frame,
      "UPDATE",
      change.key,
      target.keys.some((key) => key.isUnique) ? all : [],
    );
    checkReferences(target, change.before, change.after, "UPDATE");
    target.put(change.key, change.after);
  }
  if (statement.output)
    emitOutput(
      statement.output,
      target,
      changes.map(({ before, after }) => ({ deleted: before, inserted: after })),
      frame,
    );
  return { command: 197, rows: changes.length };
}

export function executeDelete(statement: DeleteStatement, frame: Frame): Done {
  const target = targetOf(aliased(statement.target, statement.from), frame, "DELETE");
  const rows = changed(statement.target, statement.from, statement.where, target, new Scope(frame));
  const all = new Map(target.rows());
  const keys = rows
    .slice(0, statement.top ? evaluateInt(statement.top, frame) : rows.length)
    .map((row) => row.key);
  const before = keys.map((key) => all.get(key) ?? []);
  for (const row of before) checkReferences(target, row, undefined, "DELETE");
  // From the end, so that positions of a table variable stay true.
  for (const key of keys.toReversed()) target.put(key, undefined);
  if (statement.output)
    emitOutput(
      statement.output,
      target,
      before.map((row) => ({ deleted: row })),
      frame,
    );
  return { command: 196, rows: keys.length };
}

export function executeTruncate(statement: Extract<Statement, { kind: "truncate" }>, frame: Frame): Done {
  const found = findTable(statement.table, frame);
  if (!found) throw refuse(4701, statement.table.at(-1) ?? "");
  const target = targetOf({ kind: "table", name: statement.table, line: statement.line }, frame, "DELETE");
  if (
    found.database
      .tables()
      .some((table) =>
        table.keys.some(
          (key) =>
            key.kind === "foreign" &&
            key.references?.table.at(-1)?.toLowerCase() === found.table.name.toLowerCase(),
        ),
      )
  )
    throw refuse(4712, found.table.name);
  for (const [key] of target.rows()) target.put(key, undefined);
  target.identity = undefined;
  return { command: 200 };
}
