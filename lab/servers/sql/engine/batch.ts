import type { Message, Reply, Request } from "../contract.ts";
import type { Context, TableVariable, Variable } from "./context.ts";
import { engineValue } from "./convert.ts";
import { Cancelled, message, SqlError, withState } from "./errors.ts";
import { evaluate, holds } from "./evaluate.ts";
import { execute } from "./execute.ts";
import { parseBatch } from "./parse-statements.ts";
import type { EngineSession } from "./session.ts";
import type { Statement } from "./statements.ts";
import { int, type V } from "./types.ts";

/** How a statement ends its surroundings. */
export type Flow =
  { readonly kind: "break" | "continue" } | { readonly kind: "return"; readonly value: V } | undefined;
/** The rest of a batch, or of the procedure where the error was, does not run. */
export class BatchEnded extends Error {
  public readonly isScopeOnly: boolean;
  constructor(isScopeOnly: boolean) {
    super("the batch has ended");
    this.isScopeOnly = isScopeOnly;
  }
}
/** A scope in which statements run: a batch, a procedure, a dynamic string. */
export interface Frame extends Context {
  /** Inside BEGIN TRY, of this scope or of one that called it: errors are thrown and not sent. */
  tryDepth: number;
  caught?: Context["caught"];
}

export function newFrame(
  session: EngineSession,
  signal: AbortSignal,
  emit: (reply: Reply) => void,
  more: {
    variables?: Map<string, Variable>;
    depth?: number;
    tryDepth?: number;
    procedure?: string;
    caught?: Context["caught"];
    tableVariables?: Map<string, TableVariable>;
  } = {},
): Frame {
  return {
    instance: session.instance,
    session,
    get database() {
      return session.database;
    },
    get transaction() {
      return session.transaction;
    },
    variables: more.variables ?? new Map<string, Variable>(),
    tableVariables: more.tableVariables ?? new Map<string, TableVariable>(),
    signal,
    emit,
    depth: more.depth ?? 0,
    tryDepth: more.tryDepth ?? 0,
    ...(more.procedure === undefined ? {} : { procedure: more.procedure }),
    ...(more.caught === undefined ? {} : { caught: more.caught }),
  };
}

/** Runs what a client sent: a batch, or sp_executesql's statement with parameters. */
export async function runRequest(
  session: EngineSession,
  request: Request,
  emit: (reply: Reply) => void,
): Promise<void> {
  const ended = { isDone: false };
  const send = (reply: Reply): void => {
    if (reply.kind === "done") ended.isDone = true;
    emit(reply);
  };
  const variables = new Map<string, Variable>();
  for (const parameter of request.parameters) {
    const type = { name: parameter.type };
    variables.set(`@${parameter.name.replace(/^@/, "")}`.toLowerCase(), {
      type,
      value: engineValue(parameter.value, type),
    });
  }
  const frame = newFrame(session, request.signal, send, { variables });
  try {
    const isName =
      request.parameters.length > 0 && /^\s*(\[[^\]]+\]|[\w#.]+)(\.(\[[^\]]+\]|\w+))*\s*$/.test(request.sql);
    const sql = isName
      ? `EXEC ${request.sql} ${request.parameters.map((p) => `${p.name.startsWith("@") ? p.name : `@${p.name}`} = ${p.name.startsWith("@") ? p.name : `@${p.name}`}${p.output ? " OUTPUT" : ""}`).join(", ")}`
      : request.sql;
    await runText(sql, frame);
  } catch (error) {
    if (error instanceof Cancelled) {
      if (session.options.isXactAbort && session.transactionDepth > 0) session.rollback();
    } else if (!(error instanceof BatchEnded)) throw error;
  }
  if (session.isDoomed && session.transactionDepth > 0) {
    session.rollback();
    send({ kind: "message", message: message(3998) });
    send({ kind: "done", failed: true });
  }
  if (!ended.isDone) emit({ kind: "done" });
}

/** Parses and runs a text in a scope. A syntax error ends only that scope. */
export async function runText(sql: string, frame: Frame): Promise<Flow> {
  let statements: readonly Statement[];
  try {
    statements = parseBatch(sql);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    fail(error, frame, 1);
    throw new BatchEnded(true);
  }
  return runAll(statements, frame);
}

async function runAll(statements: readonly Statement[], frame: Frame): Promise<Flow> {
  for (const statement of statements) {
    const flow = await runOne(statement, frame);
    if (flow) return flow;
  }
  return undefined;
}

/** Sends an error, or throws it to the TRY around it; ends the batch where the error does. */
function fail(error: SqlError, frame: Frame, line: number): void {
  const { session } = frame;
  // 3621 ("The statement has been terminated.") follows an error and is information only.
  const cause = error.messages.findLast((m) => m.severity > 10) ?? error.last;
  session.lastError = cause.number;
  if (frame.tryDepth > 0 && cause.severity < 20) {
    if (session.options.isXactAbort && session.transactionDepth > 0) session.isDoomed = true;
    throw error;
  }
  for (const given of error.messages) frame.emit({ kind: "message", message: placed(given, frame, line) });
  frame.emit({ kind: "done", failed: true });
  const isRollback = session.options.isXactAbort && cause.severity > 10 && !(error instanceof RaisedError);
  if (isRollback && session.transactionDepth > 0) session.rollback();
  if (error.endsBatch || isRollback) throw new BatchEnded(!isRollback && scopeOnly.has(cause.number));
}
const scopeOnly = new Set([207, 208, 209, 4104, 137, 1087, 195, 2812]);
/** RAISERROR's: XACT_ABORT does not heed it. */
export class RaisedError extends SqlError {}
function placed(given: Message, frame: Frame, line: number): Message {
  const procedure = given.procedure ?? frame.procedure;
  return {
    ...given,
    line: given.line > 1 ? given.line : line,
    ...(procedure === undefined ? {} : { procedure }),
  };
}

async function runOne(statement: Statement, frame: Frame): Promise<Flow> {
  if (frame.signal.aborted) throw new Cancelled("ATTENTION");
  if (!structured.has(statement.kind)) frame.session.running = { command: commandOf(statement), percent: 0 };
  try {
    switch (statement.kind) {
      case "block":
        return await runAll(statement.body, frame);
      case "if":
        if (holds(statement.condition, frame)) return await runOne(statement.then, frame);
        return statement.otherwise ? await runOne(statement.otherwise, frame) : undefined;
      case "while":
        return await runWhile(statement, frame);
      case "try":
        return await runTry(statement, frame);
      case "break":
      case "continue":
        return { kind: statement.kind };
      case "return":
        return { kind: "return", value: statement.expr ? evaluate(statement.expr, frame, int) : 0 };
      default:
        await runStatement(statement, frame);
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Errors of what is inside were sent already, or are on their way to a TRY.
    if (frame.tryDepth > 0 && structured.has(statement.kind)) throw error;
    fail(error, frame, statement.line);
    return undefined;
  }
}
const structured = new Set<Statement["kind"]>(["block", "if", "while", "try", "break", "continue", "return"]);

async function runStatement(statement: Statement, frame: Frame): Promise<void> {
  const { session } = frame;
  const isWhole = statement.kind !== "exec" && statement.kind !== "transaction";
  const before = session.transactionDepth > 0 ? session.transaction.position : 0;
  try {
    const done = await execute(statement, frame);
    if (isWhole && session.transactionDepth === 0) session.endStatement(true);
    if (statement.kind !== "exec") session.lastError = 0;
    if (!done) return;
    if (done.rows !== undefined) session.rowCount = done.rows;
    const counted = done.rows !== undefined && !session.options.isNoCount ? { rows: done.rows } : {};
    frame.emit({
      kind: "done",
      ...(done.command === undefined ? {} : { command: done.command }),
      ...counted,
    });
  } catch (error) {
    if (isWhole) {
      if (session.transactionDepth > 0)
        session.transaction.rollbackTo(Math.min(before, session.transaction.position));
      else session.endStatement(false);
    }
    if (
      error instanceof SqlError &&
      [515, 547, 2601, 2627, 8152, 2628].includes(error.last.number) &&
      frame.tryDepth === 0
    )
      throw new SqlError([...error.messages, withState(message(3621), 0)], error.endsBatch);
    throw error;
  }
}

async function runWhile(statement: Extract<Statement, { kind: "while" }>, frame: Frame): Promise<Flow> {
  for (let round = 1; holds(statement.condition, frame); round++) {
    const flow = await runOne(statement.body, frame);
    if (flow?.kind === "break") break;
    if (flow?.kind === "return") return flow;
    if (round % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (frame.signal.aborted) throw new Cancelled("ATTENTION");
  }
  return undefined;
}

async function runTry(statement: Extract<Statement, { kind: "try" }>, frame: Frame): Promise<Flow> {
  frame.tryDepth++;
  try {
    return await runAll(statement.body, frame);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    frame.tryDepth--;
    const outer = frame.caught;
    frame.caught = { ...placed(error.last, frame, statement.line) };
    try {
      return await runAll(statement.handler, frame);
    } finally {
      frame.caught = outer;
      frame.tryDepth++;
    }
  } finally {
    frame.tryDepth--;
  }
}

function commandOf(statement: Statement): string {
  if (statement.kind === "backup") return statement.what === "log" ? "BACKUP LOG" : "BACKUP DATABASE";
  if (statement.kind === "restore")
    return statement.what === "log"
      ? "RESTORE LOG"
      : statement.what === "database"
        ? "RESTORE DATABASE"
        : "RESTORE HEADERON";
  return statement.kind.toUpperCase();
}
