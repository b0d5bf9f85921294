import { plain } from "./types.ts";
import { DiskError } from "../../types.ts";
import type { StepResult } from "./agent-steps.ts";
import { localTimeOf } from "./agent-time.ts";
import { systemError } from "./backup.ts";
import { roundDatetime } from "./datetimes.ts";
import type { SqlInstance } from "./instance.ts";
import { agentTables } from "./msdb.ts";
import type { SystemRow } from "./system-table.ts";
import { restoreFiles } from "./log-shipping-restore.ts";

export const join = (folder: string, file: string): string => `${folder.replace(/\\$/, "")}\\${file}`;
/** `yyyymmddhhmmss` in UTC, as sqllogship names its files. */
const stamp = (ms: number): string => new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
/** The time in a file name of log shipping, in milliseconds UTC; undefined for other files of the folder. */
export function fileTime(name: string, database: string): number | undefined {
  const prefix = `${database}_`.toLowerCase();
  const digits = /^(\d{14})\.trn$/i.exec(
    name.toLowerCase().startsWith(prefix) ? name.slice(prefix.length) : "",
  )?.[1];
  if (digits === undefined) return undefined;
  const at = (from: number, to: number): number => Number(digits.slice(from, to));
  return Date.UTC(at(0, 4), at(4, 6) - 1, at(6, 8), at(8, 10), at(10, 12), at(12, 14));
}

/** One run of sqllogship.exe: what it says goes to the history, its errors to the error detail. */
export class AgentRun {
  public readonly instance: SqlInstance;
  private readonly id: string;
  private readonly type: 0 | 1 | 2;
  private readonly database: string;
  private readonly session: number;
  public readonly lines: string[] = [];
  private sequence = 0;
  public hasFailed = false;

  constructor(instance: SqlInstance, id: string, type: 0 | 1 | 2, database: string) {
    this.instance = instance;
    this.id = id;
    this.type = type;
    this.database = database;
    const { historyDetail } = agentTables(instance);
    const mine = historyDetail.filter((row) => row["agent_id"] === id && row["agent_type"] === type);
    this.session = Math.max(0, ...mine.map((row) => Number(row["session_id"]))) + 1;
    this.say(`Starting transaction log ${["backup", "copy", "restore"][type] ?? ""}.`, 0);
  }
  say(text: string, status: 0 | 1 | 2 | 3 | 4 = 1): void {
    this.lines.push(text);
    agentTables(this.instance).historyDetail.insert({
      agent_id: this.id,
      agent_type: this.type,
      session_id: this.session,
      database_name: this.database,
      session_status: status,
      ...this.times(),
      message: text,
    });
  }
  fail(text: string): void {
    this.hasFailed = true;
    this.lines.push(`*** Error: ${text} ***`);
    agentTables(this.instance).errorDetail.insert({
      agent_id: this.id,
      agent_type: this.type,
      session_id: this.session,
      database_name: this.database,
      sequence_number: ++this.sequence,
      ...this.times(),
      message: text,
      source: "Microsoft.SqlServer.Management.LogShipping",
    });
  }
  private times(): { log_time: number; log_time_utc: number } {
    return { log_time: localTimeOf(this.instance), log_time_utc: roundDatetime(this.instance.now()) };
  }
  end(summary: string): StepResult {
    this.say(summary, this.hasFailed ? 3 : 2);
    return { isGood: !this.hasFailed, message: this.lines.join("  "), number: 0, severity: 0 };
  }
}

/** sqllogship.exe -Backup|-Copy|-Restore id -server name. */
export async function runLogShippingAgent(
  instance: SqlInstance,
  args: readonly string[],
  signal: AbortSignal,
): Promise<StepResult> {
  const at = args.findIndex((arg) => /^-(backup|copy|restore)$/i.test(arg));
  const id = (args[at + 1] ?? "").toUpperCase();
  const tables = agentTables(instance);
  const what = args[at]?.toLowerCase();
  if (what === "-backup") {
    const primary = tables.primaries.find((row) => row["primary_id"] === id);
    if (primary) return runBackup(instance, primary);
  }
  const secondary = tables.secondaries.find((row) => row["secondary_id"] === id);
  if (secondary && what === "-copy") return runCopy(instance, secondary, signal);
  if (secondary && what === "-restore") return restoreFiles(instance, secondary, signal);
  return {
    isGood: false,
    message: `*** Error: The specified agent_id ${id} or agent_type ${at < 0 ? "" : (what ?? "")} do not form a valid pair for log shipping monitoring processing. ***`,
    number: 32016,
    severity: 16,
  };
}

/** LSBackup: one log backup into the backup directory, then old files away. */
async function runBackup(instance: SqlInstance, primary: SystemRow): Promise<StepResult> {
  const tables = agentTables(instance);
  const name = plain(primary["primary_database"]);
  const run = new AgentRun(instance, plain(primary["primary_id"]), 0, name);
  const database = instance.database(name);
  if (database?.state !== "ONLINE" || database.isInStandby) {
    run.say(
      `Database ${name} is not ONLINE. The backup job will not be performed until this database is brought online.`,
      4,
    );
    return run.end("----- END OF TRANSACTION LOG BACKUP   -----");
  }
  const directory = plain(primary["backup_directory"]);
  const base = join(directory, `${name}_${stamp(instance.now())}`);
  const compression =
    { 0: ", NO_COMPRESSION", 1: ", COMPRESSION" }[Number(primary["backup_compression"] ?? 2)] ?? "";
  const quoted = (path: string): string => path.replaceAll("'", "''");
  const result = await instance.run(
    `BACKUP LOG [${name.replaceAll("]", "]]")}] TO DISK = N'${quoted(`${base}.wrk`)}' WITH INIT${compression}`,
    "master",
    { appName: "Microsoft SQL Server Log Shipping" },
  );
  for (const error of result.errors) run.fail(error.text);
  if (!run.hasFailed) {
    try {
      if (await instance.disk.exists(`${base}.trn`)) await instance.disk.remove(`${base}.trn`);
      await instance.disk.rename(`${base}.wrk`, `${base}.trn`);
      tables.mediaFamilies.update(
        (row) => plain(row["physical_device_name"]).toLowerCase() === `${base}.wrk`.toLowerCase(),
        { physical_device_name: `${base}.trn` },
      );
      const last = { last_backup_file: `${base}.trn`, last_backup_date: localTimeOf(instance) };
      tables.primaries.update((row) => row["primary_id"] === primary["primary_id"], last);
      tables.monitorPrimary.update((row) => row["primary_id"] === primary["primary_id"], {
        ...last,
        last_backup_date_utc: roundDatetime(instance.now()),
      });
      run.say(`The transaction log backup file '${base}.trn' was created for database '${name}'.`);
      await cleanUp(run, directory, name, Number(primary["backup_retention_period"] ?? 1440));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      run.fail(`Could not write the log backup file: ${systemError(error.code)}`);
    }
  }
  return run.end("----- END OF TRANSACTION LOG BACKUP   -----");
}

/** Deletes shipped files older than the retention, by the time in their name. */
async function cleanUp(run: AgentRun, folder: string, database: string, minutes: number): Promise<void> {
  const limit = run.instance.now() - minutes * 60_000;
  for (const entry of await run.instance.disk.list(folder)) {
    const time = entry.isFolder ? undefined : fileTime(entry.name, database);
    if (time === undefined || time >= limit) continue;
    await run.instance.disk.remove(join(folder, entry.name));
    run.say(`Deleting old log backup file: '${join(folder, entry.name)}'.`);
  }
}

/** LSCopy: new files from the share to the destination, as .wrk first, then renamed. */
async function runCopy(
  instance: SqlInstance,
  secondary: SystemRow,
  signal: AbortSignal,
): Promise<StepResult> {
  const tables = agentTables(instance);
  const name = plain(secondary["primary_database"]);
  const run = new AgentRun(instance, plain(secondary["secondary_id"]), 1, name);
  const [source, destination] = [
    plain(secondary["backup_source_directory"]),
    plain(secondary["backup_destination_directory"]),
  ];
  let copied = 0;
  try {
    const there = await instance.disk.list(destination);
    const have = new Set(there.map((entry) => entry.name.toLowerCase()));
    const last =
      plain(secondary["last_copied_file"] ?? "")
        .split("\\")
        .at(-1) ?? "";
    const lastTime = fileTime(last, name) ?? Number.NEGATIVE_INFINITY;
    const files = (await instance.disk.list(source))
      .filter(
        (entry) =>
          !entry.isFolder &&
          (fileTime(entry.name, name) ?? Number.NEGATIVE_INFINITY) > lastTime &&
          !have.has(entry.name.toLowerCase()),
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const file of files) {
      if (signal.aborted) break;
      const [from, to] = [join(source, file.name), join(destination, file.name)];
      const working = to.replace(/\.trn$/i, ".wrk");
      await instance.disk.write(working, await instance.disk.read(from));
      await instance.disk.rename(working, to);
      copied++;
      run.say(
        `Copying log backup file to temporary work file. Source: '${from}', Destination: '${working}'. Renamed temporary work file. Source: '${working}', Destination: '${to}'.`,
      );
      const stamped = { last_copied_file: to, last_copied_date: localTimeOf(instance) };
      tables.secondaries.update((row) => row["secondary_id"] === secondary["secondary_id"], stamped);
      tables.monitorSecondary.update((row) => row["secondary_id"] === secondary["secondary_id"], {
        ...stamped,
        last_copied_date_utc: roundDatetime(instance.now()),
      });
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    run.fail(
      `Could not access the directory or file of the log backups: '${source}' to '${destination}'. ${systemError(error.code)}`,
    );
  }
  run.say(
    `The copy operation was ${run.hasFailed ? "not " : ""}successful. Secondary ID: '${plain(secondary["secondary_id"])}', Number of log backup files copied: ${copied}`,
  );
  return run.end("----- END OF TRANSACTION LOG COPY     -----");
}
