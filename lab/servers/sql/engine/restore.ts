import { DiskError } from "../../types.ts";
import { recordRestore } from "./backup-history.ts";
import { systemError } from "./backup.ts";
import type { Frame } from "./batch.ts";
import type { Database } from "./database.ts";
import { parseDatetime } from "./datetimes.ts";
import { message, refuseWith } from "./errors.ts";
import { evaluateInt, evaluateText, evaluateTyped } from "./evaluate.ts";
import { textOf } from "./convert.ts";
import type { Executed } from "./execute.ts";
import { type BackupSet, MediaError, readMedia, type SetBody } from "./media.ts";
import { inform, sayDone, takeTime } from "./progress.ts";
import { describeMedia } from "./restore-headers.ts";
import { applyLog, checkLog } from "./restore-log.ts";
import { applyDatabase, placeFiles, planDatabase } from "./restore-database.ts";
import { recover } from "./recovery.ts";
import { hasServerPermission } from "./permissions.ts";
import type { RestoreStatement } from "./statements.ts";
import type { Message } from "../contract.ts";

/** What the options of a RESTORE ask for. */
export interface RestoreOptions {
  readonly ending: "RECOVERY" | "NORECOVERY" | "STANDBY";
  readonly undoFile: string | undefined;
  /** Wall-clock milliseconds in the source server's own time. */
  readonly stopAt: number | undefined;
  readonly mark:
    { readonly name: string; readonly isBefore: boolean; readonly after: number | undefined } | undefined;
  readonly isReplace: boolean;
  readonly broker: "ENABLE_BROKER" | "NEW_BROKER" | "ERROR_BROKER_CONVERSATIONS" | undefined;
  readonly isRestricted: boolean;
  readonly wantsChecksum: boolean;
  readonly continues: boolean;
  readonly file: number;
  readonly step: number | undefined;
  readonly moves: ReadonlyMap<string, { readonly name: string; readonly to: string }>;
}

function optionsOf(statement: RestoreStatement, frame: Frame): RestoreOptions {
  const find = (name: string) => statement.options.find((option) => option.name === name);
  const text = (name: string): string | undefined => {
    const value = find(name)?.value;
    if (!value) return undefined;
    const typed = evaluateTyped(value, frame);
    return textOf(typed.value, typed.type, 126);
  };
  const time = (name: string): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const parsed = parseDatetime(given);
    if (!parsed) throw refuseWith(message(241), message(3013, "RESTORE LOG"));
    return parsed.wall;
  };
  const markOf = (name: string, isBefore: boolean): RestoreOptions["mark"] => {
    const given = text(name);
    return given === undefined ? undefined : { name: given.toLowerCase(), isBefore, after: time("AFTER") };
  };
  const stats = find("STATS");
  return {
    ending: find("NORECOVERY") ? "NORECOVERY" : find("STANDBY") ? "STANDBY" : "RECOVERY",
    undoFile: text("STANDBY"),
    stopAt: time("STOPAT"),
    mark: markOf("STOPATMARK", false) ?? markOf("STOPBEFOREMARK", true),
    isReplace: find("REPLACE") !== undefined,
    isRestricted: find("RESTRICTED_USER") !== undefined,
    wantsChecksum: find("CHECKSUM") !== undefined,
    continues: find("CONTINUE_AFTER_ERROR") !== undefined,
    broker: (["ENABLE_BROKER", "NEW_BROKER", "ERROR_BROKER_CONVERSATIONS"] as const).find((name) =>
      find(name),
    ),
    file: Number(text("FILE") ?? 1),
    step: stats ? (stats.value ? evaluateInt(stats.value, frame) : 10) : undefined,
    moves: new Map(
      statement.moves.map((move) => [
        evaluateText(move.file, frame).toLowerCase(),
        { name: evaluateText(move.file, frame), to: evaluateText(move.to, frame) },
      ]),
    ),
  };
}

/** RESTORE DATABASE, LOG, HEADERONLY, FILELISTONLY, VERIFYONLY, LABELONLY. */
export async function executeRestore(statement: RestoreStatement, frame: Frame): Executed {
  const { instance, session } = frame;
  const verb = {
    database: "RESTORE DATABASE",
    log: "RESTORE LOG",
    headeronly: "RESTORE HEADERONLY",
    filelistonly: "RESTORE FILELIST",
    verifyonly: "VERIFY DATABASE",
    labelonly: "RESTORE LABELONLY",
  }[statement.what];
  const ended = message(3013, verb);
  if (session.transactionDepth > 0) throw refuseWith(message(3021), ended);
  const options = optionsOf(statement, frame);
  const path = statement.devices[0] ? evaluateText(statement.devices[0], frame) : undefined;
  const device = path === undefined || /[\\/]/.test(path) ? path : `${instance.folders.backup}\\${path}`;
  if (statement.what !== "database" && statement.what !== "log")
    return describeMedia(statement.what, device ?? "", options, frame, ended);
  const name = statement.database ? evaluateText(statement.database, frame) : "";
  const existing = instance.database(name);
  if (!hasServerPermission(session, "CREATE ANY DATABASE") && !(existing && session.isOwner(existing)))
    throw refuseWith(message(3110, name), ended);
  if (existing) mustBeFree(existing, verb, frame, ended);
  if (device === undefined) {
    recoverOnly(statement, existing, name, options, frame, ended);
    return { command: statement.what === "log" ? 236 : 229 };
  }
  if (statement.what === "log") {
    if (!existing) throw refuseWith(message(3118, name), ended);
    if (existing.state !== "RESTORING" && !existing.isInStandby) throw refuseWith(message(3117), ended);
  }
  const set = await openSet(device, options.file, frame, ended);
  if (options.wantsChecksum && !set.header.hasChecksum) throw refuseWith(message(3187), ended);
  if (set.header.databaseVersion > instance.databaseVersion)
    throw refuseWith(
      message(
        3169,
        set.header.software.map((n, i) => (i === 0 ? String(n) : String(n).padStart(2, "0"))).join("."),
        Object.values(instance.version)
          .map((n, i) => (i === 0 ? String(n) : String(n).padStart(2, "0")))
          .join("."),
      ),
      ended,
    );
  if (options.ending === "STANDBY" && set.header.databaseVersion < instance.databaseVersion)
    throw refuseWith(message(3180), ended);
  const database =
    statement.what === "log" && existing
      ? (checkLog(existing, set, options, ended), existing)
      : planDatabase(name, existing, set, options, frame, ended, device);
  const body = bodyOf(set, database, ended);
  if (!existing) await placeFiles(database, frame, ended);
  database.state = "RESTORING";
  database.isInStandby = false;
  instance.onChange();
  await takeTime(options.step, frame);
  const done =
    statement.what === "log"
      ? applyLog(database, set, body, options, frame)
      : applyDatabase(database, set, body);
  for (const info of done.infos) inform(info, frame);
  await finish(database, done.isStopped ? "NORECOVERY" : options.ending, options, frame);
  recordRestore(
    instance,
    database,
    set,
    session,
    options,
    statement.what === "log" ? "L" : set.header.kind === "differential" ? "I" : "D",
  );
  sayDone(verb, database.name, database.files, body, options.file, statement.what === "log", frame);
  instance.onChange();
  return { command: statement.what === "log" ? 236 : 229 };
}

/** RESTORE needs the database for itself. */
function mustBeFree(database: Database, verb: string, { instance, session }: Frame, ended: Message): void {
  if (session.database === database)
    throw refuseWith(
      message(
        3102,
        verb.replace("RESTORE DATABASE", "RESTORE").replace("RESTORE LOG", "RESTORE"),
        database.name,
      ),
      ended,
    );
  if (instance.sessionsIn(database).length > 0) throw refuseWith(message(3101), ended);
}

/** `RESTORE DATABASE x WITH RECOVERY`: ends the sequence. */
function recoverOnly(
  statement: RestoreStatement,
  database: Database | undefined,
  name: string,
  options: RestoreOptions,
  frame: Frame,
  ended: Message,
): void {
  if (!database) throw refuseWith(message(3118, name), ended);
  if (database.state === "ONLINE" && !database.isInStandby) throw refuseWith(message(3153), ended);
  if (database.state !== "RESTORING" && !database.isInStandby)
    throw refuseWith(message(database.state === "OFFLINE" ? 942 : 927, name), ended);
  if (options.ending === "RECOVERY") recover(database, options.broker, frame);
  inform(
    message(3014, statement.what === "log" ? "RESTORE LOG" : "RESTORE DATABASE", 0, "0.005", "0.000"),
    frame,
  );
  frame.instance.onChange();
}

/** Opens a backup set of a file: 3201, 3254, 3241, 3287. */
export async function openSet(
  device: string,
  file: number,
  { instance }: Frame,
  ended: Message,
): Promise<BackupSet> {
  const sets = await openMedia(device, { instance }, ended);
  const set = sets[file - 1];
  if (!set) throw refuseWith(message(3287, file, device), ended);
  return set;
}
export async function openMedia(
  device: string,
  { instance }: Pick<Frame, "instance">,
  ended: Message,
): Promise<readonly BackupSet[]> {
  try {
    const data = await instance.disk.read(device);
    return readMedia(data);
  } catch (error) {
    if (error instanceof DiskError)
      throw refuseWith({ ...message(3201, device, systemError(error.code)), state: 2 }, ended);
    if (error instanceof MediaError)
      throw refuseWith(message(error.part === "empty" ? 3254 : 3241, device), ended);
    throw error;
  }
}

/** The body of a set; a damaged one is 3183 with checksums, 3189 without. */
export function bodyOf(set: BackupSet, database: { readonly name: string }, ended: Message): SetBody {
  try {
    return set.body();
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    throw refuseWith(set.header.hasChecksum ? message(3183, 1, 8, database.name) : message(3189), ended);
  }
}

async function finish(
  database: Database,
  ending: RestoreOptions["ending"],
  options: RestoreOptions,
  frame: Frame,
): Promise<void> {
  if (ending === "RECOVERY") recover(database, options.broker, frame);
  if (ending === "STANDBY") {
    const undo = options.undoFile ?? "";
    try {
      await frame.instance.disk.write(undo, Buffer.from(`undo of ${database.name} at ${database.nextLsn}`));
    } catch (error) {
      if (error instanceof DiskError)
        throw refuseWith(message(3201, undo, systemError(error.code)), message(3013, "RESTORE DATABASE"));
      throw error;
    }
    database.state = "ONLINE";
    database.isInStandby = true;
  }
  if (options.isRestricted && ending === "RECOVERY") database.userAccess = "RESTRICTED_USER";
}
