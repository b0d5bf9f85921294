import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./parse-expressions.ts";
import { parseKeyStatement } from "./parse-keys.ts";
import type { LoginStatement, Option, Statement } from "./statements.ts";

/** Logins, users, roles, permissions, owners, keys; anything else is a syntax error. */
export function parseSecurity(cursor: Cursor, line: number): Statement {
  const action = cursor.peek().upper;
  const what = cursor.peek(1).upper;
  if (action === "GRANT" || action === "DENY" || action === "REVOKE") return parsePermission(cursor, line);
  if (cursor.accept("ALTER", "AUTHORIZATION")) {
    cursor.expect("ON");
    let of = "OBJECT";
    if (cursor.peek(1).text === "::") {
      of = cursor.next().upper;
      cursor.next();
    }
    const name = cursor.names();
    cursor.expect("TO");
    const to = cursor.accept("SCHEMA") ? (cursor.expect("OWNER"), "dbo") : cursor.name();
    return { kind: "authorization", line, of, name, to };
  }
  if (["CREATE", "ALTER", "DROP"].includes(action)) {
    const verb = action.toLowerCase() as "create" | "alter" | "drop";
    if (what === "LOGIN") return parseLogin(cursor, line, verb);
    if (what === "USER") return parseUser(cursor, line, verb);
    if (what === "ROLE" || (what === "SERVER" && cursor.peek(2).upper === "ROLE"))
      return parseRole(cursor, line);
  }
  const key = parseKeyStatement(cursor, line);
  if (key) return key;
  // CREATE x: the error is at x, as SQL Server has it.
  if (["CREATE", "ALTER", "DROP", "OPEN", "CLOSE", "BACKUP", "RESTORE"].includes(action)) cursor.next();
  throw cursor.wrong();
}

function parseLogin(cursor: Cursor, line: number, action: LoginStatement["action"]): Statement {
  cursor.next();
  cursor.next();
  const name = cursor.name();
  let isHashed = false;
  const options: Option[] = [];
  if (action === "drop") return { kind: "login", line, action, name, options, isHashed };
  if (action === "alter" && cursor.isOneOf("ENABLE", "DISABLE")) {
    const isEnabled = cursor.next().upper === "ENABLE";
    return { kind: "login", line, action, name, options, isHashed, isEnabled };
  }
  const fromWindows = action === "create" && cursor.is("FROM", "WINDOWS");
  if (fromWindows) cursor.expect("FROM", "WINDOWS");
  if (!fromWindows || cursor.is("WITH")) {
    cursor.expect("WITH");
    cursor.list(() => {
      const word = cursor.oneOf(
        "PASSWORD",
        "SID",
        "DEFAULT_DATABASE",
        "DEFAULT_LANGUAGE",
        "CHECK_EXPIRATION",
        "CHECK_POLICY",
        "NAME",
        "OLD_PASSWORD",
        "CREDENTIAL",
      );
      cursor.expect("=");
      if (word === "PASSWORD" || word === "SID" || word === "OLD_PASSWORD")
        options.push({ name: word, value: parseExpression(cursor) });
      else options.push({ name: word, word: cursor.isString ? cursor.string() : cursor.next().text });
      while (cursor.isOneOf("HASHED", "MUST_CHANGE", "UNLOCK", "OLD_PASSWORD")) {
        const more = cursor.next().upper;
        if (more === "HASHED") isHashed = true;
        else if (more === "OLD_PASSWORD") {
          cursor.expect("=");
          options.push({ name: more, value: parseExpression(cursor) });
        } else options.push({ name: more });
      }
    });
  }
  return { kind: "login", line, action, name, options, isHashed, fromWindows };
}

function parseUser(cursor: Cursor, line: number, action: LoginStatement["action"]): Statement {
  cursor.next();
  cursor.next();
  const ifExists = action === "drop" && cursor.accept("IF", "EXISTS");
  const name = cursor.name();
  const options: Option[] = [];
  let login: string | undefined;
  let withoutLogin = false;
  if (action === "create") {
    if (cursor.is("WITHOUT", "LOGIN")) {
      cursor.expect("WITHOUT", "LOGIN");
      withoutLogin = true;
    } else if (cursor.isOneOf("FOR", "FROM")) {
      cursor.next();
      cursor.expect("LOGIN");
      login = cursor.name();
    }
  }
  if (action !== "drop" && cursor.accept("WITH"))
    cursor.list(() => {
      const word = cursor.oneOf(
        "DEFAULT_SCHEMA",
        "LOGIN",
        "NAME",
        "DEFAULT_LANGUAGE",
        "ALLOW_ENCRYPTED_VALUE_MODIFICATIONS",
      );
      cursor.expect("=");
      const value = cursor.next().text;
      if (word === "LOGIN") login = value;
      else options.push({ name: word, word: value });
    });
  return {
    kind: "user",
    line,
    action,
    name,
    options,
    ifExists,
    withoutLogin,
    ...(login === undefined ? {} : { login }),
  };
}

function parseRole(cursor: Cursor, line: number): Statement {
  const verb = cursor.next().upper;
  const isServer = cursor.accept("SERVER");
  cursor.expect("ROLE");
  const ifExists = verb === "DROP" && cursor.accept("IF", "EXISTS");
  const name = cursor.name();
  const common = { kind: "role" as const, line, name, isServer, ifExists };
  if (verb === "DROP") return { ...common, action: "drop" };
  if (verb === "CREATE") {
    const owner = cursor.accept("AUTHORIZATION") ? cursor.name() : undefined;
    return { ...common, action: "create", ...(owner === undefined ? {} : { owner }) };
  }
  const action = cursor.oneOf("ADD", "DROP") === "ADD" ? "add" : "remove";
  cursor.expect("MEMBER");
  return { ...common, action, member: cursor.name() };
}

function parsePermission(cursor: Cursor, line: number): Statement {
  const action = cursor.next().upper as "GRANT" | "DENY" | "REVOKE";
  if (action === "REVOKE" && cursor.accept("GRANT")) cursor.expect("OPTION", "FOR");
  const permissions = cursor.list(() => {
    const words: string[] = [];
    while (cursor.peek().kind === "name" && !cursor.isOneOf("ON", "TO", "FROM"))
      words.push(cursor.next().upper);
    if (words.length === 0) throw cursor.wrong();
    if (cursor.is("(")) cursor.parenthesised(() => cursor.name());
    return words.join(" ");
  });
  let on: { kind: string; name: readonly string[] } | undefined;
  if (cursor.accept("ON")) {
    let kind = "OBJECT";
    const words: string[] = [];
    const start = cursor.position;
    while (cursor.peek().kind === "name" && cursor.peek(1).kind === "name") words.push(cursor.next().upper);
    if (cursor.peek(1).text === "::") {
      words.push(cursor.next().upper);
      cursor.next();
      kind = words.join(" ");
    } else cursor.back(start);
    on = { kind, name: cursor.names() };
    if (cursor.is("(")) cursor.parenthesised(() => cursor.name());
  }
  if (action === "REVOKE") cursor.oneOf("FROM", "TO");
  else cursor.expect("TO");
  const to = cursor.list(() => (cursor.accept("PUBLIC") ? "public" : cursor.name()));
  if (cursor.accept("WITH")) cursor.expect("GRANT", "OPTION");
  if (cursor.accept("CASCADE") || cursor.accept("AS")) if (cursor.isName) cursor.name();
  return { kind: "permission", line, action, permissions, to, ...(on ? { on } : {}) };
}
