import type { Expr, TableRef } from "./ast.ts";
import { type Frame, newFrame } from "./batch.ts";
import { compile, compileCondition, emptyEnv } from "./compile.ts";
import { engineValue, wireValue } from "./convert.ts";
import { refuse } from "./errors.ts";
import { evaluateInt } from "./evaluate.ts";
import { execute, type Done, type Executed } from "./execute.ts";
import { compileFrom } from "./from.ts";
import { compileQuery } from "./query.ts";
import { type Compiled, type Env, Scope } from "./scope.ts";
import { findTable } from "./sources.ts";
import type { DeleteStatement, InsertStatement, Output, Statement, UpdateStatement } from "./statements.ts";
import type { Key } from "./store.ts";
import { checkReferences, finishRow, fitted, type Target, targetOf } from "./tables.ts";
import { nvarcharMax, type SqlType, type V, wireColumn } from "./types.ts";

type Rows = { readonly columns: readonly { readonly type: SqlType }[]; readonly rows: readonly (readonly V[])[] };
const isDefault = (expr: Expr | undefined): boolean => expr?.kind === "column" && expr.parts[0] === "DEFAULT" && expr.line === 0;

/** INSERT of values, of a query, of what a procedure or a statement gives. */
export async function executeInsert(statement: InsertStatement, frame: Frame): Executed {
  const source = statement.exec ? await gather(statement.exec, frame) : undefined;
  const target = targetOf(statement.target, frame, "INSERT");
  const { isIdentityGiven, columns } = insertColumns(statement, target, frame);
  const given = source ?? insertRows(statement, frame);
  if (given.columns.length !== columns.length && statement.query) {
    const isValues = statement.query.body.kind === "values";
    if (!statement.columns) throw refuse(213);
    throw refuse(given.columns.length < columns.length ? (isValues ? 109 : 120) : isValues ? 110 : 121);
  }
  if (source && source.rows.length > 0 && given.columns.length !== columns.length) throw refuse(213);
  const existing = target.rows();
  const inserted: V[][] = [];
  const values = statement.query?.body.kind === "values" ? statement.query.body.rows : [];
  const rows = statement.query || statement.exec ? given.rows : [[]];
  rows.forEach((row, rowIndex) => {
    const full: V[] = target.columns.map(() => null);
    target.columns.forEach((column, i) => {
      const at = columns.indexOf(i);
      const isLeftOut = at < 0 || isDefault(values[rowIndex]?.[at]) || !(statement.query || statement.exec);
      if (column.identity && !isIdentityGiven) full[i] = fitted(nextIdentity(target, column.identity), { name: "bigint" }, column, target, frame);
      else if (!isLeftOut) full[i] = fitted(row[at] ?? null, given.columns[at]?.type ?? nvarcharMax, column, target, frame);
      else if (column.default) full[i] = defaultValue(column.default, column, target, frame);
      if (column.identity && isIdentityGiven) target.identity = Math.max(target.identity ?? 0, Number(full[i]));
    });
    const finished = finishRow(full, target, frame, "INSERT", undefined, existing);
    target.add(finished);
    existing.push([`new ${rowIndex}`, finished]);
    inserted.push(finished);
  });
  const identity = target.columns.findIndex((column) => column.identity);
  if (identity >= 0 && inserted.length > 0) frame.session.lastIdentity = Number(inserted.at(-1)?.[identity]);
  if (statement.output) emitOutput(statement.output, target, inserted.map((row) => ({ inserted: row })), frame);
  return { command: 195, rows: inserted.length };
}

function insertColumns(statement: InsertStatement, target: Target, frame: Frame): { isIdentityGiven: boolean; columns: number[] } {
  const writable = target.columns.flatMap((column, i) => (column.computed ?? (column.type.name === "rowversion" ? true : undefined) ? [] : [i]));
  const isOn = target.stored !== undefined && frame.session.options.identityInsert?.id === target.stored.table.id;
  if (!statement.columns) {
    if (isOn && target.columns.some((column) => column.identity)) throw refuse(8101, target.title);
    return { isIdentityGiven: false, columns: writable.filter((i) => !target.columns[i]?.identity) };
  }
  const columns = statement.columns.map((name) => {
    const at = target.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (at < 0) throw refuse(207, name);
    return at;
  });
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw refuse(264, target.columns[twice]?.name ?? "");
  for (const at of columns) {
    const column = target.columns[at];
    if (column?.computed) throw refuse(271, column.name);
    if (column?.type.name === "rowversion") throw refuse(273);
  }
  const isIdentityGiven = columns.some((at) => target.columns[at]?.identity);
  if (isIdentityGiven && !isOn) throw refuse(544, target.title);
  if (!isIdentityGiven && isOn && target.columns.some((column) => column.identity)) throw refuse(545, target.title);
  return { isIdentityGiven, columns };
}

function nextIdentity(target: Target, { seed, increment }: { seed: number; increment: number }): bigint {
  const next = target.identity === undefined ? seed : target.identity + increment;
  target.identity = next;
  return BigInt(next);
}
function defaultValue(expr: Expr, column: Target["columns"][number], target: Target, frame: Frame): V {
  const compiled = compile(expr, new Scope(frame));
  return fitted(compiled.run(emptyEnv), compiled.type, column, target, frame);
}
function insertRows(statement: InsertStatement, frame: Frame): Rows {
  if (!statement.query) return { columns: [], rows: [[]] };
  const { body } = statement.query;
  const query = body.kind === "values" ? { ...statement.query, body: { ...body, rows: body.rows.map((row) => row.map((expr): Expr => (isDefault(expr) ? { kind: "literal", value: null, type: { name: "int" } } : expr))) } } : statement.query;
  const compiled = compileQuery(query, new Scope(frame));
  const rows = compiled.run(undefined);
  return { columns: compiled.columns, rows: statement.top ? rows.slice(0, evaluateInt(statement.top, frame)) : rows };
}

/** The rows that EXEC gives, instead of sending them. */
async function gather(exec: Extract<Statement, { kind: "exec" }>, frame: Frame): Promise<Rows> {
  let columns: { type: SqlType }[] = [];
  const rows: V[][] = [];
  const inner = newFrame(frame.session, frame.signal, (reply) => {
    if (reply.kind === "columns") columns = reply.columns.map((column) => ({ type: { ...column, name: column.type, ...(column.type === "numeric" ? { precision: 38, scale: 0 } : {}) } }));
    else if (reply.kind === "row") rows.push(reply.values.map((value, i) => engineValue(value, columns[i]?.type ?? nvarcharMax)));
    else if (reply.kind === "message") frame.emit(reply);
  }, { variables: frame.variables, depth: frame.depth, tryDepth: frame.tryDepth + 1, tableVariables: frame.tableVariables });
  await execute(exec, inner);
  return { columns, rows };
}

/** The rows of a change: keys of the target with the environment in which SET and WHERE see them. */
function changed(ref: TableRef, from: TableRef | undefined, where: Expr | undefined, target: Target, scope: Scope): { key: Key; env: Env }[] {
  const condition = (): Compiled | undefined => (where ? compileCondition(where, scope) : undefined);
  const targetRows = target.rows();
  if (!from) {
    scope.sources.push({ alias: target.title, path: ref.kind === "table" ? ref.name : [], columns: target.columns });
    const test = condition();
    return targetRows.flatMap(([key, row]) => {
      const env = { rows: [row] };
      return !test || test.run(env) === 1 ? [{ key, env }] : [];
    });
  }
  const source = compileFrom(from, scope);
  const test = condition();
  const name = ref.kind === "table" ? (ref.name.at(-1) ?? "") : ref.kind === "variable" ? ref.name : "";
  const at = scope.sources.findIndex((s) => s.alias.toLowerCase() === name.toLowerCase() || s.path.at(-1)?.toLowerCase() === name.toLowerCase());
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
    return (at.kind === "table" || at.kind === "variable") && at.alias?.toLowerCase() === wanted ? at : undefined;
  };
  return search(from) ?? ref;
}

export function executeUpdate(statement: UpdateStatement, frame: Frame): Done {
  const target = targetOf(aliased(statement.target, statement.from), frame, "UPDATE");
  const scope = new Scope(frame);
  const rows = changed(statement.target, statement.from, statement.where, target, scope);
  const sets = statement.sets.map(({ column, variable, expr }) => {
    const at = column === undefined ? -1 : target.columns.findIndex((c) => c.name.toLowerCase() === column.toLowerCase());
    if (column !== undefined && at < 0) throw refuse(207, column);
    if (at >= 0 && target.columns[at]?.identity) throw refuse(8102, column ?? "");
    if (at >= 0 && (target.columns[at]?.computed ?? target.columns[at]?.type.name === "rowversion")) throw refuse(271, column ?? "");
    const fallback = target.columns[at]?.default;
    return { at, variable, compiled: compile(isDefault(expr) ? (fallback ?? { kind: "literal", value: null, type: { name: "int" } }) : expr, scope) };
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
    finishRow(change.after, target, frame, "UPDATE", change.key, target.keys.some((key) => key.isUnique) ? all : []);
    checkReferences(target, change.before, change.after, "UPDATE");
    target.put(change.key, change.after);
  }
  if (statement.output) emitOutput(statement.output, target, changes.map(({ before, after }) => ({ deleted: before, inserted: after })), frame);
  return { command: 197, rows: changes.length };
}

export function executeDelete(statement: DeleteStatement, frame: Frame): Done {
  const target = targetOf(aliased(statement.target, statement.from), frame, "DELETE");
  const rows = changed(statement.target, statement.from, statement.where, target, new Scope(frame));
  const all = new Map(target.rows());
  const keys = rows.slice(0, statement.top ? evaluateInt(statement.top, frame) : rows.length).map((row) => row.key);
  const before = keys.map((key) => all.get(key) ?? []);
  for (const row of before) checkReferences(target, row, undefined, "DELETE");
  // From the end, so that positions of a table variable stay true.
  for (const key of keys.toReversed()) target.put(key, undefined);
  if (statement.output) emitOutput(statement.output, target, before.map((row) => ({ deleted: row })), frame);
  return { command: 196, rows: keys.length };
}

export function executeTruncate(statement: Extract<Statement, { kind: "truncate" }>, frame: Frame): Done {
  const found = findTable(statement.table, frame);
  if (!found) throw refuse(4701, statement.table.at(-1) ?? "");
  const target = targetOf({ kind: "table", name: statement.table, line: statement.line }, frame, "DELETE");
  if (found.database.tables().some((table) => table.keys.some((key) => key.kind === "foreign" && key.references?.table.at(-1)?.toLowerCase() === found.table.name.toLowerCase()))) throw refuse(4712, found.table.name);
  for (const [key] of target.rows()) target.put(key, undefined);
  target.identity = undefined;
  return { command: 200 };
}

/** OUTPUT inserted.x, deleted.y [INTO t]. */
function emitOutput(output: Output, target: Target, rows: readonly { inserted?: readonly V[]; deleted?: readonly V[] }[], frame: Frame): void {
  const scope = new Scope(frame);
  scope.sources.push({ alias: "inserted", path: [], columns: target.columns }, { alias: "deleted", path: [], columns: target.columns });
  const nothing = target.columns.map(() => null);
  const items = output.items.flatMap((item): { name: string; compiled: Compiled }[] => {
    if (item.star) {
      const source = item.star[0]?.toLowerCase() === "deleted" ? 1 : 0;
      return target.columns.map((column, i) => ({ name: column.name, compiled: { type: column.type, run: (env) => env.rows[source]?.[i] ?? null } }));
    }
    if (!item.expr) return [];
    return [{ name: item.alias ?? (item.expr.kind === "column" ? (item.expr.parts.at(-1) ?? "") : ""), compiled: compile(item.expr, scope) }];
  });
  const values = rows.map((row) => items.map(({ compiled }) => compiled.run({ rows: [row.inserted ?? nothing, row.deleted ?? nothing] })));
  if (output.into) {
    const into = targetOf(output.into, frame, "INSERT");
    const columns = into.columns.filter((column) => !column.identity && !column.computed);
    for (const row of values) into.add(into.columns.map((column) => {
      const at = columns.indexOf(column);
      return at < 0 ? null : fitted(row[at] ?? null, items[at]?.compiled.type ?? nvarcharMax, column, into, frame);
    }));
    return;
  }
  frame.emit({ kind: "columns", columns: items.map(({ name, compiled }) => wireColumn(name, compiled.type)) });
  for (const row of values) frame.emit({ kind: "row", values: row.map((value, i) => wireValue(value, items[i]?.compiled.type ?? nvarcharMax)) });
}
