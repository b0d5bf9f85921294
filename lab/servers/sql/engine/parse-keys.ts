import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseExpression } from "./parse-expressions.ts";
import type { KeyStatement } from "./statements.ts";

type Action = KeyStatement["action"];

/** Master keys, certificates and symmetric keys; undefined where it is none of these. */
export function parseKeyStatement(cursor: Cursor, line: number): KeyStatement | undefined {
  if (cursor.is("CLOSE", "ALL")) {
    cursor.expect("CLOSE", "ALL", "SYMMETRIC", "KEYS");
    return { kind: "key", line, of: "symmetric", action: "close all" };
  }
  const verb = cursor.peek().upper;
  if (!["CREATE", "DROP", "OPEN", "CLOSE", "ALTER", "BACKUP", "RESTORE"].includes(verb)) return undefined;
  const action = verb.toLowerCase() as Action;
  if (cursor.peek(1).upper === "MASTER" && cursor.peek(2).upper === "KEY") {
    cursor.expect(verb, "MASTER", "KEY");
    return { kind: "key", line, of: "master", action, ...parseMaster(cursor, action) };
  }
  if (cursor.peek(1).upper === "SERVICE" && cursor.peek(2).upper === "MASTER") {
    cursor.expect(verb, "SERVICE", "MASTER", "KEY");
    if (action === "alter") {
      cursor.accept("FORCE");
      cursor.expect("REGENERATE");
      return { kind: "key", line, of: "service master", action, isRegenerate: true };
    }
    return { kind: "key", line, of: "service master", action, ...parseFile(cursor) };
  }
  if (cursor.peek(1).upper === "CERTIFICATE") {
    cursor.expect(verb, "CERTIFICATE");
    const name = cursor.name();
    return { kind: "key", line, of: "certificate", action, name, ...parseCertificate(cursor, action) };
  }
  if (cursor.peek(1).upper === "SYMMETRIC" && cursor.peek(2).upper === "KEY") {
    cursor.expect(verb, "SYMMETRIC", "KEY");
    const name = cursor.name();
    return { kind: "key", line, of: "symmetric", action, name, ...parseSymmetric(cursor, action) };
  }
  return undefined;
}

function parsePassword(cursor: Cursor): Expr {
  cursor.expect("PASSWORD", "=");
  return parseExpression(cursor);
}

/** `TO|FROM FILE = 'p' [DECRYPTION BY PASSWORD = 'x'] ENCRYPTION BY PASSWORD = 'x' [FORCE]`. */
function parseFile(cursor: Cursor): Partial<KeyStatement> {
  cursor.oneOf("TO", "FROM");
  cursor.expect("FILE", "=");
  const file = parseExpression(cursor);
  let password: Expr | undefined;
  let decryption: Expr | undefined;
  for (;;) {
    if (cursor.accept("DECRYPTION")) {
      cursor.expect("BY");
      decryption = parsePassword(cursor);
    } else if (cursor.accept("ENCRYPTION")) {
      cursor.expect("BY");
      password = parsePassword(cursor);
    } else if (!cursor.accept("FORCE")) break;
  }
  return { file, ...(password ? { password } : {}), ...(decryption ? { decryption } : {}) };
}

function parseMaster(cursor: Cursor, action: Action): Partial<KeyStatement> {
  if (action === "drop" || action === "close") return {};
  if (action === "backup" || action === "restore") return parseFile(cursor);
  if (action === "open") {
    cursor.expect("DECRYPTION", "BY");
    return { password: parsePassword(cursor) };
  }
  if (action === "create") {
    if (!cursor.accept("ENCRYPTION")) return {};
    cursor.expect("BY");
    return { password: parsePassword(cursor) };
  }
  cursor.accept("FORCE");
  if (cursor.accept("REGENERATE")) {
    cursor.expect("WITH", "ENCRYPTION", "BY");
    return { isRegenerate: true, password: parsePassword(cursor) };
  }
  const change = cursor.oneOf("ADD", "DROP");
  cursor.expect("ENCRYPTION", "BY");
  if (cursor.accept("SERVICE")) {
    cursor.expect("MASTER", "KEY");
    return change === "ADD" ? { add: "service" } : { remove: "service" };
  }
  const password = parsePassword(cursor);
  return change === "ADD" ? { add: "password", password } : { remove: "password", password };
}

function parseCertificate(cursor: Cursor, action: Action): Partial<KeyStatement> {
  if (action === "drop") return {};
  if (action === "backup") return { ...parseCertificateFile(cursor) };
  if (action !== "create") throw cursor.wrong();
  if (cursor.accept("AUTHORIZATION")) cursor.name();
  if (cursor.is("FROM")) return parseCertificateFile(cursor);
  let password: Expr | undefined;
  if (cursor.accept("ENCRYPTION")) {
    cursor.expect("BY");
    password = parsePassword(cursor);
  }
  cursor.expect("WITH");
  let subject = "";
  cursor.list(() => {
    const word = cursor.oneOf("SUBJECT", "START_DATE", "EXPIRY_DATE");
    cursor.expect("=");
    const value = cursor.string();
    if (word === "SUBJECT") subject = value;
  });
  return { subject, ...(password ? { password } : {}) };
}

function parseCertificateFile(cursor: Cursor): Partial<KeyStatement> {
  cursor.oneOf("TO", "FROM");
  cursor.expect("FILE", "=");
  const file = parseExpression(cursor);
  if (!cursor.accept("WITH")) return { file };
  cursor.expect("PRIVATE", "KEY");
  let password: Expr | undefined;
  cursor.parenthesised(() => {
    const word = cursor.oneOf("FILE", "ENCRYPTION", "DECRYPTION");
    if (word === "FILE") {
      cursor.expect("=");
      parseExpression(cursor);
    } else {
      cursor.expect("BY");
      password = parsePassword(cursor);
    }
  });
  return { file, ...(password ? { password } : {}) };
}

function parseSymmetric(cursor: Cursor, action: Action): Partial<KeyStatement> {
  if (action === "drop" || action === "close") return {};
  if (action === "open") {
    cursor.expect("DECRYPTION", "BY");
    if (!cursor.accept("CERTIFICATE")) return { password: parsePassword(cursor) };
    const certificate = cursor.name();
    if (!cursor.accept("WITH")) return { certificate };
    return { certificate, password: parsePassword(cursor) };
  }
  if (action !== "create") throw cursor.wrong();
  if (cursor.accept("AUTHORIZATION")) cursor.name();
  cursor.expect("WITH");
  const found: { algorithm?: string; keySource?: string; identityValue?: string } = {};
  cursor.list(() => {
    const word = cursor.oneOf("ALGORITHM", "KEY_SOURCE", "IDENTITY_VALUE");
    cursor.expect("=");
    if (word === "ALGORITHM") found.algorithm = cursor.name();
    else if (word === "KEY_SOURCE") found.keySource = cursor.string();
    else found.identityValue = cursor.string();
  });
  cursor.expect("ENCRYPTION", "BY");
  if (cursor.accept("CERTIFICATE")) return { ...found, certificate: cursor.name() };
  return { ...found, password: parsePassword(cursor) };
}
