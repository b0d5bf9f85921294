import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { stateOf } from "../look.ts";
import { enableJob } from "../tsql/agent.ts";
import { multiUser, recover } from "../tsql/changes.ts";
import { reopenSource, returnable } from "../verbs.ts";
import { backupsOf } from "./final-sync.ts";
import { jobsOfRole } from "./hold.ts";
import { jobSays, readJobs } from "./jobs.ts";

/** The verbs that give production back after its tail was taken. */
export const reopenRunnables: readonly Runnable[] = [
  runs(returnable, {
    check: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const { state } = await stateOf(sql, database);
      const expected = "ONLINE, or RESTORING and closed by its own tail";
      if (state === "ONLINE") return { there: true, says: `${database} on ${host} is ONLINE`, expected };
      const isTail = (await backupsOf(sql, database)).at(-1)?.tail === 1;
      if (state !== "RESTORING" || !isTail)
        throw new Error(
          `${database} on ${host} is ${state}${state === "RESTORING" ? ", and its last backup is no tail" : ""}: what opening it would lose is not known. Finish the move instead`,
        );
      return { there: true, says: `${database} on ${host} is closed by its own tail`, expected };
    },
  }),
  runs(reopenSource, {
    check: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const { state, userAccess } = await stateOf(sql, database);
      const jobs = await readJobs(sql, await jobsOfRole(sql, database, "source"));
      return {
        there: state === "ONLINE" && userAccess === "MULTI_USER" && jobs.every((j) => j.isEnabled),
        says: [`${database} on ${host} is ${state} ${userAccess}`.trimEnd(), ...jobs.map(jobSays)].join(", "),
        expected: "ONLINE, MULTI_USER, its log backed up on schedule",
      };
    },
    act: async ({ database, host }, io) => {
      const sql = await sqlOn(host, io);
      const { state } = await stateOf(sql, database);
      if (state === "RESTORING") {
        // Closed by its own tail it lacks nothing. Any other database that is being restored may lack what no log has brought yet.
        const last = (await backupsOf(sql, database)).at(-1);
        if (last?.tail !== 1)
          throw new Error(
            `${database} on ${host} is RESTORING, and its last backup is no tail: this move has not closed it. Look at its restore history before anything else`,
          );
        io.say(`opening ${database} on ${host}`);
        await io.mayStillAct();
        await sql.long(recover(database));
      } else if (state !== "ONLINE")
        throw new Error(
          `${database} on ${host} is ${state}: what closed it was no tail. Bring it online by hand`,
        );
      if ((await stateOf(sql, database)).userAccess !== "MULTI_USER") {
        await io.mayStillAct();
        await sql.run(multiUser(database));
      }
      const jobs = await readJobs(sql, await jobsOfRole(sql, database, "source"));
      await io.mayStillAct();
      for (const { name } of jobs) await sql.run(enableJob(name, true));
    },
  }),
];
