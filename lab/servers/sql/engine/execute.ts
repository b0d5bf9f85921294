import type { Frame } from "./batch.ts";
import { BatchEnded, newFrame, RaisedError, runText } from "./batch.ts";
import { executeBackup } from "./backup.ts";
import { executeDelete, executeTruncate, executeUpdate } from "./changes.ts";
import { executeInsert } from "./insert.ts";
import type { TableVariable } from "./context.ts";
import { textOf, wireValue } from "./convert.ts";
import { refuse, SqlError } from "./errors.ts";
import { evaluate, evaluateInt, evaluateText, evaluateTyped } from "./evaluate.ts";
import { executeCreateDatabase, executeDropDatabase } from "./create-databases.ts";
import { executeAlterDatabase } from "./execute-databases.ts";
import { executeDefinition } from "./execute-definitions.ts";
import { executeKey } from "./execute-keys.ts";
import { executeSecurity } from "./execute-security.ts";
import { executeProcedure } from "./execute-procedures.ts";
import { pause } from "./pause.ts";
import { statementText } from "./parse-statements.ts";
import { compileQuery } from "./query.ts";
import { executeRestore } from "./restore.ts";
import { Scope } from "./scope.ts";
import { selectInto } from "./select-into.ts";
import { executeServerStatement } from "./execute-server.ts";
import type { Statement } from "./statements.ts";
import { wireColumn } from "./types.ts";

/** What DONE says of a statement: its command code and its row count. Undefined: the statement has no DONE of its own. */
export interface Done {
  readonly command?: number;
  readonly rows?: number;
}
export type Executed = Promise<Done | undefined>;

/** Runs one statement that is not control of flow. */
export async function execute(statement: Statement, frame: Frame): Executed {
  const ordered = frame.instance.faults.take(statementText(statement));
  if (ordered) throw ordered;
  switch (statement.kind) {
    case "select":
      return executeSelect(statement, frame);
    case "insert":
      return executeInsert(statement, frame);
    case "update":
      return executeUpdate(statement, frame);
    case "delete":
      return executeDelete(statement, frame);
    case "truncate":
      return executeTruncate(statement, frame);
    case "declare": {
      declare(statement, frame);
      return;
    }
    case "set": {
      set(statement, frame);
      return;
    }
    case "print":
      frame.emit({
        kind: "message",
        message: {
          number: 0,
          state: 1,
          severity: 0,
          text: printed(statement.expr, frame),
          line: statement.line,
        },
      });
      return {};
    case "raiserror":
      return raise(statement, frame);
    case "throw":
      return throwError(statement, frame);
    case "waitfor": {
      const [hours = 0, minutes = 0, seconds = 0] = evaluateText(statement.delay, frame)
        .split(":")
        .map(Number);
      // Lab time is not the wall's: a wait is only a short breath of real time.
      await pause(Math.min(50, (hours * 3600 + minutes * 60 + seconds) * 1000), frame.signal);
      return {};
    }
    case "exec":
      return executeExec(statement, frame);
    case "transaction":
      return executeTransaction(statement, frame);
    case "backup":
      return executeBackup(statement, frame);
    case "restore":
      return executeRestore(statement, frame);
    case "create database":
      return executeCreateDatabase(statement, frame);
    case "alter database":
      return executeAlterDatabase(statement, frame);
    case "key":
      await executeKey(statement, frame);
      return {};
    case "login":
    case "user":
    case "role":
    case "permission":
    case "authorization":
      return executeSecurity(statement, frame);
    case "drop":
      return statement.what === "database"
        ? executeDropDatabase(statement, frame)
        : executeDefinition(statement, frame);
    default:
      return executeServerStatement(statement, frame) ?? executeDefinition(statement, frame);
  }
}

function executeSelect(statement: Extract<Statement, { kind: "select" }>, frame: Frame): Done {
  const { query } = statement;
  if (query.body.kind === "select" && query.body.into) return selectInto(query, query.body.into, frame);
  const compiled = compileQuery(query, new Scope(frame));
  const rows = compiled.run(undefined);
  const isAssignment =
    query.body.kind === "select" && query.body.items.some((item) => item.variable !== undefined);
  if (!isAssignment) {
    frame.emit({
      kind: "columns",
      columns: compiled.columns.map((column) => wireColumn(column.name, column.type)),
    });
    for (const row of rows)
      frame.emit({
        kind: "row",
        values: row.map((value, i) => wireValue(value, compiled.columns[i]?.type ?? { name: "int" })),
      });
  }
  return { command: 193, rows: rows.length };
}

function declare(statement: Extract<Statement, { kind: "declare" }>, frame: Frame): undefined {
  const name = statement.name.toLowerCase();
  if (statement.table) {
    const table: TableVariable = { definition: statement.table, rows: [], identity: 0 };
    frame.tableVariables.set(name, table);
    return undefined;
  }
  if (!statement.type) return undefined;
  const value = statement.value ? evaluate(statement.value, frame, statement.type) : null;
  frame.variables.set(name, { type: statement.type, value });
  return undefined;
}

function set(statement: Extract<Statement, { kind: "set" }>, frame: Frame): undefined {
  const variable = frame.variables.get(statement.name.toLowerCase());
  if (!variable) throw refuse(137, statement.name);
  variable.value = evaluate(statement.expr, frame, variable.type);
  return undefined;
}

function printed(expr: Parameters<typeof evaluateTyped>[0], frame: Frame): string {
  const { value, type } = evaluateTyped(expr, frame);
  return textOf(value, type) || " ";
}

function raise(statement: Extract<Statement, { kind: "raiserror" }>, frame: Frame): Done {
  const [first, severityOf, stateOf, ...rest] = statement.args;
  if (!first || !severityOf || !stateOf) throw refuse(102, ")");
  const { value, type } = evaluateTyped(first, frame);
  const severity = evaluateInt(severityOf, frame);
  const values = rest.map((expr) => evaluateTyped(expr, frame));
  let at = 0;
  const fill = (text: string): string =>
    text.replace(
      /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(?:I64|l|h|w)?([dsiuxX%o])/g,
      (_, __, ___, ____, kind: string) => {
        if (kind === "%") return "%";
        const item = values[at++];
        return item === undefined || item.value === null ? "(null)" : textOf(item.value, item.type);
      },
    );
  const number = typeof value === "number" ? value : 50000;
  const text =
    typeof value === "number"
      ? `Error ${value}, severity ${severity}, state 1 was raised, but no message with that error number was found in sys.messages.`
      : fill(textOf(value, type));
  const raised = {
    number: typeof value === "number" ? 18054 : number,
    severity,
    state: Math.max(0, evaluateInt(stateOf, frame)),
    text,
    line: statement.line,
  };
  if (statement.isLogged)
    frame.instance.log(`Error: ${raised.number}, Severity: ${severity}, State: ${raised.state}. ${text}`);
  if (severity > 10) throw new RaisedError([raised]);
  frame.emit({ kind: "message", message: raised });
  return {};
}

function throwError(statement: Extract<Statement, { kind: "throw" }>, frame: Frame): never {
  const [number, text, state] = statement.args;
  if (!number || !text || !state) {
    if (!frame.caught) throw refuse(10704);
    throw new SqlError([frame.caught], true);
  }
  throw new SqlError(
    [
      {
        number: evaluateInt(number, frame),
        severity: 16,
        state: evaluateInt(state, frame),
        text: evaluateText(text, frame),
        line: statement.line,
      },
    ],
    true,
  );
}

/** EXEC of a procedure, or of a text. */
async function executeExec(statement: Extract<Statement, { kind: "exec" }>, frame: Frame): Executed {
  if (frame.depth >= 32) throw refuse(217);
  if (!statement.dynamic) return executeProcedure(statement, frame);
  await runDynamic(evaluateText(statement.dynamic, frame), frame, new Map());
  return undefined;
}

/** Runs a text in a scope of its own: its temporary tables and its USE end with it. */
export async function runDynamic(sql: string, frame: Frame, variables: Frame["variables"]): Promise<void> {
  const { session } = frame;
  const database = session.database;
  const before = new Set(session.temp.tables().map((table) => table.id));
  const inner = newFrame(session, frame.signal, frame.emit, {
    variables,
    depth: frame.depth + 1,
    tryDepth: frame.tryDepth,
    caught: frame.caught,
  });
  try {
    await runText(sql, inner);
  } catch (error) {
    if (!(error instanceof BatchEnded && error.isScopeOnly)) throw error;
  } finally {
    if (session.instance.databases().includes(database) && database.isReadable) session.database = database;
    for (const table of session.temp.tables())
      if (!before.has(table.id)) session.temp.change((put) => put("tables", table.id, undefined));
  }
}

function executeTransaction(statement: Extract<Statement, { kind: "transaction" }>, frame: Frame): Done {
  const { session } = frame;
  switch (statement.action) {
    case "begin":
      session.begin(statement.isMarked ? (statement.name ?? "") : undefined);
      return { command: 212 };
    case "commit":
      if (session.transactionDepth === 0) throw refuse(3902);
      if (session.isDoomed) throw refuse(3930);
      session.commit();
      return { command: 213 };
    case "rollback":
      if (session.transactionDepth === 0) throw refuse(3903);
      session.rollback();
      return { command: 214 };
    case "save":
      if (session.transactionDepth === 0) throw refuse(628);
      return {};
  }
}
