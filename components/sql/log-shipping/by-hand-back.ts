import { byHand, placeOf, type Hand, type HandContext, type OtherWay } from "../../../model/by-hand.ts";
import { folder, logBlank, readState, shippingOf, stopBlank } from "./by-hand-way.ts";
import { enableJob } from "./tsql/agent.ts";
import { multiUser, recover, restoreFull, restoreLog } from "./tsql/changes.ts";
import { databaseFiles, headersOf } from "./tsql/looks.ts";
import { backupJobName, fullFile, restoreJobName, weeklyFullJobName } from "./tsql/shipping.ts";
import { release, reopenSource } from "./verbs.ts";

/** What is typed to give production back before no return. */
export const backHands: readonly Hand[] = [
  byHand(reopenSource, ({ database, host }, c) => ({
    what: `Open ${database} on ${host} again, with all that it had`,
    commands: [
      readState(database, host, c),
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: [
          `-- only where it is RESTORING, closed by the tail of this move:\n${recover(database)}`,
          multiUser(database),
          ...sourceJobNames(database, c).map((job) => enableJob(job, true)),
        ].join("\n"),
      },
      readState(database, host, c),
    ],
    see: "ONLINE, MULTI_USER; its log is backed up on schedule again",
    careful: `Only while ${database} is not open at ${c.request.to}. RESTORING without a tail of this move: it was not this move that closed it, and what opening it would lose is not known`,
  })),
  byHand(release, ({ database, host }, c) => ({
    what: `Restoring ${database} on ${host} goes on`,
    commands: [
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: enableJob(restoreJobName(shippingOf(database, c).f.host[c.request.from], database), true),
      },
      readState(database, host, c),
    ],
    see: "RESTORING",
  })),
];

/** The jobs that back a source up; an owner who set log shipping up has no weekly full of this package. */
const sourceJobNames = (database: string, c: HandContext): readonly string[] => [
  backupJobName(database),
  ...(shippingOf(database, c).f.manage === "adopt" ? [] : [weeklyFullJobName(database)]),
];

/** Back in time: the only way is an older full backup, and the logs after it. */
export function fromFull(database: string, host: string, c: HandContext): OtherWay {
  const { f, way } = shippingOf(database, c);
  const on = placeOf(c, host);
  const file =
    f.manage === "adopt"
      ? `${folder(way.copyTo)}\\<full backup>.bak`
      : fullFile(way.copyTo, database, 0).replace("_full_0.bak", "_full_<n>.bak");
  return {
    when: `restores have passed the point: error 4335 (the specified STOPAT time is too early), or error 4326 for the very log that spans the point. Go back to the newest full backup that had ended before it`,
    commands: [
      {
        on,
        with: "cmd",
        type: `dir /O:D "${file.replace("<n>", "*").replace("<full backup>", "*")}"`,
      },
      { on, with: "T-SQL", type: headersOf(file, 56) },
      { on, with: "T-SQL", type: databaseFiles(database) },
      {
        on,
        with: "T-SQL",
        type: `${restoreFull(database, file, 1, [{ name: "<name>", path: "<path>" }], true)}\n-- one MOVE for each row of the statement before`,
      },
      {
        on,
        with: "T-SQL",
        type: `-- then every log in turn, from the first that ends after that full backup began:\n${restoreLog(database, `${folder(way.copyTo)}\\${logBlank(database)}`, 1, stopBlank)}`,
      },
    ],
    careful: `REPLACE overwrites ${database} where it is typed: on ${host} alone, and only while it is RESTORING there. Its old files are gone then; it takes as long as the database is large`,
  };
}
