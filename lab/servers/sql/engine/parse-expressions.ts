import type { Expr, OrderItem, Over } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseDecimal } from "./decimals.ts";
import { parseQuery } from "./parse-queries.ts";
import { parseType } from "./parse-types.ts";
import { int, nvarchar, varchar } from "./types.ts";

/** A condition or an expression: OR, AND, NOT, comparison, then arithmetic. */
export function parseExpression(cursor: Cursor): Expr {
  let left = parseAnd(cursor);
  while (cursor.accept("OR")) left = { kind: "binary", op: "OR", left, right: parseAnd(cursor) };
  return left;
}
function parseAnd(cursor: Cursor): Expr {
  let left = parseNot(cursor);
  while (cursor.accept("AND")) left = { kind: "binary", op: "AND", left, right: parseNot(cursor) };
  return left;
}
function parseNot(cursor: Cursor): Expr {
  if (cursor.accept("NOT")) return { kind: "unary", op: "NOT", expr: parseNot(cursor) };
  return parseComparison(cursor);
}

const comparisons = ["=", "<>", "!=", "<=", ">=", "<", ">", "!<", "!>"];
const same: Readonly<Record<string, string>> = { "!=": "<>", "!<": ">=", "!>": "<=" };

function parseComparison(cursor: Cursor): Expr {
  if (cursor.is("EXISTS")) {
    cursor.expect("EXISTS", "(");
    const query = parseQuery(cursor);
    cursor.expect(")");
    return { kind: "exists", query };
  }
  const left = parseSum(cursor);
  const op = comparisons.find((sign) => cursor.is(sign));
  if (op) {
    cursor.next();
    if (cursor.isOneOf("ANY", "SOME", "ALL")) throw cursor.wrong();
    return { kind: "binary", op: same[op] ?? op, left, right: parseSum(cursor) };
  }
  if (cursor.accept("IS")) {
    const isNot = cursor.accept("NOT");
    cursor.expect("NULL");
    return { kind: "null", expr: left, isNot };
  }
  const isNot =
    (cursor.is("NOT", "IN") || cursor.is("NOT", "LIKE") || cursor.is("NOT", "BETWEEN")) &&
    cursor.accept("NOT");
  if (cursor.accept("IN")) {
    cursor.expect("(");
    if (cursor.is("SELECT") || cursor.is("WITH") || cursor.is("VALUES")) {
      const query = parseQuery(cursor);
      cursor.expect(")");
      return { kind: "in", expr: left, query, isNot };
    }
    const list = cursor.list(() => parseExpression(cursor));
    cursor.expect(")");
    return { kind: "in", expr: left, list, isNot };
  }
  if (cursor.accept("LIKE")) {
    const pattern = parseSum(cursor);
    const escape = cursor.accept("ESCAPE") ? parseSum(cursor) : undefined;
    return { kind: "like", expr: left, pattern, isNot, ...(escape ? { escape } : {}) };
  }
  if (cursor.accept("BETWEEN")) {
    const low = parseSum(cursor);
    cursor.expect("AND");
    return { kind: "between", expr: left, low, high: parseSum(cursor), isNot };
  }
  return left;
}

function parseSum(cursor: Cursor): Expr {
  let left = parseProduct(cursor);
  for (;;) {
    const op = ["+", "-", "&", "|", "^"].find((sign) => cursor.is(sign));
    if (!op) return left;
    cursor.next();
    left = { kind: "binary", op, left, right: parseProduct(cursor) };
  }
}
function parseProduct(cursor: Cursor): Expr {
  let left = parseUnary(cursor);
  for (;;) {
    const op = ["*", "/", "%"].find((sign) => cursor.is(sign));
    if (!op) return left;
    cursor.next();
    left = { kind: "binary", op, left, right: parseUnary(cursor) };
  }
}
function parseUnary(cursor: Cursor): Expr {
  const op = ["-", "+", "~"].find((sign) => cursor.is(sign));
  if (op) {
    cursor.next();
    return { kind: "unary", op, expr: parseUnary(cursor) };
  }
  let expr = parsePrimary(cursor);
  for (;;) {
    if (cursor.accept("COLLATE")) cursor.name();
    else if (cursor.is("AT", "TIME")) {
      cursor.next();
      cursor.next();
      cursor.expect("ZONE");
      expr = {
        kind: "call",
        name: ["AT TIME ZONE"],
        args: [expr, parseUnary(cursor)],
        isDistinct: false,
        isStar: false,
        line: cursor.peek().line,
      };
    } else return expr;
  }
}

function parsePrimary(cursor: Cursor): Expr {
  const token = cursor.peek();
  switch (token.kind) {
    case "string":
      cursor.next();
      return { kind: "literal", value: token.text, type: varchar(Math.max(1, token.text.length)) };
    case "nstring":
      cursor.next();
      return { kind: "literal", value: token.text, type: nvarchar(Math.max(1, token.text.length)) };
    case "number":
      cursor.next();
      return numberLiteral(token.text);
    case "binary": {
      cursor.next();
      const hex = token.text.slice(2);
      const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
      return {
        kind: "literal",
        value: bytes,
        type: { name: "varbinary", length: Math.max(1, bytes.length) },
      };
    }
    case "variable":
      cursor.next();
      return { kind: "variable", name: token.text, line: token.line };
    default:
      break;
  }
  if (cursor.accept("(")) {
    if (cursor.is("SELECT") || cursor.is("WITH")) {
      const query = parseQuery(cursor);
      cursor.expect(")");
      return afterQuery(cursor, { kind: "query", query });
    }
    const inner = parseExpression(cursor);
    cursor.expect(")");
    return inner;
  }
  if (cursor.accept("NULL")) return { kind: "literal", value: null, type: int };
  if (cursor.is("CASE")) return parseCase(cursor);
  if (cursor.isOneOf("CAST", "TRY_CAST") && cursor.peek(1).text === "(") {
    const isTry = cursor.next().upper === "TRY_CAST";
    cursor.expect("(");
    const expr = parseExpression(cursor);
    cursor.expect("AS");
    const { type } = parseType(cursor, 30);
    cursor.expect(")");
    return { kind: "cast", expr, type, isTry };
  }
  if (cursor.isOneOf("CONVERT", "TRY_CONVERT") && cursor.peek(1).text === "(") {
    const isTry = cursor.next().upper === "TRY_CONVERT";
    cursor.expect("(");
    const { type } = parseType(cursor, 30);
    cursor.expect(",");
    const expr = parseExpression(cursor);
    const style = cursor.accept(",") ? parseExpression(cursor) : undefined;
    cursor.expect(")");
    return { kind: "cast", expr, type, isTry, ...(style ? { style } : {}) };
  }
  if (cursor.isOneOf("CURRENT_TIMESTAMP", "SYSTEM_USER", "SESSION_USER", "CURRENT_USER", "USER")) {
    const name = cursor.next().upper;
    return { kind: "call", name: [name], args: [], isDistinct: false, isStar: false, line: token.line };
  }
  if (
    cursor.isOneOf("COALESCE", "NULLIF", "LEFT", "RIGHT", "CHECKSUM", "IIF") &&
    cursor.peek(1).text === "("
  ) {
    const name = cursor.next().text;
    return parseCall(cursor, [name], token.line);
  }
  if (!cursor.isName) throw cursor.wrong();
  const parts = cursor.names();
  if (cursor.is("(")) return parseCall(cursor, parts, token.line);
  return { kind: "column", parts, line: token.line };
}

/** `(SELECT ... FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)')`: the text itself. */
function afterQuery(cursor: Cursor, expr: Expr): Expr {
  if (!cursor.is(".")) return expr;
  cursor.next();
  cursor.expect("VALUE", "(");
  cursor.string();
  cursor.expect(",");
  cursor.string();
  cursor.expect(")");
  return {
    kind: "call",
    name: ["XML VALUE"],
    args: [expr],
    isDistinct: false,
    isStar: false,
    line: cursor.peek().line,
  };
}

function numberLiteral(text: string): Expr {
  if (/e/i.test(text)) return { kind: "literal", value: Number(text), type: { name: "float" } };
  if (/^\d+$/.test(text) && Number(text) <= 2147483647)
    return { kind: "literal", value: Number(text), type: int };
  const value = parseDecimal(text) ?? { units: 0n, scale: 0 };
  const digits = Math.max(value.units.toString().length, value.scale);
  return { kind: "literal", value, type: { name: "numeric", precision: digits, scale: value.scale } };
}

function parseCase(cursor: Cursor): Expr {
  cursor.expect("CASE");
  const input = cursor.is("WHEN") ? undefined : parseExpression(cursor);
  const whens: [Expr, Expr][] = [];
  while (cursor.accept("WHEN")) {
    const condition = parseExpression(cursor);
    cursor.expect("THEN");
    whens.push([condition, parseExpression(cursor)]);
  }
  const otherwise = cursor.accept("ELSE") ? parseExpression(cursor) : undefined;
  cursor.expect("END");
  return { kind: "case", whens, ...(input ? { input } : {}), ...(otherwise ? { otherwise } : {}) };
}

function parseCall(cursor: Cursor, name: readonly string[], line: number): Expr {
  cursor.expect("(");
  let isStar = false;
  let isDistinct = false;
  const args: Expr[] = [];
  if (cursor.accept("*")) isStar = true;
  else if (!cursor.is(")")) {
    isDistinct = cursor.accept("DISTINCT");
    if (!isDistinct) cursor.accept("ALL");
    args.push(...cursor.list(() => parseExpression(cursor)));
  }
  cursor.expect(")");
  let within: OrderItem[] | undefined;
  if (cursor.is("WITHIN", "GROUP")) {
    cursor.expect("WITHIN", "GROUP", "(", "ORDER", "BY");
    within = parseOrderItems(cursor);
    cursor.expect(")");
  }
  const over = cursor.accept("OVER") ? parseOver(cursor) : undefined;
  return {
    kind: "call",
    name,
    args,
    isDistinct,
    isStar,
    line,
    ...(within ? { within } : {}),
    ...(over ? { over } : {}),
  };
}

function parseOver(cursor: Cursor): Over {
  cursor.expect("(");
  const partition = cursor.accept("PARTITION", "BY") ? cursor.list(() => parseExpression(cursor)) : [];
  const order = cursor.accept("ORDER", "BY") ? parseOrderItems(cursor) : [];
  if (cursor.isOneOf("ROWS", "RANGE")) while (!cursor.is(")") && !cursor.isEnd) cursor.next();
  cursor.expect(")");
  return { partition, order };
}

/** The items of ORDER BY. */
export function parseOrderItems(cursor: Cursor): OrderItem[] {
  return cursor.list(() => {
    const expr = parseExpression(cursor);
    const isDescending = cursor.accept("DESC");
    if (!isDescending) cursor.accept("ASC");
    return { expr, isDescending };
  });
}
