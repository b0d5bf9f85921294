import type { ColumnDefinition, KeyDefinition, TableDefinition } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./parse-expressions.ts";
import { parseQuery, skipParentheses } from "./parse-queries.ts";
import { parseType } from "./parse-types.ts";
import type { ParameterDeclaration, Statement } from "./statements.ts";

/** `( column type ..., CONSTRAINT ... )`. */
export function parseTableDefinition(cursor: Cursor): TableDefinition {
  const columns: ColumnDefinition[] = [];
  const keys: KeyDefinition[] = [];
  cursor.expect("(");
  do {
    if (cursor.is(")")) break;
    parseElement(cursor, columns, keys);
  } while (cursor.accept(","));
  cursor.expect(")");
  return { columns, keys };
}

function parseElement(cursor: Cursor, columns: ColumnDefinition[], keys: KeyDefinition[]): void {
  if (cursor.isOneOf("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "INDEX")) {
    const isIndex = cursor.accept("INDEX");
    const name = isIndex || cursor.accept("CONSTRAINT") ? cursor.name() : undefined;
    const key = parseKey(cursor, name, undefined, isIndex);
    if (key) keys.push(key);
    return;
  }
  columns.push(parseColumn(cursor, keys));
}

/** A column with its options; keys that it declares are added to `keys`. */
export function parseColumn(cursor: Cursor, keys: KeyDefinition[]): ColumnDefinition {
  const name = cursor.name();
  const textFrom = (start: number): string => cursor.sql.slice(start, cursor.peek(-1).to).trim();
  if (cursor.accept("AS")) {
    const start = cursor.peek().from;
    const computed = parseExpression(cursor);
    const computedText = textFrom(start);
    const isPersisted = cursor.accept("PERSISTED");
    if (cursor.accept("NOT", "NULL"))
      return {
        name,
        type: { name: "int" },
        typeName: "int",
        computed,
        computedText,
        isPersisted,
        isNullable: false,
      };
    return { name, type: { name: "int" }, typeName: "int", computed, computedText, isPersisted };
  }
  const bare =
    (cursor.peek().upper === "TIMESTAMP" || cursor.peek().upper === "ROWVERSION") &&
    cursor.peek().kind === "name";
  const { type, name: typeName } = parseType(cursor);
  let column: ColumnDefinition = { name, type, typeName: bare ? "timestamp" : typeName };
  for (;;) {
    const constraint = cursor.accept("CONSTRAINT") ? cursor.name() : undefined;
    if (cursor.accept("NOT", "NULL")) column = { ...column, isNullable: false };
    else if (cursor.accept("NULL")) column = { ...column, isNullable: true };
    else if (cursor.accept("IDENTITY")) {
      const [seed = 1, increment = 1] = cursor.is("(") ? cursor.parenthesised(() => cursor.number()) : [];
      column = { ...column, identity: { seed, increment }, isNullable: false };
      if (cursor.is("NOT", "FOR")) cursor.expect("NOT", "FOR", "REPLICATION");
    } else if (cursor.accept("DEFAULT")) {
      const start = cursor.peek().from;
      const expr = parseExpression(cursor);
      column = { ...column, default: expr, defaultText: `(${textFrom(start)})` };
    } else if (cursor.accept("COLLATE")) column = { ...column, collation: cursor.name() };
    else if (cursor.isOneOf("ROWGUIDCOL", "SPARSE")) cursor.next();
    else {
      const key = parseKey(cursor, constraint, name, false);
      if (!key) return column;
      keys.push(key);
      if (key.kind === "primary") column = { ...column, isNullable: false };
    }
  }
}

function parseKey(
  cursor: Cursor,
  name: string | undefined,
  column: string | undefined,
  isIndex: boolean,
): KeyDefinition | undefined {
  const named = name === undefined ? {} : { name };
  const own = column === undefined ? [] : [{ name: column, isDescending: false }];
  if (isIndex || cursor.isOneOf("PRIMARY", "UNIQUE")) {
    const isPrimary = cursor.accept("PRIMARY");
    if (isPrimary) cursor.expect("KEY");
    const isUnique = isPrimary || cursor.accept("UNIQUE");
    const isClustered = cursor.accept("CLUSTERED") || (!cursor.accept("NONCLUSTERED") && isPrimary);
    const columns = cursor.is("(") ? parseKeyColumns(cursor) : own;
    if (cursor.accept("WITH")) skipParentheses(cursor);
    if (cursor.accept("ON")) cursor.name();
    return {
      ...named,
      kind: isPrimary ? "primary" : isIndex ? "index" : "unique",
      columns,
      isClustered,
      isUnique,
    };
  }
  if (cursor.isOneOf("FOREIGN", "REFERENCES")) {
    let columns = own;
    if (cursor.accept("FOREIGN")) {
      cursor.expect("KEY");
      columns = parseKeyColumns(cursor);
    }
    cursor.expect("REFERENCES");
    const table = cursor.names();
    const to = cursor.is("(") ? cursor.parenthesised(() => cursor.name()) : [];
    while (cursor.accept("ON")) {
      cursor.oneOf("DELETE", "UPDATE");
      if (cursor.accept("NO")) cursor.expect("ACTION");
      else if (cursor.accept("SET")) cursor.oneOf("NULL", "DEFAULT");
      else cursor.expect("CASCADE");
    }
    return { ...named, kind: "foreign", columns, references: { table, columns: to } };
  }
  if (cursor.accept("CHECK")) {
    const start = cursor.peek().from;
    cursor.expect("(");
    const check = parseExpression(cursor);
    cursor.expect(")");
    return {
      ...named,
      kind: "check",
      columns: own,
      check,
      checkText: cursor.sql.slice(start, cursor.peek(-1).to),
    };
  }
  return undefined;
}

function parseKeyColumns(cursor: Cursor): KeyDefinition["columns"][number][] {
  return cursor.parenthesised(() => {
    const name = cursor.name();
    const isDescending = cursor.accept("DESC");
    if (!isDescending) cursor.accept("ASC");
    return { name, isDescending };
  });
}

type DropWhat = Extract<Statement, { kind: "drop" }>["what"];
const dropWords: Readonly<Record<string, DropWhat>> = {
  TABLE: "table",
  VIEW: "view",
  PROCEDURE: "procedure",
  PROC: "procedure",
  SCHEMA: "schema",
  INDEX: "index",
  DATABASE: "database",
  FUNCTION: "function",
  TRIGGER: "trigger",
  SYNONYM: "synonym",
};

/** CREATE, ALTER and DROP of tables, indexes, schemas, views, procedures; undefined where it is none of these. */
export function parseDefinition(cursor: Cursor, line: number): Statement | undefined {
  if (cursor.is("DROP")) {
    const what = dropWords[cursor.peek(1).upper];
    if (!what) return undefined;
    cursor.next();
    cursor.next();
    const ifExists = cursor.accept("IF", "EXISTS");
    const names = cursor.list(() => cursor.names());
    const on = what === "index" && cursor.accept("ON") ? cursor.names() : undefined;
    return { kind: "drop", line, what, names, ifExists, ...(on ? { on } : {}) };
  }
  if (cursor.accept("CREATE", "TABLE")) {
    const name = cursor.names();
    const definition = parseTableDefinition(cursor);
    while (cursor.isOneOf("ON", "TEXTIMAGE_ON", "WITH")) {
      if (cursor.next().upper === "WITH") skipParentheses(cursor);
      else cursor.name();
    }
    return { kind: "create table", line, name, definition };
  }
  if (cursor.accept("ALTER", "TABLE")) return parseAlterTable(cursor, line);
  if (cursor.accept("CREATE", "SCHEMA")) {
    const name = cursor.is("AUTHORIZATION") ? cursor.peek(1).text : cursor.name();
    const owner = cursor.accept("AUTHORIZATION") ? cursor.name() : undefined;
    return { kind: "create schema", line, name, ...(owner === undefined ? {} : { owner }) };
  }
  if (cursor.accept("CREATE", "SYNONYM")) {
    const name = cursor.names();
    cursor.expect("FOR");
    return { kind: "create synonym", line, name, target: cursor.names() };
  }
  const action = cursor.is("ALTER")
    ? "alter"
    : cursor.is("CREATE", "OR", "ALTER")
      ? "create or alter"
      : cursor.is("CREATE")
        ? "create"
        : undefined;
  if (!action) return undefined;
  const word = cursor.peek(action === "create or alter" ? 3 : 1).upper;
  if (["PROCEDURE", "PROC", "VIEW"].includes(word)) {
    for (let i = action === "create or alter" ? 4 : 2; i > 0; i--) cursor.next();
    return word === "VIEW" ? parseView(cursor, line, action) : parseProcedure(cursor, line, action);
  }
  if (["UNIQUE", "CLUSTERED", "NONCLUSTERED", "INDEX"].includes(word) && action === "create")
    return parseIndex(cursor, line);
  return undefined;
}

function parseIndex(cursor: Cursor, line: number): Statement {
  cursor.expect("CREATE");
  const isUnique = cursor.accept("UNIQUE");
  const isClustered = cursor.accept("CLUSTERED");
  if (!isClustered) cursor.accept("NONCLUSTERED");
  cursor.expect("INDEX");
  const name = cursor.name();
  cursor.expect("ON");
  const table = cursor.names();
  const columns = parseKeyColumns(cursor);
  if (cursor.accept("INCLUDE")) cursor.parenthesised(() => cursor.name());
  if (cursor.accept("WHERE")) parseExpression(cursor);
  if (cursor.accept("WITH")) skipParentheses(cursor);
  if (cursor.accept("ON")) cursor.name();
  return { kind: "create index", line, table, key: { name, kind: "index", columns, isUnique, isClustered } };
}

function parseAlterTable(cursor: Cursor, line: number): Statement {
  const name = cursor.names();
  if (cursor.is("WITH")) {
    cursor.next();
    cursor.oneOf("CHECK", "NOCHECK");
  }
  if (cursor.accept("ADD")) {
    const columns: ColumnDefinition[] = [];
    const keys: KeyDefinition[] = [];
    do parseElement(cursor, columns, keys);
    while (cursor.accept(","));
    return { kind: "alter table", line, name, add: { columns, keys } };
  }
  if (cursor.accept("DROP")) {
    const what = cursor.accept("COLUMN") ? "column" : "constraint";
    if (what === "constraint") cursor.accept("CONSTRAINT");
    const ifExists = cursor.accept("IF", "EXISTS");
    return {
      kind: "alter table",
      line,
      name,
      drop: { what, names: cursor.list(() => cursor.name()), ifExists },
    };
  }
  if (cursor.accept("ALTER", "COLUMN"))
    return { kind: "alter table", line, name, alter: parseColumn(cursor, []) };
  const isCheck = cursor.oneOf("CHECK", "NOCHECK") === "CHECK";
  cursor.expect("CONSTRAINT");
  if (!cursor.accept("ALL")) cursor.list(() => cursor.name());
  return { kind: "alter table", line, name, isCheck };
}

type Action = "create" | "alter" | "create or alter";
function parseView(cursor: Cursor, line: number, action: Action): Statement {
  const name = cursor.names();
  cursor.expect("AS");
  const start = cursor.peek().from;
  const query = parseQuery(cursor);
  return { kind: "create view", line, name, query, action, text: cursor.sql.slice(start) };
}

/** `@name type [= default] [OUTPUT], ...`. */
export function parseParameters(cursor: Cursor): ParameterDeclaration[] {
  if (cursor.peek().kind !== "variable") return [];
  return cursor.list(() => {
    const name = cursor.variable();
    cursor.accept("AS");
    const { type } = parseType(cursor);
    const value = cursor.accept("=") ? parseExpression(cursor) : undefined;
    const isOutput = cursor.accept("OUTPUT") || cursor.accept("OUT");
    cursor.accept("READONLY");
    return { name, type, isOutput, ...(value ? { default: value } : {}) };
  });
}

function parseProcedure(cursor: Cursor, line: number, action: Action): Statement {
  const name = cursor.names();
  const hasParentheses = cursor.accept("(");
  const parameters = parseParameters(cursor);
  if (hasParentheses) cursor.expect(")");
  if (cursor.accept("WITH"))
    cursor.list(() => (cursor.accept("EXECUTE", "AS") ? cursor.next() : cursor.next()));
  cursor.expect("AS");
  const body = cursor.sql.slice(cursor.peek().from);
  while (!cursor.isEnd) cursor.next();
  return { kind: "create procedure", line, name, parameters, body, action };
}
