import { SqlError } from "./errors.ts";

/** What a token is: `name` is a bare word (a keyword or a name), `quoted` is [x] or "x". */
export type TokenKind =
  "name" | "quoted" | "string" | "nstring" | "number" | "binary" | "variable" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The value: without brackets or quotes. */
  readonly text: string;
  /** The text in capitals, for bare words; otherwise the text. */
  readonly upper: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

const operators = ["<>", "<=", ">=", "!=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::"];
const single = new Set("=<>+-*/%(),.;&|^~:!{}".split(""));
const nameStart = /[\p{L}_#]/u;
const namePart = /[\p{L}\p{N}_#@$]/u;

/** Splits T-SQL text into tokens. Comments nest, as in T-SQL. Fails with 105 (open quote) or 113 (open comment). */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const push = (kind: TokenKind, text: string, from: number, upper = text): void => {
    tokens.push({ kind, text, upper, line, from, to: at });
    for (let i = from; i < at; i++) if (sql[i] === "\n") line++;
  };
  while (at < sql.length) {
    const from = at;
    const here = sql.charAt(at);
    const next = sql.charAt(at + 1);
    if (here === "\n") {
      line++;
      at++;
    } else if (/\s/.test(here) || here === "\uFEFF") at++;
    else if (here === "-" && next === "-") {
      while (at < sql.length && sql[at] !== "\n") at++;
    } else if (here === "/" && next === "*") {
      at = skipComment(sql, at, line);
      for (let i = from; i < at; i++) if (sql[i] === "\n") line++;
    } else if (here === "'" || ((here === "N" || here === "n") && next === "'")) {
      const wide = here !== "'";
      const text = quoted(sql, wide ? at + 1 : at, "'", line);
      at = text.to;
      push(wide ? "nstring" : "string", text.value, from);
    } else if (here === "[" || here === '"') {
      const text = quoted(sql, at, here === "[" ? "]" : '"', line);
      at = text.to;
      push("quoted", text.value, from);
    } else if (here === "0" && (next === "x" || next === "X")) {
      at += 2;
      while (/[0-9a-fA-F]/.test(sql.charAt(at))) at++;
      push("binary", sql.slice(from, at), from);
    } else if (/[0-9]/.test(here) || (here === "." && /[0-9]/.test(next))) {
      const number = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/.exec(sql.slice(at, at + 60));
      at += number?.[0].length ?? 1;
      push("number", sql.slice(from, at), from);
    } else if (here === "@") {
      at++;
      while (namePart.test(sql.charAt(at))) at++;
      push("variable", sql.slice(from, at), from, sql.slice(from, at).toUpperCase());
    } else if (nameStart.test(here)) {
      while (namePart.test(sql.charAt(at))) at++;
      push("name", sql.slice(from, at), from, sql.slice(from, at).toUpperCase());
    } else if (here === "$" && /[\w(]/.test(next)) {
      at++;
      while (namePart.test(sql.charAt(at))) at++;
      push("name", sql.slice(from, at), from, sql.slice(from, at).toUpperCase());
    } else if (operators.includes(here + next)) {
      at += 2;
      push("operator", here + next, from);
    } else if (single.has(here)) {
      at++;
      push("operator", here, from);
    } else throw syntax(102, `Incorrect syntax near '${here}'.`, line);
  }
  tokens.push({ kind: "end", text: "", upper: "", line, from: sql.length, to: sql.length });
  return tokens;
}

function skipComment(sql: string, from: number, line: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith("/*", at)) {
      depth++;
      at++;
    } else if (sql.startsWith("*/", at)) {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  throw syntax(113, "Missing end comment mark '*/'.", line);
}

function quoted(sql: string, from: number, close: string, line: number): { value: string; to: number } {
  let value = "";
  for (let at = from + 1; at < sql.length; at++) {
    const here = sql.charAt(at);
    if (here === close) {
      if (sql.charAt(at + 1) !== close) return { value, to: at + 1 };
      at++;
    }
    value += here;
  }
  throw syntax(105, `Unclosed quotation mark after the character string '${value.slice(0, 128)}'.`, line);
}

/** A parse error: severity 15, the whole batch does not run. */
export function syntax(number: number, text: string, line: number): SqlError {
  return new SqlError([{ number, state: 1, severity: 15, text, line }], true);
}
