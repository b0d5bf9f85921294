import type { SqlError } from "./errors.ts";
import { syntax, type Token, tokenize } from "./tokens.ts";

/** Transact-SQL's reserved words: not a name unless quoted, and what 156 names instead of 102. */
export const reserved = new Set(
  `ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK CHECKPOINT CLOSE
  CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE
  CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISK DISTINCT DISTRIBUTED
  DOUBLE DROP DUMP ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN
  FREETEXT FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER INSERT
  INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO LOAD MERGE NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON
  OPEN OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRECISION PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ READTEXT
  RECONFIGURE REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA
  SELECT SESSION_USER SET SETUSER SHUTDOWN SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION
  TRIGGER TRUNCATE TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN WHERE
  WHILE WITH WRITETEXT`.split(/\s+/),
);

/** Reads the tokens of a batch one after the other; what cannot be read fails as SQL Server's parser does (102, 156). */
export class Cursor {
  public readonly sql: string;
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.tokens = tokenize(sql);
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (!token) throw new Error("a token list ends with its end token");
    return token;
  }
  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }
  /** Whether the next tokens are these words or signs. */
  is(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return (token.kind === "name" || token.kind === "operator") && token.upper === word;
    });
  }
  /** Whether the next token is one of these words. */
  isOneOf(...words: readonly string[]): boolean {
    return words.some((word) => this.is(word));
  }
  accept(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    this.at += words.length;
    return true;
  }
  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.wrong();
  }
  /** One of these words, and which. */
  oneOf(...words: readonly string[]): string {
    const found = words.find((word) => this.accept(word));
    if (found === undefined) throw this.wrong();
    return found;
  }
  get position(): number {
    return this.at;
  }
  back(to: number): void {
    this.at = to;
  }
  get isEnd(): boolean {
    return this.peek().kind === "end";
  }

  /** The error for a token that cannot stand here. */
  wrong(): SqlError {
    const here = this.peek();
    const token = here.kind === "end" ? (this.tokens[this.tokens.length - 2] ?? here) : here;
    if (here.kind === "name" && reserved.has(here.upper))
      return syntax(156, `Incorrect syntax near the keyword '${token.text}'.`, token.line);
    return syntax(102, `Incorrect syntax near '${token.text.slice(0, 128)}'.`, token.line);
  }

  /** Whether a name stands here: a word that is not reserved, or a quoted one. */
  get isName(): boolean {
    const token = this.peek();
    return token.kind === "quoted" || (token.kind === "name" && !reserved.has(token.upper));
  }
  name(): string {
    if (!this.isName) throw this.wrong();
    return this.next().text;
  }
  /** `a`, `a.b`, `a..c`, `a.b.c`: parts from left to right, "" where one is left out. */
  names(): string[] {
    const parts = [this.name()];
    while (this.is(".")) {
      this.next();
      if (this.is(".")) parts.push("");
      else {
        const token = this.peek();
        if (token.kind !== "name" && token.kind !== "quoted") throw this.wrong();
        parts.push(this.next().text);
      }
    }
    return parts;
  }
  /** A string literal, or a variable's name where one may stand. */
  get isString(): boolean {
    return this.peek().kind === "string" || this.peek().kind === "nstring";
  }
  string(): string {
    if (!this.isString) throw this.wrong();
    return this.next().text;
  }
  number(): number {
    const isNegative = this.accept("-");
    if (this.peek().kind !== "number") throw this.wrong();
    const value = Number(this.next().text);
    return isNegative ? -value : value;
  }
  variable(): string {
    if (this.peek().kind !== "variable") throw this.wrong();
    return this.next().text;
  }
  /** Items separated by commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(",")) items.push(item());
    return items;
  }
  /** `( item, item )`. */
  parenthesised<T>(item: () => T): T[] {
    this.expect("(");
    const items = this.list(item);
    this.expect(")");
    return items;
  }
}
