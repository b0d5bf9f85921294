import { randomUUID } from "node:crypto";
import { DiskError } from "../../types.ts";
import type { Frame } from "./batch.ts";
import { recordBackup } from "./backup-history.ts";
import type { Database } from "./database.ts";
import { offsetMinutes, roundDatetime, wallClock } from "./datetimes.ts";
import { message, refuseWith, withState } from "./errors.ts";
import { evaluateInt, evaluateText } from "./evaluate.ts";
import type { Executed } from "./execute.ts";
import {
  type BackupSet,
  encodeSet,
  MediaError,
  readMedia,
  type SetBody,
  type SetHeader,
  writeMedia,
} from "./media.ts";
import { hasDatabasePermission } from "./permissions.ts";
import { progress, sayDone } from "./progress.ts";
import type { BackupStatement } from "./statements.ts";
import { pause } from "./pause.ts";

/** Windows's text of an error of a device. */
export const systemError = (code: number): string =>
  `${code}(${{ 2: "The system cannot find the file specified.", 3: "The system cannot find the path specified.", 5: "Access is denied.", 53: "The network path was not found.", 112: "There is not enough space on the disk." }[code] ?? "error not found"})`;

/** BACKUP DATABASE and BACKUP LOG. */
export async function executeBackup(statement: BackupStatement, frame: Frame): Executed {
  const { instance, session } = frame;
  const verb = statement.what === "log" ? "BACKUP LOG" : "BACKUP DATABASE";
  const ended = message(3013, verb);
  const option = (name: string): boolean => statement.options.some((o) => o.name === name);
  const value = (name: string): string | undefined => {
    const found = statement.options.find((o) => o.name === name)?.value;
    return found ? evaluateText(found, frame) : undefined;
  };
  if (session.transactionDepth > 0) throw refuseWith(message(3021), ended);
  const name = evaluateText(statement.database, frame);
  const database = instance.database(name);
  if (!database) throw refuseWith(withState(message(911, name), 11), ended);
  if (!hasDatabasePermission(session, database, verb)) throw refuseWith(message(262, verb, name), ended);
  const isNoTruncate = option("NO_TRUNCATE");
  const isTail = option("NORECOVERY") || option("STANDBY");
  mustBackUp(database, statement, isNoTruncate, ended);
  const others = instance.sessionsIn(database).filter((other) => other !== session);
  if (isTail && session.database === database && database.isReadable)
    throw refuseWith(message(3102, verb, name), ended);
  if (isTail && others.length > 0) throw refuseWith(message(3101), ended);
  const path = statement.devices[0] ? evaluateText(statement.devices[0], frame) : "";
  const device = path.includes("\\") || path.includes("/") ? path : `${instance.folders.backup}\\${path}`;
  const old = await oldMedia(device, option("FORMAT") || option("INIT"), option("FORMAT"), frame, ended);
  const startMs = instance.now();
  if (instance.speed.restoreMs > 0) await pause(instance.speed.restoreMs, frame.signal);
  const isCopyOnly = option("COPY_ONLY") || isNoTruncate;
  const isCompressed =
    option("COMPRESSION") ||
    (!option("NO_COMPRESSION") &&
      (instance.configuration.get("backup compression default")?.inUse === 1 ||
        (old?.sets[0]?.header.isCompressed ?? false)));
  const isDifferential = option("DIFFERENTIAL");
  const { header, body } = take(database, statement.what, {
    frame,
    startMs,
    isCopyOnly,
    isTail,
    isDifferential,
    isCompressed,
    isIncomplete: isNoTruncate && database.state !== "ONLINE",
    hasChecksum: option("CHECKSUM"),
    name: value("NAME") ?? null,
    description: value("DESCRIPTION") ?? null,
  });
  const stats = statement.options.find((o) => o.name === "STATS");
  progress(stats ? (stats.value ? evaluateInt(stats.value, frame) : 10) : undefined, frame);
  try {
    await instance.disk.write(device, writeMedia(old?.data, encodeSet(header, body)));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw error.code === 112
      ? refuseWith(message(3202, device, systemError(112)), ended)
      : refuseWith(message(3201, device, systemError(error.code)), ended);
  }
  const position = (old?.sets.length ?? 0) + 1;
  finish(database, header, body, { isCopyOnly, isTail });
  recordBackup(instance, header, device, position);
  sayDone(verb, database.name, database.files, body, position, statement.what === "log", frame);
  instance.onChange();
  return { command: statement.what === "log" ? 235 : 228 };
}

function mustBackUp(
  database: Database,
  statement: BackupStatement,
  isNoTruncate: boolean,
  ended: ReturnType<typeof message>,
): void {
  const isLog = statement.what === "log";
  if (database.name === "tempdb") throw refuseWith(message(3147), ended);
  if (database.isInStandby) throw refuseWith(message(3036, database.name), ended);
  const refusal = {
    ONLINE: 0,
    RESTORING: 927,
    RECOVERING: 922,
    RECOVERY_PENDING: 945,
    SUSPECT: 926,
    EMERGENCY: 945,
    OFFLINE: 942,
  }[database.state];
  const isPossible =
    isLog && isNoTruncate && (database.state === "SUSPECT" || database.state === "RECOVERY_PENDING");
  if (refusal !== 0 && !isPossible) throw refuseWith(message(refusal, database.name), ended);
  if (!isLog) {
    if (statement.options.some((o) => o.name === "DIFFERENTIAL") && !database.differentialBase)
      throw refuseWith(message(3035, database.name), ended);
    return;
  }
  if (database.settings.recoveryModel === "SIMPLE") throw refuseWith(message(4208, "BACKUP LOG"), ended);
  if (database.logBackupFrom === undefined) throw refuseWith(message(4214), ended);
}

async function oldMedia(
  device: string,
  isInit: boolean,
  isFormat: boolean,
  { instance }: Frame,
  ended: ReturnType<typeof message>,
): Promise<{ data: Buffer; sets: readonly BackupSet[] } | undefined> {
  try {
    if (!(await instance.disk.exists(device))) return undefined;
    if (isFormat) return undefined;
    const data = await instance.disk.read(device);
    const sets = readMedia(data);
    return isInit ? undefined : { data, sets };
  } catch (error) {
    if (error instanceof MediaError) {
      if (error.part === "empty") return undefined;
      throw refuseWith(message(3241, device), ended);
    }
    if (error instanceof DiskError) throw refuseWith(message(3201, device, systemError(error.code)), ended);
    throw error;
  }
}

interface Taking {
  readonly frame: Frame;
  readonly startMs: number;
  readonly isCopyOnly: boolean;
  readonly isTail: boolean;
  readonly isDifferential: boolean;
  readonly isCompressed: boolean;
  readonly isIncomplete: boolean;
  readonly hasChecksum: boolean;
  readonly name: string | null;
  readonly description: string | null;
}
type Header = Omit<SetHeader, "bytes" | "storedBytes">;

/** Header and content of the set, as the database stands now. */
function take(
  database: Database,
  what: "database" | "log",
  taking: Taking,
): { header: Header; body: SetBody } {
  const { frame } = taking;
  const { instance, session } = frame;
  const isLog = what === "log";
  const settings = database.settings;
  // A backup writes records of its own (a checkpoint, its end): the log always moves on.
  const checkpoint = isLog ? (database.differentialBase?.lsn ?? 0n) : database.takeLsn();
  const firstLsn = isLog ? (database.logBackupFrom ?? 0n) : checkpoint;
  const records = isLog ? database.log : [];
  if (!taking.isIncomplete) database.takeLsn();
  const nowMs = instance.now();
  const local = (ms: number): number =>
    roundDatetime(Math.floor(wallClock(instance.timeZone, ms) / 1000) * 1000);
  const forkAt = database.forks.findLast((fork) => fork.from <= firstLsn) ?? database.fork;
  const header: Header = {
    kind: isLog ? "log" : taking.isDifferential ? "differential" : "database",
    name: taking.name,
    description: taking.description,
    setGuid: randomUUID().toUpperCase(),
    databaseName: database.name,
    databaseVersion: instance.databaseVersion,
    databaseCreatedWall: local(database.createdMs),
    serverName: instance.serverName,
    machineName: instance.identity.name,
    userName: session.principal.name,
    software: [instance.version.major, instance.version.minor, instance.version.build],
    firstLsn,
    lastLsn: database.nextLsn,
    checkpointLsn: checkpoint,
    databaseBackupLsn: database.differentialBase?.lsn ?? 0n,
    startWall: local(taking.startMs),
    finishWall: local(nowMs),
    finishMs: nowMs,
    offsetMinutes: offsetMinutes(instance.timeZone, nowMs),
    settings,
    forks: [...database.forks],
    firstForkGuid: forkAt.guid,
    bindingGuid: randomUUID().toUpperCase(),
    files: [...database.files],
    hasChecksum: taking.hasChecksum,
    isCompressed: taking.isCompressed,
    isCopyOnly: taking.isCopyOnly,
    isTail: taking.isTail || taking.isIncomplete,
    isForceOffline: taking.isTail,
    hasIncompleteMetadata: taking.isIncomplete,
    beginsLogChain:
      isLog && database.differentialBase !== undefined && firstLsn <= database.differentialBase.lsn,
    isReadOnly: settings.isReadOnly,
    isSingleUser: database.userAccess === "SINGLE_USER",
    lastCommitWall: (isLog ? records.at(-1)?.wall : database.lastCommitWall) ?? null,
  };
  return { header, body: isLog ? { records: [...records] } : { content: database.snapshot().content } };
}

/** What the backup changes in the database: the log's archive point, the base of differentials, its state. */
function finish(
  database: Database,
  header: Header,
  body: SetBody,
  { isCopyOnly, isTail }: { isCopyOnly: boolean; isTail: boolean },
): void {
  if (header.kind === "log") {
    if (!isCopyOnly) {
      database.logBackupFrom = header.lastLsn;
      const taken = "records" in body ? body.records.length : 0;
      database.log.splice(0, taken);
    }
    if (isTail) {
      database.state = "RESTORING";
      database.logBackupFrom = header.lastLsn;
      database.nextLsn = header.lastLsn;
    }
    return;
  }
  if (isCopyOnly || header.kind === "differential") return;
  database.differentialBase = { lsn: header.checkpointLsn, guid: header.setGuid };
  if (database.settings.recoveryModel !== "SIMPLE" && database.logBackupFrom === undefined)
    database.logBackupFrom = header.firstLsn;
}
