import { runs, type Act, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { pathOf, readHeaders } from "../headers.ts";
import { filesOf, isLogOf, setOf, stateOf } from "../look.ts";
import type { BackupSet } from "../seen.ts";
import { setFromHistory } from "../shipped.ts";
import { strays } from "../strays.ts";
import { setJob } from "../tsql/agent.ts";
import { makeFolder } from "../tsql/changes.ts";
import { moveFile, setAsideJobName } from "../tsql/shipping.ts";
import { setAside } from "../verbs.ts";
import { backupsOf } from "./final-sync.ts";
import { runJob } from "./jobs.ts";
import { nextLogOf, type Pair } from "./standing.ts";

/** How long moving one file may take, Agent's start included. Seconds. */
const moveLimitSec = 300;

/** A folder of a server with logs that lead nowhere. */
interface Found {
  readonly host: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** Logs that lead nowhere from where the standby stands: where they were copied to, and where the copy job would find them. */
async function straysOf(a: Pair, io: Io): Promise<readonly Found[]> {
  const { database, host, source } = a;
  const sql = await sqlOn(host, io);
  const { redoLsn, redoFork } = await stateOf(sql, database);
  if (redoLsn === undefined || redoFork === undefined) return [];
  const places = [
    { host, folder: a.copyTo, sets: await logsIn(database, host, a.copyTo, io) },
    { host: source, folder: a.backupFolder, sets: await logsIn(database, source, a.backupFolder, io) },
  ];
  const next = await nextLogOf(await sqlOn(source, io), database);
  const history = (await Promise.all([host, source].map((h) => remembered(database, h, io)))).flat();
  const found = new Set(
    strays(
      { lsn: BigInt(redoLsn), fork: redoFork },
      places.flatMap((p) => p.sets),
      next ? [next.firstFork, next.fork] : [],
      history,
    ),
  );
  return places
    .map((p) => ({
      host: p.host,
      folder: p.folder,
      files: [...new Set(p.sets.map((s) => s.file).filter((f) => found.has(f)))],
    }))
    .filter(({ files }) => files.length > 0);
}

/** The log backups that a server took itself; a tail that was saved beside the chain is none of it. */
const remembered = async (database: string, host: string, io: Io): Promise<readonly BackupSet[]> =>
  (await backupsOf(await sqlOn(host, io), database)).filter((b) => b.copyOnly === 0).map(setFromHistory);

async function logsIn(database: string, host: string, folder: string, io: Io): Promise<readonly BackupSet[]> {
  const sql = await sqlOn(host, io);
  const files = (await filesOf(sql, folder)).filter((f) => isLogOf(database, f));
  const read = await readHeaders(sql, host, folder, files, io);
  return read.flatMap((r) =>
    "headers" in r
      ? r.headers.filter((h) => h.type === 2).map((h) => setOf(r.file, h, io.host(host).timeZone))
      : [],
  );
}

const act: Act<Pair> = {
  check: async (a, io) => {
    const found = await straysOf(a, io);
    return {
      there: found.length === 0,
      says:
        found.length === 0
          ? `every log of ${a.database} in ${a.copyTo} and ${a.backupFolder} leads on, or is past`
          : found
              .map(
                ({ host, folder, files }) =>
                  `${String(files.length)} log(s) of ${a.database} in ${folder} on ${host} are of a recovery path that was left: ${files.slice(0, 3).join(", ")}${files.length > 3 ? "…" : ""}`,
              )
              .join("; "),
      expected: "only logs that can be restored",
    };
  },
  act: async (a, io) => {
    const name = setAsideJobName(a.database);
    for (const { host, folder, files } of await straysOf(a, io)) {
      const sql = await sqlOn(host, io);
      const aside = pathOf(folder, "SetAside");
      await sql.run(makeFolder(aside));
      for (const file of files) {
        io.say(`setting ${file} on ${host} aside, into ${aside}`);
        await sql.run(
          setJob({
            name,
            subsystem: "CmdExec",
            command: moveFile(pathOf(folder, file), pathOf(aside, file)),
            description: `Moves a log of ${a.database} that was left behind in a cutover to where no restore job finds it.`,
          }),
        );
        await runJob(sql, host, name, moveLimitSec, io);
      }
    }
  },
};

/** The verb that keeps logs of a left recovery path from the restore job. */
export const setAsideRunnables: readonly Runnable[] = [runs(setAside, act)];
