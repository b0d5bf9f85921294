import type { Expr } from "./ast.ts";
import { type Frame, newFrame } from "./batch.ts";
import { emitOutput } from "./change-output.ts";
import { compile, emptyEnv } from "./compile.ts";
import { engineValue } from "./convert.ts";
import { refuse } from "./errors.ts";
import { evaluateInt } from "./evaluate.ts";
import { execute, type Executed } from "./execute.ts";
import { compileQuery } from "./query.ts";
import { Scope } from "./scope.ts";
import type { InsertStatement, Statement } from "./statements.ts";
import { finishRow, fitted, type Target, targetOf } from "./tables.ts";
import { nvarcharMax, type SqlType, type V } from "./types.ts";

type Rows = {
  readonly columns: readonly { readonly type: SqlType }[];
  readonly rows: readonly (readonly V[])[];
};
/** DEFAULT in VALUES or SET. */
export const isDefault = (expr: Expr | undefined): boolean =>
  expr?.kind === "column" && expr.parts[0] === "DEFAULT" && expr.line === 0;

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
      if (column.identity && !isIdentityGiven)
        full[i] = fitted(nextIdentity(target, column.identity), { name: "bigint" }, column, target, frame);
      else if (!isLeftOut)
        full[i] = fitted(row[at] ?? null, given.columns[at]?.type ?? nvarcharMax, column, target, frame);
      else if (column.default) full[i] = defaultValue(column.default, column, target, frame);
      if (column.identity && isIdentityGiven)
        target.identity = Math.max(target.identity ?? 0, Number(full[i]));
    });
    const finished = finishRow(full, target, frame, "INSERT", undefined, existing);
    target.add(finished);
    existing.push([`new ${rowIndex}`, finished]);
    inserted.push(finished);
  });
  const identity = target.columns.findIndex((column) => column.identity);
  if (identity >= 0 && inserted.length > 0) frame.session.lastIdentity = Number(inserted.at(-1)?.[identity]);
  if (statement.output)
    emitOutput(
      statement.output,
      target,
      inserted.map((row) => ({ inserted: row })),
      frame,
    );
  return { command: 195, rows: inserted.length };
}

function insertColumns(
  statement: InsertStatement,
  target: Target,
  frame: Frame,
): { isIdentityGiven: boolean; columns: number[] } {
  const writable = target.columns.flatMap((column, i) =>
    (column.computed ?? (column.type.name === "rowversion" ? true : undefined)) ? [] : [i],
  );
  const isOn =
    target.stored !== undefined && frame.session.options.identityInsert?.id === target.stored.table.id;
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
  if (!isIdentityGiven && isOn && target.columns.some((column) => column.identity))
    throw refuse(545, target.title);
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
  const query =
    body.kind === "values"
      ? {
          ...statement.query,
          body: {
            ...body,
            rows: body.rows.map((row) =>
              row.map((expr): Expr =>
                isDefault(expr) ? { kind: "literal", value: null, type: { name: "int" } } : expr,
              ),
            ),
          },
        }
      : statement.query;
  const compiled = compileQuery(query, new Scope(frame));
  const rows = compiled.run(undefined);
  return {
    columns: compiled.columns,
    rows: statement.top ? rows.slice(0, evaluateInt(statement.top, frame)) : rows,
  };
}

/** The rows that EXEC gives, instead of sending them. */
async function gather(exec: Extract<Statement, { kind: "exec" }>, frame: Frame): Promise<Rows> {
  let columns: { type: SqlType }[] = [];
  const rows: V[][] = [];
  const inner = newFrame(
    frame.session,
    frame.signal,
    (reply) => {
      if (reply.kind === "columns")
        columns = reply.columns.map((column) => ({
          type: {
            ...column,
            name: column.type,
            ...(column.type === "numeric" ? { precision: 38, scale: 0 } : {}),
          },
        }));
      else if (reply.kind === "row")
        rows.push(reply.values.map((value, i) => engineValue(value, columns[i]?.type ?? nvarcharMax)));
      else if (reply.kind === "message") frame.emit(reply);
    },
    {
      variables: frame.variables,
      depth: frame.depth,
      tryDepth: frame.tryDepth + 1,
      tableVariables: frame.tableVariables,
    },
  );
  await execute(exec, inner);
  return { columns, rows };
}
