import type { Frame } from "./batch.ts";
import { refuse } from "./errors.ts";
import { message } from "./errors.ts";
import { evaluateInt } from "./evaluate.ts";
import type { Done } from "./execute.ts";
import { hasServerPermission } from "./permissions.ts";
import type { User } from "./principals.ts";
import { findTable } from "./sources.ts";
import type { Statement } from "./statements.ts";

/** USE, SET options, KILL, DBCC, CHECKPOINT, EXECUTE AS; undefined where it is none of these. */
export function executeServerStatement(statement: Statement, frame: Frame): Done | undefined {
  const { instance, session } = frame;
  switch (statement.kind) {
    case "use": {
      const database = instance.database(statement.database);
      if (!database) throw refuse(911, statement.database);
      session.mustOpen(database);
      session.database = database;
      frame.emit({ kind: "message", message: { ...message(5701, database.name), line: statement.line } });
      return {};
    }
    case "set option":
      return setOption(statement, frame);
    case "nothing":
    case "checkpoint":
      return {};
    case "kill": {
      if (!hasServerPermission(session, "ALTER ANY CONNECTION")) throw refuse(6102);
      const spid = evaluateInt(statement.spid, frame);
      const found = instance.sessions.get(spid);
      if (!found) throw refuse(6106, spid);
      if (found === session) throw refuse(6104);
      found.kill();
      return {};
    }
    case "dbcc":
      return executeDbcc(statement, frame);
    case "execute as": {
      const name = statement.principal ?? "";
      const found = statement.isLogin ? instance.principals.login(name) : impersonated(name, frame);
      if (!found) throw refuse(statement.isLogin ? 15406 : 15517, name);
      session.principal = found;
      return {};
    }
    case "revert":
      session.principal = session.original;
      return {};
    case "declare cursor":
    case "cursor":
      throw refuse(40517, "CURSOR");
    default:
      return undefined;
  }
}

/** The login behind a database user: a user whose sid no login has cannot be impersonated (15517). */
function impersonated(
  name: string,
  { database, instance }: Frame,
): ReturnType<typeof instance.principals.login> {
  const user = database.store.collection("users").get(name.toLowerCase()) as User | undefined;
  const sid = user?.name === "dbo" ? Buffer.from(database.settings.ownerSid, "hex") : user?.sid;
  return sid ? instance.principals.bySid(sid) : undefined;
}

const known = new Set([
  "ANSI_NULLS",
  "ANSI_NULL_DFLT_ON",
  "ANSI_NULL_DFLT_OFF",
  "ANSI_PADDING",
  "ANSI_WARNINGS",
  "ANSI_DEFAULTS",
  "ARITHABORT",
  "ARITHIGNORE",
  "CONCAT_NULL_YIELDS_NULL",
  "CURSOR_CLOSE_ON_COMMIT",
  "DATEFIRST",
  "DATEFORMAT",
  "DEADLOCK_PRIORITY",
  "FMTONLY",
  "FORCEPLAN",
  "IMPLICIT_TRANSACTIONS",
  "LANGUAGE",
  "LOCK_TIMEOUT",
  "NOCOUNT",
  "NOEXEC",
  "NUMERIC_ROUNDABORT",
  "PARSEONLY",
  "QUOTED_IDENTIFIER",
  "ROWCOUNT",
  "SHOWPLAN_ALL",
  "STATISTICS",
  "TEXTSIZE",
  "XACT_ABORT",
  "CONTEXT_INFO",
]);

function setOption(statement: Extract<Statement, { kind: "set option" }>, frame: Frame): Done {
  const { options } = frame.session;
  if (statement.table) {
    const found = findTable(statement.table, frame);
    if (!found) throw refuse(1088, statement.table.join("."));
    if (!found.table.columns.some((column) => column.identity)) throw refuse(8106, found.table.name);
    if (statement.value === "OFF") {
      if (options.identityInsert?.id === found.table.id) options.identityInsert = undefined;
      return {};
    }
    if (options.identityInsert && options.identityInsert.id !== found.table.id)
      throw refuse(8107, options.identityInsert.name, found.table.name);
    options.identityInsert = found.table;
    return {};
  }
  if (!known.has(statement.option)) throw refuse(195, statement.option, "SET option");
  if (statement.option === "NOCOUNT") options.isNoCount = statement.value === "ON";
  if (statement.option === "XACT_ABORT") options.isXactAbort = statement.value === "ON";
  return {};
}

function executeDbcc(statement: Extract<Statement, { kind: "dbcc" }>, frame: Frame): Done {
  const say = (text: string): void =>
    frame.emit({
      kind: "message",
      message: { number: 2528, severity: 0, state: 1, line: statement.line, text },
    });
  switch (statement.command) {
    case "CHECKDB": {
      const name = statement.args[0] ?? frame.database.name;
      const database = instanceDatabase(name, frame);
      if (!database) throw refuse(2520, name);
      frame.session.mustOpen(database);
      say(`CHECKDB found 0 allocation errors and 0 consistency errors in database '${database.name}'.`);
      break;
    }
    case "CHECKIDENT":
    case "DROPCLEANBUFFERS":
    case "FREEPROCCACHE":
    case "TRACEON":
    case "TRACEOFF":
    case "SHRINKFILE":
    case "SHRINKDATABASE":
      break;
    default:
      throw refuse(2526, statement.command);
  }
  say("DBCC execution completed. If DBCC printed error messages, contact your system administrator.");
  return {};
}
const instanceDatabase = (name: string, { instance }: Frame) =>
  instance.database(name) ?? instance.databases().find((database) => String(database.id) === name);
