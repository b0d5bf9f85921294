import { randomUUID } from "node:crypto";
import type { Frame } from "./batch.ts";
import type { Database, Settings } from "./database.ts";
import { message, refuse, refuseWith } from "./errors.ts";
import { evaluateText } from "./evaluate.ts";
import type { Done } from "./execute.ts";
import { hasDatabasePermission, hasServerPermission } from "./permissions.ts";
import type { AlterDatabaseStatement, FileDefinition, Option } from "./statements.ts";

const guid = (): string => randomUUID().toUpperCase();

const stateOptions = new Set([
  "ONLINE",
  "OFFLINE",
  "EMERGENCY",
  "SINGLE_USER",
  "MULTI_USER",
  "RESTRICTED_USER",
  "READ_ONLY",
  "READ_WRITE",
  "ENABLE_BROKER",
  "DISABLE_BROKER",
  "NEW_BROKER",
  "ERROR_BROKER_CONVERSATIONS",
  "READ_COMMITTED_SNAPSHOT",
]);

export function executeAlterDatabase(statement: AlterDatabaseStatement, frame: Frame): Done {
  const { instance, session } = frame;
  const name = statement.database ?? frame.database.name;
  const database = instance.database(name);
  const failed = message(5069);
  if (
    !database ||
    !(hasDatabasePermission(session, database, "ALTER") || hasServerPermission(session, "ALTER ANY DATABASE"))
  )
    throw refuseWith(message(5011, name), failed);
  if (session.transactionDepth > 0) throw refuse(226, "ALTER DATABASE");
  const isOpening = statement.options.some(
    (option) => option.name === "ONLINE" || option.name === "OFFLINE" || option.name === "EMERGENCY",
  );
  if (database.state === "RESTORING" || (database.state === "SUSPECT" && !isOpening))
    throw refuseWith(message(5052, "ALTER DATABASE", database.state), failed);
  if (database.state === "OFFLINE" && !isOpening) throw refuseWith(message(942, name), failed);
  if (
    database.userAccess === "SINGLE_USER" &&
    instance.sessionsIn(database).some((other) => other !== session)
  ) {
    if (statement.termination !== "immediate" && statement.termination !== "after")
      throw refuseWith(message(5064, name), failed);
  }
  if (statement.rename !== undefined) {
    if (instance.database(statement.rename)) throw refuse(1801, statement.rename);
    if (instance.sessionsIn(database).some((other) => other !== session))
      throw refuseWith(message(5030), failed);
    instance.renameDatabase(database, statement.rename);
    return { command: 215 };
  }
  if (statement.collation !== undefined) database.set({ collation: statement.collation });
  if (statement.addFiles) for (const file of statement.addFiles) addFile(database, file, frame);
  if (statement.moveFile) moveFile(database, statement.moveFile);
  if (statement.options.some((option) => stateOptions.has(option.name))) exclude(database, statement, frame);
  for (const option of statement.options) setOption(database, option, frame);
  instance.onChange();
  return { command: 215 };
}

/** State changes need the database for themselves: others are rolled back, or the statement fails. */
function exclude(database: Database, statement: AlterDatabaseStatement, { instance, session }: Frame): void {
  const others = instance.sessionsIn(database).filter((other) => other !== session);
  const needs = statement.options.some((option) => !["ONLINE", "MULTI_USER"].includes(option.name));
  if (others.length === 0 || !needs) return;
  if (statement.termination === "immediate" || statement.termination === "after") {
    for (const other of others) other.kill();
    return;
  }
  // Without a termination clause SQL Server waits for the sessions to go; the lab does not wait for ever.
  throw statement.termination === "no wait"
    ? refuseWith(message(5070, database.name), message(5069))
    : refuseWith(message(5061, database.name), message(5069));
}

function addFile(database: Database, file: FileDefinition, { instance }: Frame): void {
  const type = file.filegroup === undefined ? "L" : "D";
  const fileId = Math.max(...database.files.map((f) => f.fileId)) + 1;
  const physicalName = file.path ?? `${instance.folders.data.replace(/\\$/, "")}\\${file.name}.ndf`;
  database.files.push({
    fileId,
    guid: guid(),
    logicalName: file.name,
    physicalName,
    type,
    filegroup: file.filegroup ?? "",
    pages: 1024,
  });
}
function moveFile(database: Database, file: FileDefinition): void {
  database.files = database.files.map((f) =>
    f.logicalName.toLowerCase() === file.name.toLowerCase() && file.path !== undefined
      ? { ...f, physicalName: file.path }
      : f,
  );
}

const onOff = (option: Option): boolean => {
  if (option.word !== "ON" && option.word !== "OFF") throw refuse(102, option.word ?? option.name);
  return option.word === "ON";
};
const free = new Set([
  "AUTO_CLOSE",
  "AUTO_SHRINK",
  "AUTO_CREATE_STATISTICS",
  "AUTO_UPDATE_STATISTICS",
  "AUTO_UPDATE_STATISTICS_ASYNC",
  "PAGE_VERIFY",
  "ALLOW_SNAPSHOT_ISOLATION",
  "PARAMETERIZATION",
  "ANSI_NULLS",
  "ANSI_PADDING",
  "ANSI_WARNINGS",
  "ANSI_NULL_DEFAULT",
  "ARITHABORT",
  "CONCAT_NULL_YIELDS_NULL",
  "QUOTED_IDENTIFIER",
  "NUMERIC_ROUNDABORT",
  "RECURSIVE_TRIGGERS",
  "CURSOR_CLOSE_ON_COMMIT",
  "CURSOR_DEFAULT",
  "DATE_CORRELATION_OPTIMIZATION",
  "DELAYED_DURABILITY",
  "TARGET_RECOVERY_TIME",
  "QUERY_STORE",
  "HONOR_BROKER_PRIORITY",
  "CONTAINMENT",
  "ACCELERATED_DATABASE_RECOVERY",
  "MIXED_PAGE_ALLOCATION",
]);

function setOption(database: Database, option: Option, frame: Frame): void {
  const set = (settings: Partial<Settings>): void => {
    if (!database.isWritable && !("isReadOnly" in settings))
      throw refuseWith(message(database.state === "ONLINE" ? 3906 : 942, database.name), message(5069));
    database.set(settings);
  };
  switch (option.name) {
    case "SINGLE_USER":
    case "MULTI_USER":
    case "RESTRICTED_USER":
      database.userAccess = option.name;
      return;
    case "OFFLINE":
      database.state = "OFFLINE";
      return;
    case "EMERGENCY":
      database.state = "EMERGENCY";
      return;
    case "ONLINE":
      database.state = "ONLINE";
      return;
    case "READ_ONLY":
    case "READ_WRITE":
      if (database.isInStandby) throw refuseWith(message(5004), message(5069));
      {
        set({ isReadOnly: option.name === "READ_ONLY" });
        return;
      }
    case "RECOVERY":
      if (option.word !== "FULL" && option.word !== "SIMPLE" && option.word !== "BULK_LOGGED")
        throw refuse(102, option.word ?? "RECOVERY");
      set({ recoveryModel: option.word });
      if (option.word === "SIMPLE") {
        database.log = [];
        database.logBackupFrom = undefined;
      }
      return;
    case "TRUSTWORTHY":
      database.isTrustworthy = onOff(option);
      return;
    case "DB_CHAINING": {
      set({ isDbChaining: onOff(option) });
      return;
    }
    case "READ_COMMITTED_SNAPSHOT": {
      set({ isSnapshotRead: onOff(option) });
      return;
    }
    case "COMPATIBILITY_LEVEL": {
      set({ compatibility: Number(option.value ? evaluateText(option.value, frame) : option.word) });
      return;
    }
    case "ENABLE_BROKER":
      enableBroker(database, frame);
      return;
    case "DISABLE_BROKER":
      database.isBrokerEnabled = false;
      return;
    case "NEW_BROKER":
      set({ brokerGuid: guid() });
      database.isBrokerEnabled = true;
      return;
    case "ERROR_BROKER_CONVERSATIONS":
      enableBroker(database, frame);
      return;
    default:
      if (!free.has(option.name)) throw refuse(102, option.name);
      {
        set({
          others: {
            ...database.settings.others,
            [option.name]: option.word ?? (option.value ? evaluateText(option.value, frame) : "ON"),
          },
        });
        return;
      }
  }
}
/** A broker is enabled only where no other database of the instance has the same id enabled. */
export function enableBroker(database: Database, { instance }: Pick<Frame, "instance">): void {
  const twin = instance
    .databases()
    .find(
      (other) =>
        other !== database &&
        other.isBrokerEnabled &&
        other.settings.brokerGuid === database.settings.brokerGuid,
    );
  if (twin) throw refuseWith(message(9772, database.name), message(5069));
  database.isBrokerEnabled = true;
}
