import type { JsonColumn, TableRef } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./parse-expressions.ts";
import { parseAlias, parseQuery, skipParentheses } from "./parse-queries.ts";
import { parseType } from "./parse-types.ts";

const joinWords = ["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER"];

/** The tables after FROM, with their joins. */
export function parseFrom(cursor: Cursor): TableRef {
  let left = parseJoins(cursor);
  while (cursor.accept(",")) left = { kind: "join", type: "cross", left, right: parseJoins(cursor) };
  return left;
}
function parseJoins(cursor: Cursor): TableRef {
  let left = parseTable(cursor);
  while (cursor.isOneOf(...joinWords)) {
    const word = cursor.next().upper;
    if ((word === "CROSS" || word === "OUTER") && cursor.accept("APPLY")) {
      left = {
        kind: "join",
        type: word === "CROSS" ? "cross apply" : "outer apply",
        left,
        right: parseTable(cursor),
      };
      continue;
    }
    if (word !== "JOIN") {
      cursor.accept("OUTER");
      if (cursor.isOneOf("HASH", "LOOP", "MERGE")) cursor.next();
      cursor.expect("JOIN");
    }
    if (word === "CROSS") {
      left = { kind: "join", type: "cross", left, right: parseTable(cursor) };
      continue;
    }
    const right = parseNested(cursor);
    cursor.expect("ON");
    const type = word === "LEFT" ? "left" : word === "RIGHT" ? "right" : word === "FULL" ? "full" : "inner";
    left = { kind: "join", type, left, right, on: parseExpression(cursor) };
  }
  return left;
}
/** The right side of a join: `a JOIN b JOIN c ON ... ON ...` nests. */
function parseNested(cursor: Cursor): TableRef {
  const table = parseTable(cursor);
  if (cursor.is("ON") || !cursor.isOneOf(...joinWords)) return table;
  const word = cursor.next().upper;
  cursor.accept("OUTER");
  if (word !== "JOIN") cursor.expect("JOIN");
  const right = parseNested(cursor);
  cursor.expect("ON");
  return {
    kind: "join",
    type: word === "LEFT" ? "left" : "inner",
    left: table,
    right,
    on: parseExpression(cursor),
  };
}

/** One table, derived table, function or table variable, with alias and hints. */
export function parseTable(cursor: Cursor): TableRef {
  const line = cursor.peek().line;
  if (cursor.peek().kind === "variable") {
    const name = cursor.variable();
    const alias = parseAlias(cursor);
    return { kind: "variable", name, ...(alias === undefined ? {} : { alias }) };
  }
  if (cursor.is("(")) {
    if (
      cursor.peek(1).upper === "SELECT" ||
      cursor.peek(1).upper === "VALUES" ||
      cursor.peek(1).upper === "WITH" ||
      (cursor.peek(1).text === "(" && cursor.peek(2).upper === "SELECT")
    ) {
      cursor.expect("(");
      const query = parseQuery(cursor);
      cursor.expect(")");
      const alias = parseAlias(cursor);
      if (alias === undefined) throw cursor.wrong();
      const columns = cursor.is("(") ? cursor.parenthesised(() => cursor.name()) : undefined;
      return { kind: "query", query, alias, ...(columns ? { columns } : {}) };
    }
    cursor.expect("(");
    const inner = parseFrom(cursor);
    cursor.expect(")");
    return inner;
  }
  const name = cursor.names();
  if (cursor.is("(")) {
    cursor.expect("(");
    const args = cursor.is(")") ? [] : cursor.list(() => parseExpression(cursor));
    cursor.expect(")");
    const schema =
      cursor.is("WITH", "(") && name.at(-1)?.toUpperCase() === "OPENJSON"
        ? parseJsonColumns(cursor)
        : undefined;
    const alias = parseAlias(cursor);
    const columns =
      alias !== undefined && cursor.is("(") ? cursor.parenthesised(() => cursor.name()) : undefined;
    return {
      kind: "function",
      name,
      args,
      line,
      ...(alias === undefined ? {} : { alias }),
      ...(columns ? { columns } : {}),
      ...(schema ? { schema } : {}),
    };
  }
  skipHints(cursor);
  const alias = parseAlias(cursor);
  skipHints(cursor);
  return { kind: "table", name, line, ...(alias === undefined ? {} : { alias }) };
}

/** `WITH (NOLOCK)`, `(UPDLOCK, HOLDLOCK)`. */
export function skipHints(cursor: Cursor): void {
  if (cursor.is("WITH", "(")) cursor.next();
  else if (!(
    cursor.is("(") &&
    /^(NOLOCK|UPDLOCK|HOLDLOCK|TABLOCKX?|ROWLOCK|XLOCK|READPAST|READUNCOMMITTED)$/.test(cursor.peek(1).upper)
  ))
    return;
  skipParentheses(cursor);
}

function parseJsonColumns(cursor: Cursor): JsonColumn[] {
  cursor.expect("WITH");
  return cursor.parenthesised(() => {
    const name = cursor.name();
    const { type } = parseType(cursor);
    const path = cursor.isString ? cursor.string() : undefined;
    const isJson = cursor.is("AS", "JSON");
    if (isJson) cursor.expect("AS", "JSON");
    return { name, type, isJson, ...(path === undefined ? {} : { path }) };
  });
}
