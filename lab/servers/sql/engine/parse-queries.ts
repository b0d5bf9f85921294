import type { Cte, Expr, ForClause, Query, QueryBody, Select, SelectItem } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression, parseOrderItems } from "./parse-expressions.ts";
import { parseFrom } from "./parse-tables.ts";

/** Words that can follow a table or a column and are not its alias. */
const notAlias = new Set(["OFFSET", "FETCH", "GO", "THROW", "OUTPUT", "WITHIN", "PIVOT", "AT"]);

/** `WITH name AS (query), ...` in front of a statement. */
export function parseCtes(cursor: Cursor): Cte[] {
  cursor.expect("WITH");
  return cursor.list(() => {
    const name = cursor.name();
    const columns = cursor.is("(") ? cursor.parenthesised(() => cursor.name()) : undefined;
    cursor.expect("AS", "(");
    const query = parseQuery(cursor);
    cursor.expect(")");
    return { name, query, ...(columns ? { columns } : {}) };
  });
}

/** A whole query: SELECT, set operations, ORDER BY, OFFSET, FOR JSON or XML, OPTION. */
export function parseQuery(cursor: Cursor, given?: readonly Cte[]): Query {
  const ctes = given ?? (cursor.is("WITH") ? parseCtes(cursor) : []);
  const body = parseBody(cursor);
  const orderBy = cursor.accept("ORDER", "BY") ? parseOrderItems(cursor) : [];
  let offset, fetch;
  if (cursor.is("OFFSET")) {
    cursor.next();
    offset = parseExpression(cursor);
    cursor.oneOf("ROW", "ROWS");
    if (cursor.accept("FETCH")) {
      cursor.oneOf("NEXT", "FIRST");
      fetch = parseExpression(cursor);
      cursor.oneOf("ROW", "ROWS");
      cursor.expect("ONLY");
    }
  }
  const forClause = cursor.is("FOR", "JSON") || cursor.is("FOR", "XML") ? parseFor(cursor) : undefined;
  if (cursor.accept("OPTION")) skipParentheses(cursor);
  return {
    ctes,
    body,
    orderBy,
    ...(offset ? { offset } : {}),
    ...(fetch ? { fetch } : {}),
    ...(forClause ? { forClause } : {}),
  };
}

/** Skips `( ... )`, however deep. */
export function skipParentheses(cursor: Cursor): void {
  cursor.expect("(");
  for (let depth = 1; depth > 0;) {
    if (cursor.isEnd) throw cursor.wrong();
    const token = cursor.next();
    if (token.kind === "operator") depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
  }
}

function parseFor(cursor: Cursor): ForClause {
  cursor.expect("FOR");
  const mode = cursor.oneOf("JSON", "XML") as "JSON" | "XML";
  const kind = cursor.oneOf("PATH", "AUTO", "RAW");
  let element = kind === "RAW" || kind === "PATH" ? "row" : "";
  if (cursor.is("(")) element = cursor.parenthesised(() => cursor.string())[0] ?? "";
  let root: string | undefined;
  let includeNulls = false;
  let withoutWrapper = false;
  while (cursor.accept(",")) {
    const option = cursor.oneOf("ROOT", "TYPE", "INCLUDE_NULL_VALUES", "WITHOUT_ARRAY_WRAPPER", "ELEMENTS");
    if (option === "ROOT") root = cursor.is("(") ? cursor.parenthesised(() => cursor.string())[0] : "root";
    if (option === "INCLUDE_NULL_VALUES") includeNulls = true;
    if (option === "WITHOUT_ARRAY_WRAPPER") withoutWrapper = true;
  }
  return { mode, element, includeNulls, withoutWrapper, ...(root === undefined ? {} : { root }) };
}

function parseBody(cursor: Cursor): QueryBody {
  let left = parseTerm(cursor);
  while (cursor.isOneOf("UNION", "EXCEPT")) {
    const op = cursor.next().upper === "EXCEPT" ? "EXCEPT" : cursor.accept("ALL") ? "UNION ALL" : "UNION";
    left = { kind: "set", op, left, right: parseTerm(cursor) };
  }
  return left;
}
function parseTerm(cursor: Cursor): QueryBody {
  let left = parseOperand(cursor);
  while (cursor.accept("INTERSECT"))
    left = { kind: "set", op: "INTERSECT", left, right: parseOperand(cursor) };
  return left;
}
function parseOperand(cursor: Cursor): QueryBody {
  if (cursor.is("SELECT")) return parseSelect(cursor);
  if (cursor.accept("VALUES")) return { kind: "values", rows: parseRows(cursor) };
  cursor.expect("(");
  const query = parseQuery(cursor);
  cursor.expect(")");
  return { kind: "nested", query };
}
/** The rows of VALUES (...), (...). */
export function parseRows(cursor: Cursor): Expr[][] {
  return cursor.list(() =>
    cursor.parenthesised(() => {
      if (cursor.accept("DEFAULT")) return { kind: "column" as const, parts: ["DEFAULT"], line: 0 };
      return parseExpression(cursor);
    }),
  );
}

function parseSelect(cursor: Cursor): Select {
  cursor.expect("SELECT");
  const isDistinct = cursor.accept("DISTINCT");
  if (!isDistinct) cursor.accept("ALL");
  const top = parseTop(cursor);
  const items = cursor.list(() => parseItem(cursor));
  const into = cursor.accept("INTO") ? cursor.names() : undefined;
  const from = cursor.accept("FROM") ? parseFrom(cursor) : undefined;
  const where = cursor.accept("WHERE") ? parseExpression(cursor) : undefined;
  const groupBy = cursor.accept("GROUP", "BY") ? cursor.list(() => parseExpression(cursor)) : undefined;
  const having = cursor.accept("HAVING") ? parseExpression(cursor) : undefined;
  return {
    kind: "select",
    isDistinct,
    items,
    ...(top ? { top } : {}),
    ...(into ? { into } : {}),
    ...(from ? { from } : {}),
    ...(where ? { where } : {}),
    ...(groupBy ? { groupBy } : {}),
    ...(having ? { having } : {}),
  };
}

/** `TOP (n) [PERCENT] [WITH TIES]`. */
export function parseTop(cursor: Cursor): Select["top"] {
  if (!cursor.accept("TOP")) return undefined;
  let expr;
  if (cursor.accept("(")) {
    expr = parseExpression(cursor);
    cursor.expect(")");
  } else {
    const value = cursor.number();
    expr = { kind: "literal" as const, value, type: { name: "int" as const } };
  }
  const isPercent = cursor.accept("PERCENT");
  if (cursor.is("WITH", "TIES")) cursor.expect("WITH", "TIES");
  return { expr, isPercent };
}

/** The items of a select list or of OUTPUT. */
export function parseTableItems(cursor: Cursor): SelectItem[] {
  return cursor.list(() => parseItem(cursor));
}

function parseItem(cursor: Cursor): SelectItem {
  if (cursor.accept("*")) return { star: [] };
  if (
    cursor.peek().kind === "variable" &&
    cursor.peek(1).text === "=" &&
    cursor.peek(1).kind === "operator"
  ) {
    const variable = cursor.variable();
    cursor.next();
    return { variable, expr: parseExpression(cursor) };
  }
  if (cursor.peek().kind === "variable" && cursor.peek(1).text === "+=") {
    const variable = cursor.variable();
    cursor.next();
    const right = parseExpression(cursor);
    return {
      variable,
      expr: { kind: "binary", op: "+", left: { kind: "variable", name: variable, line: 0 }, right },
    };
  }
  if (cursor.isName) {
    const start = cursor.position;
    const parts = [cursor.next().text];
    while (cursor.is(".")) {
      cursor.next();
      if (cursor.accept("*")) return { star: parts };
      if (["name", "quoted"].includes(cursor.peek().kind)) parts.push(cursor.next().text);
    }
    if (parts.length === 1 && cursor.is("=")) {
      cursor.next();
      return { alias: parts[0] ?? "", expr: parseExpression(cursor) };
    }
    cursor.back(start);
  }
  const expr = parseExpression(cursor);
  const alias = parseAlias(cursor, true);
  return alias === undefined ? { expr } : { expr, alias };
}

/** `AS x`, or x alone. Columns may take a string as alias. */
export function parseAlias(cursor: Cursor, canBeString = false): string | undefined {
  if (cursor.accept("AS")) return canBeString && cursor.isString ? cursor.string() : cursor.next().text;
  if (canBeString && cursor.isString) return cursor.string();
  if (!cursor.isName) return undefined;
  const token = cursor.peek();
  if (token.kind === "name" && notAlias.has(token.upper)) return undefined;
  return cursor.name();
}
