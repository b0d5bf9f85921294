import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { clockTime, localTime } from "../../../../model/time.ts";
import { drillShipping } from "../drill-verbs.ts";
import { lagOf, scheduledLagSec } from "../lag.ts";
import { serverNow } from "../tsql/looks.ts";
import { restoredUntil } from "../tsql/drill.ts";
import { drillIn } from "./drill-copies.ts";
import { secondariesOf } from "./hold.ts";
import { jobSays, readJobs } from "./jobs.ts";
import { shippingAt } from "./shipping.ts";

/** The verb that looks what the drill has cost replication. */
export const drillShippingRunnables: readonly Runnable[] = [
  runs(drillShipping, {
    check: async ({ part, database, host }, io) => {
      const { startedSec } = drillIn(io);
      const { facts, place } = shippingAt(part, io);
      const sql = await sqlOn(host, io);
      const names = (await secondariesOf(sql, database)).flatMap((r) =>
        [r.copyJob ?? [], r.restoreJob ?? []].flat(),
      );
      const still = (await readJobs(sql, names)).filter((j) => !j.isEnabled);
      if (still.length > 0)
        throw new Error(
          `${still.map(jobSays).join(", ")} on ${host}: logs of ${database} are not brought over. No drill stops a job: find out who did`,
        );
      const until = async (asOf?: string): Promise<string | undefined> =>
        (await sql.rows<{ finish: string }>(restoredUntil(database, asOf)))[0]?.finish;
      const [server] = await sql.rows<{ utc: string }>(serverNow);
      const nowSec = Date.parse(`${server?.utc ?? ""}Z`) / 1000;
      const clock = io.host(host).timeZone;
      const before = lagOf(await until(localTime(startedSec, clock)), startedSec, place.timeZone);
      const now = lagOf(await until(), nowSec, place.timeZone);
      const allowedSec = Math.max(before ?? 0, scheduledLagSec(facts));
      const says = `${database} on ${host} lags ${now === undefined ? "nothing restored yet" : clockTime(now)} behind its source, ${before === undefined ? "nothing was restored when the drill began" : `${clockTime(before)} when the drill began`}; by schedule up to ${clockTime(scheduledLagSec(facts))}`;
      if (now !== undefined && now > allowedSec)
        throw new Error(
          `${says}. Replication has fallen behind beside the drill: sweep it, and look at the history of the restore job`,
        );
      return { there: true, says, expected: "a lag no larger than before, or than the schedule has it" };
    },
  }),
];
