import type { Cte, Expr, Query, TableRef } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./parse-expressions.ts";
import { parseQuery, parseRows, parseTableItems, parseTop } from "./parse-queries.ts";
import { parseFrom, skipHints } from "./parse-tables.ts";
import type {
  Argument,
  DeleteStatement,
  ExecStatement,
  InsertStatement,
  Output,
  UpdateStatement,
} from "./statements.ts";

/** The table that INSERT, UPDATE or DELETE changes. */
function parseTarget(cursor: Cursor): TableRef {
  const line = cursor.peek().line;
  if (cursor.peek().kind === "variable") return { kind: "variable", name: cursor.variable() };
  const name = cursor.names();
  skipHints(cursor);
  return { kind: "table", name, line };
}

function parseOutput(cursor: Cursor): Output | undefined {
  if (!cursor.accept("OUTPUT")) return undefined;
  const items = parseTableItems(cursor);
  if (!cursor.accept("INTO")) return { items };
  const into = parseTarget(cursor);
  if (cursor.is("(")) cursor.parenthesised(() => cursor.name());
  return { items, into };
}

export function parseInsert(cursor: Cursor, line: number, ctes: readonly Cte[]): InsertStatement {
  cursor.expect("INSERT");
  const top = parseTop(cursor)?.expr;
  cursor.accept("INTO");
  const target = parseTarget(cursor);
  const columns =
    cursor.is("(") && !["SELECT", "WITH"].includes(cursor.peek(1).upper)
      ? cursor.parenthesised(() => cursor.names().at(-1) ?? "")
      : undefined;
  const output = parseOutput(cursor);
  const common = {
    kind: "insert" as const,
    line,
    target,
    ...(columns ? { columns } : {}),
    ...(output ? { output } : {}),
    ...(top ? { top } : {}),
  };
  if (cursor.accept("DEFAULT", "VALUES")) return common;
  if (cursor.isOneOf("EXEC", "EXECUTE")) {
    cursor.next();
    return { ...common, exec: parseExec(cursor, line) };
  }
  if (cursor.accept("VALUES")) {
    const query: Query = { ctes, body: { kind: "values", rows: parseRows(cursor) }, orderBy: [] };
    return { ...common, query };
  }
  return { ...common, query: parseQuery(cursor, ctes.length > 0 ? ctes : undefined) };
}

export function parseUpdate(cursor: Cursor, line: number, ctes: readonly Cte[]): UpdateStatement {
  cursor.expect("UPDATE");
  const top = parseTop(cursor)?.expr;
  const target = parseTarget(cursor);
  cursor.expect("SET");
  const sets = cursor.list(() => {
    const variable = cursor.peek().kind === "variable" ? cursor.variable() : undefined;
    if (variable !== undefined) {
      cursor.expect("=");
      if (cursor.isName && cursor.peek(1).text === "=") {
        const column = cursor.names().at(-1) ?? "";
        cursor.expect("=");
        return { variable, column, expr: parseExpression(cursor) };
      }
      return { variable, expr: parseExpression(cursor) };
    }
    const parts = cursor.names();
    const op = ["=", "+=", "-=", "*=", "/="].find((sign) => cursor.accept(sign));
    if (!op) throw cursor.wrong();
    const right: Expr = cursor.accept("DEFAULT")
      ? { kind: "column", parts: ["DEFAULT"], line: 0 }
      : parseExpression(cursor);
    const left: Expr = { kind: "column", parts, line };
    return {
      column: parts.at(-1) ?? "",
      expr: op === "=" ? right : ({ kind: "binary", op: op.charAt(0), left, right } as const),
    };
  });
  const output = parseOutput(cursor);
  const from = cursor.accept("FROM") ? parseFrom(cursor) : undefined;
  const where = cursor.accept("WHERE") ? parseExpression(cursor) : undefined;
  return {
    kind: "update",
    line,
    target,
    sets,
    ctes,
    ...(from ? { from } : {}),
    ...(where ? { where } : {}),
    ...(top ? { top } : {}),
    ...(output ? { output } : {}),
  };
}

export function parseDelete(cursor: Cursor, line: number, ctes: readonly Cte[]): DeleteStatement {
  cursor.expect("DELETE");
  const top = parseTop(cursor)?.expr;
  cursor.accept("FROM");
  const target = parseTarget(cursor);
  const output = parseOutput(cursor);
  const from = cursor.accept("FROM") ? parseFrom(cursor) : undefined;
  const where = cursor.accept("WHERE") ? parseExpression(cursor) : undefined;
  return {
    kind: "delete",
    line,
    target,
    ctes,
    ...(from ? { from } : {}),
    ...(where ? { where } : {}),
    ...(top ? { top } : {}),
    ...(output ? { output } : {}),
  };
}

/** What follows EXEC: a procedure with arguments, or a string in parentheses. */
export function parseExec(cursor: Cursor, line: number): ExecStatement {
  if (cursor.accept("(")) {
    const dynamic = parseExpression(cursor);
    cursor.expect(")");
    if (cursor.accept("AT")) cursor.name();
    return { kind: "exec", line, args: [], dynamic };
  }
  let result: string | undefined;
  if (cursor.peek().kind === "variable" && cursor.peek(1).text === "=") {
    result = cursor.variable();
    cursor.next();
  }
  const procedureVariable = cursor.peek().kind === "variable" ? cursor.variable() : undefined;
  const procedure = procedureVariable === undefined ? cursor.names() : undefined;
  const args = startsArgument(cursor) ? cursor.list(() => parseArgument(cursor)) : [];
  if (cursor.is("WITH", "RECOMPILE")) cursor.expect("WITH", "RECOMPILE");
  return {
    kind: "exec",
    line,
    args,
    ...(procedure ? { procedure } : {}),
    ...(procedureVariable === undefined ? {} : { procedureVariable }),
    ...(result === undefined ? {} : { result }),
  };
}

const statementWords = new Set(["THROW", "GO"]);
function startsArgument(cursor: Cursor): boolean {
  const token = cursor.peek();
  if (["string", "nstring", "number", "binary", "variable", "quoted"].includes(token.kind)) return true;
  if (token.kind === "operator") return token.text === "-" || token.text === "+";
  return cursor.isOneOf("NULL", "DEFAULT") || (cursor.isName && !statementWords.has(token.upper));
}

function parseArgument(cursor: Cursor): Argument {
  let name: string | undefined;
  if (cursor.peek().kind === "variable" && cursor.peek(1).text === "=") {
    name = cursor.variable();
    cursor.next();
  }
  const given = name === undefined ? {} : { name };
  if (cursor.accept("DEFAULT")) return { ...given, isOutput: false };
  const expr = parseArgumentValue(cursor);
  const isOutput = cursor.accept("OUTPUT") || cursor.accept("OUT");
  return { ...given, expr, isOutput };
}

/** An argument is a literal, a variable or a bare word (which is text), not an expression. */
function parseArgumentValue(cursor: Cursor): Expr {
  const token = cursor.peek();
  if (
    token.kind === "quoted" ||
    (token.kind === "name" && cursor.isName && token.upper !== "NULL" && cursor.peek(1).text !== "(")
  ) {
    const text = cursor.names().join(".");
    return { kind: "literal", value: text, type: { name: "nvarchar", length: Math.max(1, text.length) } };
  }
  const expr = parseExpressionValue(cursor);
  if (cursor.is("+") || cursor.is("-") || cursor.is("*")) throw cursor.wrong();
  return expr;
}

function parseExpressionValue(cursor: Cursor): Expr {
  if (cursor.accept("-")) return { kind: "unary", op: "-", expr: parseExpressionValue(cursor) };
  if (cursor.accept("+")) return parseExpressionValue(cursor);
  const token = cursor.peek();
  if (cursor.is("NULL") || ["string", "nstring", "number", "binary", "variable"].includes(token.kind))
    return literalOf(cursor);
  throw cursor.wrong();
}
function literalOf(cursor: Cursor): Expr {
  const token = cursor.next();
  const text = token.text;
  if (token.kind === "variable") return { kind: "variable", name: text, line: token.line };
  if (token.kind === "string")
    return { kind: "literal", value: text, type: { name: "varchar", length: Math.max(1, text.length) } };
  if (token.kind === "nstring")
    return { kind: "literal", value: text, type: { name: "nvarchar", length: Math.max(1, text.length) } };
  if (token.kind === "binary") {
    const hex = text.slice(2);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
    return { kind: "literal", value: bytes, type: { name: "varbinary", length: Math.max(1, bytes.length) } };
  }
  if (token.kind === "number") {
    if (/^\d+$/.test(text) && Number(text) <= 2147483647)
      return { kind: "literal", value: Number(text), type: { name: "int" } };
    if (/^\d+$/.test(text)) return { kind: "literal", value: BigInt(text), type: { name: "bigint" } };
    return { kind: "literal", value: Number(text), type: { name: "float" } };
  }
  return { kind: "literal", value: null, type: { name: "int" } };
}
