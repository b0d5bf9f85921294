import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { refuse } from "./errors.ts";
import { parseExpression } from "./parse-expressions.ts";
import type {
  AlterDatabaseStatement,
  FileDefinition,
  Option,
  RestoreStatement,
  Statement,
} from "./statements.ts";
import { syntax } from "./tokens.ts";
import { nvarchar } from "./types.ts";

const text = (value: string): Expr => ({ kind: "literal", value, type: nvarchar(Math.max(1, value.length)) });

/** A name or a variable where BACKUP and RESTORE take a database. */
function parseDatabaseName(cursor: Cursor): Expr {
  if (cursor.peek().kind === "variable") {
    const token = cursor.next();
    return { kind: "variable", name: token.text, line: token.line };
  }
  return text(cursor.name());
}

/** Statements about whole databases: CREATE, ALTER, BACKUP, RESTORE; KILL and DBCC. Undefined where it is none. */
export function parseDatabaseStatement(cursor: Cursor, line: number): Statement | undefined {
  if (
    cursor.is("BACKUP", "DATABASE") ||
    cursor.is("BACKUP", "LOG") ||
    cursor.is("BACKUP", "TRANSACTION") ||
    cursor.is("BACKUP", "TRAN")
  ) {
    cursor.next();
    const what = cursor.next().upper === "DATABASE" ? "database" : "log";
    const database = parseDatabaseName(cursor);
    cursor.expect("TO");
    const devices = parseDevices(cursor);
    if (cursor.is("MIRROR")) throw cursor.wrong();
    return { kind: "backup", line, what, database, devices, options: parseOptions(cursor, "BACKUP").options };
  }
  if (
    cursor.is("RESTORE") &&
    [
      "DATABASE",
      "LOG",
      "TRANSACTION",
      "TRAN",
      "HEADERONLY",
      "FILELISTONLY",
      "VERIFYONLY",
      "LABELONLY",
    ].includes(cursor.peek(1).upper)
  )
    return parseRestore(cursor, line);
  if (cursor.accept("CREATE", "DATABASE")) return parseCreate(cursor, line);
  if (cursor.accept("ALTER", "DATABASE")) return parseAlter(cursor, line);
  if (cursor.accept("KILL")) return { kind: "kill", line, spid: parseExpression(cursor) };
  if (cursor.accept("DBCC")) {
    const command = cursor.next().upper;
    const args = cursor.is("(")
      ? cursor.parenthesised(() => (cursor.accept("-") ? `-${cursor.next().text}` : cursor.next().text))
      : [];
    if (cursor.accept("WITH")) cursor.list(() => cursor.next());
    return { kind: "dbcc", line, command, args };
  }
  if (
    cursor.isOneOf("OPEN", "CLOSE", "DEALLOCATE", "FETCH") &&
    cursor.peek(1).kind === "name" &&
    !["MASTER", "SYMMETRIC", "ALL"].includes(cursor.peek(1).upper)
  )
    throw cursor.wrong();
  return undefined;
}

function parseDevices(cursor: Cursor): Expr[] {
  const devices = cursor.list(() => {
    cursor.oneOf("DISK", "URL");
    cursor.expect("=");
    return parseExpression(cursor);
  });
  // Striped media sets are not simulated: refused, not half done.
  if (devices.length > 1) throw refuse(40517, "DISK, DISK");
  return devices;
}

const known: Readonly<Record<"BACKUP" | "RESTORE", ReadonlySet<string>>> = {
  BACKUP: new Set(
    "DIFFERENTIAL COPY_ONLY COMPRESSION NO_COMPRESSION DESCRIPTION NAME EXPIREDATE RETAINDAYS NOINIT INIT NOSKIP SKIP NOFORMAT FORMAT MEDIADESCRIPTION MEDIANAME BLOCKSIZE BUFFERCOUNT MAXTRANSFERSIZE NO_CHECKSUM CHECKSUM STOP_ON_ERROR CONTINUE_AFTER_ERROR RESTART STATS REWIND NOREWIND UNLOAD NOUNLOAD NORECOVERY STANDBY NO_TRUNCATE PASSWORD MEDIAPASSWORD".split(
      " ",
    ),
  ),
  RESTORE: new Set(
    "RECOVERY NORECOVERY STANDBY REPLACE RESTART RESTRICTED_USER FILE PASSWORD MEDIANAME MEDIAPASSWORD BLOCKSIZE BUFFERCOUNT MAXTRANSFERSIZE CHECKSUM NO_CHECKSUM STOP_ON_ERROR CONTINUE_AFTER_ERROR STATS KEEP_REPLICATION KEEP_CDC ENABLE_BROKER ERROR_BROKER_CONVERSATIONS NEW_BROKER STOPAT STOPATMARK STOPBEFOREMARK PARTIAL LOADHISTORY METADATA_ONLY REWIND NOREWIND UNLOAD NOUNLOAD".split(
      " ",
    ),
  ),
};

function parseOptions(
  cursor: Cursor,
  statement: "BACKUP" | "RESTORE",
): { options: Option[]; moves: RestoreStatement["moves"] } {
  const options: Option[] = [];
  const moves: { file: Expr; to: Expr }[] = [];
  if (!cursor.accept("WITH")) return { options, moves };
  cursor.list(() => {
    const token = cursor.next();
    if (token.kind !== "name") throw syntax(102, `Incorrect syntax near '${token.text}'.`, token.line);
    if (token.upper === "MOVE" && statement === "RESTORE") {
      const file = parseExpression(cursor);
      cursor.expect("TO");
      moves.push({ file, to: parseExpression(cursor) });
      return;
    }
    if (!known[statement].has(token.upper))
      throw syntax(155, `'${token.text}' is not a recognized ${statement} option.`, token.line);
    const value = cursor.accept("=") ? parseExpression(cursor) : undefined;
    options.push({ name: token.upper, ...(value ? { value } : {}) });
    if (token.upper.endsWith("MARK") && cursor.accept("AFTER"))
      options.push({ name: "AFTER", value: parseExpression(cursor) });
  });
  return { options, moves };
}

function parseRestore(cursor: Cursor, line: number): Statement {
  cursor.next();
  const word = cursor.next().upper;
  const what =
    word === "TRAN" || word === "TRANSACTION" ? "log" : (word.toLowerCase() as RestoreStatement["what"]);
  const database = what === "database" || what === "log" ? parseDatabaseName(cursor) : undefined;
  const devices = cursor.accept("FROM") ? parseDevices(cursor) : [];
  if (devices.length === 0 && what !== "database" && what !== "log") throw cursor.wrong();
  const { options, moves } = parseOptions(cursor, "RESTORE");
  return { kind: "restore", line, what, devices, options, moves, ...(database ? { database } : {}) };
}

function parseFiles(cursor: Cursor, filegroup: string): FileDefinition[] {
  return cursor.list((): FileDefinition => {
    let group = filegroup;
    if (cursor.accept("PRIMARY")) group = "PRIMARY";
    else if (cursor.accept("FILEGROUP")) {
      group = cursor.name();
      cursor.accept("DEFAULT");
    }
    filegroup = group;
    return { ...parseFile(cursor), filegroup: group };
  });
}

/** `(NAME = x, FILENAME = 'p', SIZE = ...)`. */
function parseFile(cursor: Cursor): FileDefinition {
  let name = "";
  let path: string | undefined;
  cursor.parenthesised(() => {
    const word = cursor.oneOf("NAME", "NEWNAME", "FILENAME", "SIZE", "MAXSIZE", "FILEGROWTH");
    cursor.expect("=");
    if (word === "NAME") name = cursor.isString ? cursor.string() : cursor.name();
    else if (word === "FILENAME") path = cursor.string();
    else {
      cursor.next();
      if (cursor.isOneOf("KB", "MB", "GB", "TB", "%")) cursor.next();
    }
  });
  return { name, ...(path === undefined ? {} : { path }) };
}

function parseCreate(cursor: Cursor, line: number): Statement {
  const name = cursor.name();
  const files = cursor.accept("ON") ? parseFiles(cursor, "PRIMARY") : [];
  const log = cursor.accept("LOG") ? (cursor.expect("ON"), parseFiles(cursor, "")) : [];
  const collation = cursor.accept("COLLATE") ? cursor.name() : undefined;
  if (cursor.accept("WITH")) cursor.list(() => (cursor.next(), cursor.isOneOf("ON", "OFF") && cursor.next()));
  return {
    kind: "create database",
    line,
    name,
    files,
    log,
    ...(collation === undefined ? {} : { collation }),
  };
}

function parseAlter(cursor: Cursor, line: number): Statement {
  const database = cursor.is("CURRENT") ? (cursor.next(), undefined) : cursor.name();
  const common = {
    kind: "alter database" as const,
    line,
    options: [],
    ...(database === undefined ? {} : { database }),
  };
  if (cursor.accept("MODIFY", "NAME")) {
    cursor.expect("=");
    return { ...common, rename: cursor.name() };
  }
  if (cursor.accept("COLLATE")) return { ...common, collation: cursor.name() };
  if (cursor.accept("MODIFY", "FILE")) return { ...common, moveFile: parseFile(cursor) };
  if (cursor.accept("ADD", "FILEGROUP")) return { ...common, addFilegroup: cursor.name() };
  if (cursor.accept("ADD", "LOG")) {
    cursor.expect("FILE");
    return { ...common, addFiles: cursor.list(() => parseFile(cursor)) };
  }
  if (cursor.accept("ADD", "FILE")) {
    const files = cursor.list(() => parseFile(cursor));
    const filegroup = cursor.accept("TO", "FILEGROUP") ? cursor.name() : "PRIMARY";
    return { ...common, addFiles: files.map((file) => ({ ...file, filegroup })) };
  }
  cursor.expect("SET");
  const options = cursor.list((): Option => {
    const token = cursor.next();
    if (token.kind !== "name") throw syntax(102, `Incorrect syntax near '${token.text}'.`, token.line);
    if (cursor.accept("="))
      return cursor.peek().kind === "name"
        ? { name: token.upper, word: cursor.next().upper }
        : { name: token.upper, value: parseExpression(cursor) };
    if (cursor.is("(")) throw cursor.wrong();
    const hasWord =
      cursor.peek().kind === "name" && !cursor.is("WITH") && !startsStatement.has(cursor.peek().upper);
    return hasWord ? { name: token.upper, word: cursor.next().upper } : { name: token.upper };
  });
  const termination = parseTermination(cursor);
  return { ...common, options, ...(termination ? { termination } : {}) };
}

const startsStatement = new Set(
  "ALTER BACKUP BEGIN COMMIT CREATE DBCC DECLARE DELETE DROP EXEC EXECUTE GRANT IF INSERT OPEN PRINT RAISERROR RESTORE RETURN SELECT SET THROW UPDATE USE WAITFOR WHILE END ELSE CLOSE".split(
    " ",
  ),
);

function parseTermination(cursor: Cursor): AlterDatabaseStatement["termination"] {
  if (!cursor.accept("WITH")) return undefined;
  if (cursor.accept("NO_WAIT")) return "no wait";
  cursor.expect("ROLLBACK");
  if (cursor.accept("IMMEDIATE")) return "immediate";
  cursor.expect("AFTER");
  cursor.number();
  cursor.accept("SECONDS");
  return "after";
}
