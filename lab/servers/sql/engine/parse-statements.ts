import type { Expr } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { parseDatabaseStatement } from "./parse-databases.ts";
import { parseDefinition, parseTableDefinition } from "./parse-definitions.ts";
import { parseDelete, parseExec, parseInsert, parseUpdate } from "./parse-changes.ts";
import { parseExpression } from "./parse-expressions.ts";
import { parseCtes, parseQuery } from "./parse-queries.ts";
import { parseSecurity } from "./parse-security.ts";
import { parseType } from "./parse-types.ts";
import type { Statement } from "./statements.ts";

/** Batches that were read lately: servers are sent the same ones again and again. */
const known = new Map<string, readonly Statement[]>();
const mostKnown = 2000;

/** All statements of a batch. Any syntax error refuses the whole batch, as in SQL Server. */
export function parseBatch(sql: string): readonly Statement[] {
  const found = known.get(sql);
  if (found) return found;
  const statements = parseAnew(sql);
  if (known.size >= mostKnown) known.clear();
  known.set(sql, statements);
  return statements;
}

function parseAnew(sql: string): readonly Statement[] {
  const cursor = new Cursor(sql);
  const statements: Statement[] = [];
  while (cursor.accept(";"));
  while (!cursor.isEnd) {
    const isFirst = statements.length === 0;
    if (isFirst && cursor.isName && !cursor.is("THROW") && !cursor.is("LABEL")) {
      // EXEC may be left out for the first statement of a batch.
      statements.push(parseExec(cursor, cursor.peek().line));
    } else statements.push(...parseStatement(cursor));
    while (cursor.accept(";"));
  }
  return statements;
}

const texts = new WeakMap<Statement, string>();
/** The source text of a statement. */
export const statementText = (statement: Statement): string => texts.get(statement) ?? "";

/** One statement; DECLARE with several variables gives several. */
export function parseStatement(cursor: Cursor): Statement[] {
  const { from } = cursor.peek();
  const parsed = parseAny(cursor);
  for (const statement of parsed) texts.set(statement, cursor.sql.slice(from, cursor.peek(-1).to));
  return parsed;
}

function parseAny(cursor: Cursor): Statement[] {
  const token = cursor.peek();
  const line = token.line;
  if (token.kind === "operator" && token.text === "(")
    return [{ kind: "select", line, query: parseQuery(cursor) }];
  if (token.kind !== "name") throw cursor.wrong();
  switch (token.upper) {
    case "SELECT":
      return [{ kind: "select", line, query: parseQuery(cursor) }];
    case "WITH":
      return [parseWithCtes(cursor, line)];
    case "INSERT":
      return [parseInsert(cursor, line, [])];
    case "UPDATE":
      return cursor.is("UPDATE", "STATISTICS")
        ? skipStatistics(cursor, line)
        : [parseUpdate(cursor, line, [])];
    case "DELETE":
      return [parseDelete(cursor, line, [])];
    case "DECLARE":
      return parseDeclare(cursor, line);
    case "SET":
      return parseSet(cursor, line);
    case "IF": {
      cursor.next();
      const condition = parseExpression(cursor);
      const then = parseOne(cursor);
      const hasElse = cursor.is("ELSE") || (cursor.is(";", "ELSE") && cursor.accept(";"));
      if (!hasElse) return [{ kind: "if", line, condition, then }];
      cursor.expect("ELSE");
      return [{ kind: "if", line, condition, then, otherwise: parseOne(cursor) }];
    }
    case "WHILE": {
      cursor.next();
      const condition = parseExpression(cursor);
      return [{ kind: "while", line, condition, body: parseOne(cursor) }];
    }
    case "BEGIN":
      return [parseBegin(cursor, line)];
    case "COMMIT":
    case "ROLLBACK":
    case "SAVE": {
      cursor.next();
      const hasWord = cursor.isOneOf("TRAN", "TRANSACTION", "WORK");
      if (hasWord) cursor.next();
      const name = hasWord ? transactionName(cursor) : undefined;
      const action = token.upper.toLowerCase() as "commit" | "rollback" | "save";
      return [
        { kind: "transaction", line, action, isMarked: false, ...(name === undefined ? {} : { name }) },
      ];
    }
    case "BREAK":
    case "CONTINUE":
    case "CHECKPOINT":
      cursor.next();
      return [{ kind: token.upper.toLowerCase() as "break" | "continue" | "checkpoint", line }];
    case "RECONFIGURE":
      cursor.next();
      if (cursor.accept("WITH")) cursor.expect("OVERRIDE");
      return [{ kind: "nothing", line }];
    case "RETURN": {
      cursor.next();
      const hasValue =
        cursor.peek().kind === "number" ||
        cursor.peek().kind === "variable" ||
        cursor.is("-") ||
        cursor.is("(");
      return [{ kind: "return", line, ...(hasValue ? { expr: parseExpression(cursor) } : {}) }];
    }
    case "PRINT":
      cursor.next();
      return [{ kind: "print", line, expr: parseExpression(cursor) }];
    case "RAISERROR":
      return [parseRaiserror(cursor, line)];
    case "THROW": {
      cursor.next();
      const args: Expr[] =
        cursor.isEnd || cursor.is(";") || cursor.is("END") ? [] : cursor.list(() => parseExpression(cursor));
      if (args.length !== 0 && args.length !== 3) throw cursor.wrong();
      return [{ kind: "throw", line, args }];
    }
    case "WAITFOR": {
      cursor.next();
      const isTime = cursor.oneOf("DELAY", "TIME") === "TIME";
      return [{ kind: "waitfor", line, isTime, delay: parseExpression(cursor) }];
    }
    case "EXEC":
    case "EXECUTE":
      return [parseExecute(cursor, line)];
    case "REVERT":
      cursor.next();
      return [{ kind: "revert", line }];
    case "USE":
      cursor.next();
      return [{ kind: "use", line, database: cursor.name() }];
    case "TRUNCATE":
      cursor.expect("TRUNCATE", "TABLE");
      return [{ kind: "truncate", line, table: cursor.names() }];
    default:
      return [
        parseDefinition(cursor, line) ?? parseDatabaseStatement(cursor, line) ?? parseSecurity(cursor, line),
      ];
  }
}

function parseOne(cursor: Cursor): Statement {
  const line = cursor.peek().line;
  const body = parseStatement(cursor);
  const first = body[0];
  return body.length === 1 && first ? first : { kind: "block", line, body };
}

function parseWithCtes(cursor: Cursor, line: number): Statement {
  const ctes = parseCtes(cursor);
  if (cursor.is("INSERT")) return parseInsert(cursor, line, ctes);
  if (cursor.is("UPDATE")) return parseUpdate(cursor, line, ctes);
  if (cursor.is("DELETE")) return parseDelete(cursor, line, ctes);
  return { kind: "select", line, query: parseQuery(cursor, ctes) };
}

function parseExecute(cursor: Cursor, line: number): Statement {
  cursor.next();
  if (!cursor.accept("AS")) return parseExec(cursor, line);
  const kind = cursor.oneOf("LOGIN", "USER", "CALLER");
  if (kind === "CALLER") return { kind: "nothing", line };
  cursor.expect("=");
  return { kind: "execute as", line, principal: cursor.string(), isLogin: kind === "LOGIN" };
}

function transactionName(cursor: Cursor): string | undefined {
  if (cursor.peek().kind === "variable") return cursor.variable();
  return cursor.isName && !cursor.is("THROW") ? cursor.name() : undefined;
}

/** Statements until END of a block. */
function parseUntil(cursor: Cursor, ...end: readonly string[]): Statement[] {
  const body: Statement[] = [];
  while (cursor.accept(";"));
  while (!cursor.is(...end)) {
    if (cursor.isEnd) throw cursor.wrong();
    body.push(...parseStatement(cursor));
    while (cursor.accept(";"));
  }
  cursor.expect(...end);
  return body;
}

function parseBegin(cursor: Cursor, line: number): Statement {
  cursor.next();
  if (cursor.accept("TRY")) {
    const body = parseUntil(cursor, "END", "TRY");
    while (cursor.accept(";"));
    cursor.expect("BEGIN", "CATCH");
    return { kind: "try", line, body, handler: parseUntil(cursor, "END", "CATCH") };
  }
  cursor.accept("DISTRIBUTED");
  if (cursor.isOneOf("TRAN", "TRANSACTION")) {
    cursor.next();
    const name = transactionName(cursor);
    const isMarked = cursor.is("WITH", "MARK");
    if (isMarked) {
      cursor.expect("WITH", "MARK");
      if (cursor.isString) cursor.string();
    }
    return { kind: "transaction", line, action: "begin", isMarked, ...(name === undefined ? {} : { name }) };
  }
  const body = parseUntil(cursor, "END");
  if (body.length === 0) throw cursor.wrong();
  return { kind: "block", line, body };
}

function parseDeclare(cursor: Cursor, line: number): Statement[] {
  cursor.expect("DECLARE");
  if (cursor.isName) {
    const name = cursor.name();
    while (!cursor.is("FOR") && cursor.peek().kind === "name") cursor.next();
    cursor.expect("FOR");
    const query = parseQuery(cursor);
    if (cursor.is("FOR", "READ")) cursor.expect("FOR", "READ", "ONLY");
    return [{ kind: "declare cursor", line, name, query }];
  }
  return cursor.list((): Statement => {
    const name = cursor.variable();
    cursor.accept("AS");
    if (cursor.accept("TABLE")) return { kind: "declare", line, name, table: parseTableDefinition(cursor) };
    const { type } = parseType(cursor);
    const value = cursor.accept("=") ? parseExpression(cursor) : undefined;
    return { kind: "declare", line, name, type, ...(value ? { value } : {}) };
  });
}

function parseSet(cursor: Cursor, line: number): Statement[] {
  cursor.expect("SET");
  if (cursor.peek().kind === "variable") {
    const name = cursor.variable();
    const op = ["=", "+=", "-=", "*=", "/=", "%="].find((sign) => cursor.accept(sign));
    if (!op) throw cursor.wrong();
    const right = parseExpression(cursor);
    const left: Expr = { kind: "variable", name, line };
    return [
      {
        kind: "set",
        line,
        name,
        expr: op === "=" ? right : { kind: "binary", op: op.charAt(0), left, right },
      },
    ];
  }
  if (cursor.accept("TRANSACTION", "ISOLATION", "LEVEL")) {
    while (cursor.isOneOf("READ", "UNCOMMITTED", "COMMITTED", "REPEATABLE", "SNAPSHOT", "SERIALIZABLE"))
      cursor.next();
    return [{ kind: "nothing", line }];
  }
  if (cursor.accept("IDENTITY_INSERT")) {
    const table = cursor.names();
    return [{ kind: "set option", line, option: "IDENTITY_INSERT", table, value: cursor.oneOf("ON", "OFF") }];
  }
  const options: string[] = [];
  do {
    const token = cursor.peek();
    if (token.kind !== "name") throw cursor.wrong();
    options.push(cursor.next().upper);
    if (options.at(-1) === "STATISTICS") cursor.oneOf("IO", "TIME", "XML", "PROFILE");
  } while (cursor.accept(","));
  const token = cursor.peek();
  if (token.kind === "operator" && token.text !== "-") throw cursor.wrong();
  cursor.accept("-");
  if (cursor.isEnd) throw cursor.wrong();
  const value = cursor.next().upper;
  return options.map((option) => ({ kind: "set option", line, option, value }));
}

function parseRaiserror(cursor: Cursor, line: number): Statement {
  cursor.next();
  const args = cursor.parenthesised(() => parseExpression(cursor));
  let isLogged = false;
  if (cursor.accept("WITH"))
    cursor.list(() => (isLogged = cursor.oneOf("NOWAIT", "LOG", "SETERROR") === "LOG" || isLogged));
  return { kind: "raiserror", line, args, isLogged };
}

function skipStatistics(cursor: Cursor, line: number): Statement[] {
  cursor.expect("UPDATE", "STATISTICS");
  cursor.names();
  if (cursor.accept("WITH")) cursor.list(() => cursor.next());
  return [{ kind: "nothing", line }];
}
