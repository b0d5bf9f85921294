import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import type { WantedJob } from "../differences.ts";
import { filesOf, isBackupOf } from "../look.ts";
import { every, setJob, type Job } from "../tsql/agent.ts";
import { copyAllAway, copyAwayJobName } from "../tsql/shipping.ts";
import { copyAway } from "../verbs.ts";
import { jobsDiffer, scheduleJobs, scheduleName } from "./as-wanted.ts";
import { runJob } from "./jobs.ts";

type Args = Parameters<(typeof copyAway)["step"]>[1];

/** How long the first copy may take: all fulls and logs that lie there. Seconds. */
const firstCopySec = 11 * 3600;

function jobOf({ database, backupFolder, awayTo, everyMin }: Args): WantedJob & Job {
  const name = copyAwayJobName(database);
  return {
    name,
    isEnabled: true,
    schedule: every(scheduleName(name), everyMin),
    command: copyAllAway(database, backupFolder, awayTo),
    subsystem: "CmdExec",
    description: `Copies backups of ${database} to another server: those that lie on this one die with it.`,
  };
}

/** The verb that keeps backups of a server that has no standby. */
export const copyAwayRunnables: readonly Runnable[] = [
  runs(copyAway, {
    check: async (a, io) => {
      const sql = await sqlOn(a.host, io);
      const away = new Set((await filesOf(sql, a.awayTo)).map((f) => f.toLowerCase()));
      const missing = (await filesOf(sql, a.backupFolder)).filter(
        (f) => isBackupOf(a.database, f) && !away.has(f.toLowerCase()),
      );
      const wrong = [
        ...(await jobsDiffer(sql, [jobOf(a)])),
        ...(missing.length === 0 ? [] : [`${String(missing.length)} backup(s) are not in ${a.awayTo}`]),
      ];
      return {
        there: wrong.length === 0,
        says:
          wrong.length === 0
            ? `backups of ${a.database} on ${a.host} are in ${a.awayTo} too`
            : `backups of ${a.database} on ${a.host}: ${wrong.join("; ")}`,
        expected: `all of them in ${a.awayTo}, copied on schedule. SQL Server Agent's account there must be able to write to it, and SQL Server's to read it`,
      };
    },
    act: async (a, io) => {
      const sql = await sqlOn(a.host, io);
      await sql.run(setJob(jobOf(a)));
      await runJob(sql, a.host, jobOf(a).name, firstCopySec, io);
      await scheduleJobs(sql, [jobOf(a)]);
    },
  }),
];
