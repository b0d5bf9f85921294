import { plain } from "./types.ts";
import { DiskError } from "../../types.ts";
import type { StepResult } from "./agent-steps.ts";
import { localTimeOf } from "./agent-time.ts";
import { systemError } from "./backup.ts";
import { roundDatetime } from "./datetimes.ts";
import type { SqlInstance } from "./instance.ts";
import { AgentRun, fileTime, join } from "./log-shipping-agents.ts";
import { agentTables } from "./msdb.ts";
import type { SystemRow } from "./system-table.ts";

const bracket = (name: string): string => `[${name.replaceAll("]", "]]")}]`;
const literal = (text: string): string => `N'${text.replaceAll("'", "''")}'`;

/** LSRestore: what has been copied and is older than the delay, in order; then old files away. */
export async function restoreFiles(
  instance: SqlInstance,
  secondary: SystemRow,
  signal: AbortSignal,
): Promise<StepResult> {
  const tables = agentTables(instance);
  const source = plain(secondary["primary_database"]);
  const folder = plain(secondary["backup_destination_directory"]);
  const run = new AgentRun(instance, plain(secondary["secondary_id"]), 2, source);
  for (const target of tables.secondaryDatabases.filter(
    (row) => row["secondary_id"] === secondary["secondary_id"],
  )) {
    try {
      const files = (await instance.disk.list(folder))
        .filter((entry) => !entry.isFolder && fileTime(entry.name, source) !== undefined)
        .map((entry) => entry.name)
        .toSorted();
      await restoreOne(run, target, files, folder, source, signal);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      run.fail(`Could not read the directory '${folder}'. ${systemError(error.code)}`);
    }
  }
  await cleanUp(run, secondary, folder, source);
  return run.end("----- END OF TRANSACTION LOG RESTORE  -----");
}

async function restoreOne(
  run: AgentRun,
  target: SystemRow,
  files: readonly string[],
  folder: string,
  source: string,
  signal: AbortSignal,
): Promise<void> {
  const { instance } = run;
  const name = plain(target["secondary_database"]);
  const database = instance.database(name);
  if (!database || (database.state !== "RESTORING" && !database.isInStandby)) {
    run.fail(
      `The restore operation cannot proceed because the secondary database '${name}' is not in NORECOVERY/STANDBY mode.`,
    );
    return;
  }
  const until = instance.now() - Number(target["restore_delay"] ?? 0) * 60_000;
  const lastTime =
    fileTime(
      plain(target["last_restored_file"] ?? "")
        .split("\\")
        .at(-1) ?? "",
      source,
    ) ?? Number.NEGATIVE_INFINITY;
  let restored = 0;
  for (const file of files) {
    const time = fileTime(file, source) ?? 0;
    if (time <= lastTime) continue;
    if (signal.aborted) return;
    if (time > until) {
      run.say(
        `Skipping log backup file '${join(folder, file)}' for secondary database '${name}' because it is within the restore delay of ${Number(target["restore_delay"] ?? 0)} minutes.`,
      );
      break;
    }
    const outcome = await restoreFile(run, target, join(folder, file), signal);
    if (outcome === "failed") return;
    if (outcome === "skipped") continue;
    restored++;
    note(run, name, join(folder, file), time);
    if (target["restore_all"] === 0) break;
  }
  if (restored === 0)
    run.say(`Could not find a log backup file that could be applied to secondary database '${name}'.`, 4);
  else
    run.say(
      `The restore operation was successful. Secondary Database: '${name}', Number of log backup files restored: ${restored}`,
    );
}

async function restoreFile(
  run: AgentRun,
  target: SystemRow,
  path: string,
  signal: AbortSignal,
): Promise<"restored" | "skipped" | "failed"> {
  const { instance } = run;
  const name = plain(target["secondary_database"]);
  const database = instance.database(name);
  const isStandby = target["restore_mode"] === 1;
  if (isStandby && target["disconnect_users"] === 1 && database)
    for (const session of instance.sessionsIn(database)) session.kill();
  const undo = path.replace(/[^\\]+$/, `${name}_undo.tuf`);
  const ending = isStandby ? `STANDBY = ${literal(undo)}` : "NORECOVERY";
  const result = await instance.run(
    `RESTORE LOG ${bracket(name)} FROM DISK = ${literal(path)} WITH FILE = 1, ${ending}`,
    "master",
    { appName: "Microsoft SQL Server Log Shipping", signal },
  );
  if (result.errors.length === 0) {
    if (signal.aborted) return "failed";
    run.say(`Restored log backup file. Secondary DB: '${name}', File: '${path}'`);
    return "restored";
  }
  if (result.errors.some((error) => error.number === 4326)) {
    run.say(`Skipped log backup file. Secondary DB: '${name}', File: '${path}'`);
    return "skipped";
  }
  run.fail(
    `Could not apply log backup file '${path}' to secondary database '${name}'. ${result.errors.map((error) => error.text).join(" ")}`,
  );
  return "failed";
}

/** What the last restore was, in the tables of secondary and monitor. */
function note(run: AgentRun, name: string, file: string, fileMs: number): void {
  const { instance } = run;
  const tables = agentTables(instance);
  const stamped = { last_restored_file: file, last_restored_date: localTimeOf(instance) };
  const mine = (row: SystemRow): boolean => row["secondary_database"] === name;
  tables.secondaryDatabases.update(mine, stamped);
  tables.monitorSecondary.update(mine, {
    ...stamped,
    last_restored_date_utc: roundDatetime(instance.now()),
    last_restored_latency: Math.floor((instance.now() - fileMs) / 60_000),
  });
}

/** Deletes copied files that are older than the retention and have been restored. */
async function cleanUp(run: AgentRun, secondary: SystemRow, folder: string, source: string): Promise<void> {
  const { instance } = run;
  const limit = instance.now() - Number(secondary["file_retention_period"] ?? 14420) * 60_000;
  const restored = agentTables(instance)
    .secondaryDatabases.filter((row) => row["secondary_id"] === secondary["secondary_id"])
    .map(
      (row) =>
        fileTime(
          plain(row["last_restored_file"] ?? "")
            .split("\\")
            .at(-1) ?? "",
          source,
        ) ?? Number.NEGATIVE_INFINITY,
    );
  const oldest = Math.min(...restored);
  for (const entry of await instance.disk.list(folder).catch(() => [])) {
    const time = entry.isFolder ? undefined : fileTime(entry.name, source);
    if (time === undefined || time >= limit || time > oldest) continue;
    await instance.disk.remove(join(folder, entry.name));
    run.say(`Deleting old log backup file: '${join(folder, entry.name)}'.`);
  }
}
