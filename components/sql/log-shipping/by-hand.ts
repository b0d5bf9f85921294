import { byHand, placeOf, type Hand } from "../../../model/by-hand.ts";
import { otherSite } from "../../../model/site.ts";
import { backHands, fromFull } from "./by-hand-back.ts";
import { folder, logBlank, readState, shippingOf, stopBlank } from "./by-hand-way.ts";
import { fullSlots } from "./facts.ts";
import { enableJob, setSchedule, every, startJob } from "./tsql/agent.ts";
import { chainFull, multiUser, recover, restoreLog, singleUser, tail, takeOffline } from "./tsql/changes.ts";
import { enableBroker, orphans, recordedIdentity, relink, setOwner, trust } from "./tsql/identity.ts";
import { databaseState, headersOf, logBackups } from "./tsql/looks.ts";
import {
  addPrimary,
  addPrimarySecondary,
  backupJobName,
  copyAwayJobName,
  copyJobName,
  fullFile,
  restoreJobName,
  secondaryConfig,
  weeklyFullJobName,
} from "./tsql/shipping.ts";
import {
  closeOld,
  copyAway,
  copyLogs,
  firstFull,
  hold,
  openDatabase,
  repairIdentity,
  retireJobs,
  rollForward,
  sourceJobs,
  sourceReady,
  standbyReady,
  takeTail,
} from "./verbs.ts";

/** What is typed for the verbs of log shipping. */
export const hands: readonly Hand[] = [
  byHand(standbyReady, ({ database, host }, c) => ({
    what: `${database} on ${host} is being restored, and its logs lie there`,
    commands: [
      readState(database, host, c),
      {
        on: placeOf(c, host),
        with: "cmd",
        type: `dir /O:N "${folder(shippingOf(database, c).way.copyTo)}\\${database}_*"`,
      },
    ],
    see: "RESTORING, and a log for each hour up to the last",
  })),
  byHand(sourceReady, ({ database, host }, c) => ({
    what: `${database} on ${host} is open`,
    commands: [readState(database, host, c)],
    see: "ONLINE",
  })),
  byHand(hold, ({ database, host }, c) => ({
    what: `Stop restoring ${database} on ${host}, so that the way back in time stays open`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: secondaryConfig(database) },
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: enableJob(restoreJobName(shippingOf(database, c).f.host[c.request.from], database), false),
      },
    ],
    see: "the restore job that the first statement names is disabled; one that runs ends by itself",
    careful: `${c.request.mode === "unplanned" ? "First of all, and at once" : "Before anything is stopped"}: what is restored past the point is had again only from a full backup, hours later`,
  })),
  byHand(copyLogs, ({ database, from, to, tail: isTail }, c) => {
    const { way } = shippingOf(database, c);
    return {
      what: isTail
        ? `Bring the tail of ${database} to ${to}`
        : `Bring the rest of the logs of ${database} to ${to}`,
      commands: [
        { on: placeOf(c, to), with: "T-SQL", type: startJob(copyJobName(from, database)) },
        {
          on: placeOf(c, to),
          with: "cmd",
          type: `robocopy "${folder(way.backupShare)}" "${folder(way.copyTo)}" "${database}_*.trn" /R:2 /W:5\ndir /O:N "${folder(way.copyTo)}\\${database}_*.trn"`,
        },
      ],
      see: isTail ? "the tail's file in that folder" : "the newest log of the source in that folder",
      careful:
        "Where the old site is gone this brings nothing: what lies at the new site is what there is. Write down the newest log",
    };
  }),
  byHand(takeTail, ({ database, host }, c) => {
    const { way } = shippingOf(database, c);
    const isPlanned = c.request.mode === "planned";
    return {
      what: `Take the tail of ${database} on ${host}: nothing is lost, and the database is closed with it`,
      commands: [
        {
          on: placeOf(c, host),
          with: "T-SQL",
          type: [
            ...[backupJobName(database), weeklyFullJobName(database)].map((job) => enableJob(job, false)),
            singleUser(database),
            tail(
              database,
              `${folder(way.backupFolder)}\\${logBlank(database)}`,
              isPlanned ? "sound" : "any state",
            ),
          ].join("\n"),
        },
        readState(database, host, c),
      ],
      see: "RESTORING. The blank is the time now, UTC: it must sort after every log in that folder",
      careful: `Error 3101: somebody is in it, do it again. If the tail can't be taken and production is to go on: ${multiUser(database)}`,
    };
  }),
  byHand(rollForward, ({ database, host }, c) => {
    const { way, f } = shippingOf(database, c);
    const file = `${folder(way.copyTo)}\\${logBlank(database)}`;
    const zone = c.lookup.host(f.host[c.request.from])?.timeZone ?? "UTC";
    return {
      what: `Restore ${database} on ${host} up to the point, and leave it closed`,
      commands: [
        { on: placeOf(c, host), with: "T-SQL", type: databaseState(database) },
        { on: placeOf(c, host), with: "T-SQL", type: headersOf(file, 56) },
        { on: placeOf(c, host), with: "T-SQL", type: restoreLog(database, file, 1, stopBlank) },
      ],
      see: "no error; the last log says that it stopped at the point. The second statement shows of each log from where to where it goes: begin with the one whose firstLsn is not above redoLsn of the first",
      careful: `The same STOPAT on every log and for every database of the group, in the clock of the old server (${zone}); names of files are UTC. To the end of the tail: without STOPAT. 4326: that log is too early, go on; 4305: one before it is missing; 3101: somebody is in the database`,
      otherwise: fromFull(database, host, c),
    };
  }),
  byHand(openDatabase, ({ database, host }, c) => ({
    what: `Open ${database} on ${host}`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: recover(database) },
      readState(database, host, c),
    ],
    see: "ONLINE",
    careful:
      "NO RETURN. Only when all databases of the group are at the point and the old site can't write: seen, not believed",
  })),
  byHand(closeOld, ({ database, host }, c) => ({
    what: `Close ${database} on ${host}, where it is open at the old site`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: takeOffline(database) },
      readState(database, host, c),
    ],
    see: "OFFLINE, or RESTORING where its tail was taken",
    careful:
      "SQL Server that stands still there is started only once what writes is stopped, without Agent, and all its databases are closed at once. Never delete or overwrite one: it may hold the only copy of what was lost",
  })),
  byHand(repairIdentity, ({ database, host }, c) => ({
    what: `Owner, users, TRUSTWORTHY and Service Broker of ${database} on ${host}, as they were at the source`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: recordedIdentity(database) },
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: [
          setOwner(database, "<owner>"),
          `-- where trustworthy is 1:\n${trust(database)}`,
          `-- where broker is 1:\n${enableBroker(database)}`,
        ].join("\n"),
      },
      { on: placeOf(c, host), with: "T-SQL", type: orphans(database) },
      { on: placeOf(c, host), with: "T-SQL", type: relink(database, "<user>", "<login>") },
    ],
    see: "the third statement gives no row any more",
  })),
  byHand(firstFull, ({ database, host, folder: to, slots }, c) => ({
    what: `The first full backup of ${database} on ${host}`,
    commands: [
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: chainFull(database, fullFile(to, database, slots - 1), false),
      },
    ],
    see: "BACKUP DATABASE successfully processed …",
  })),
  byHand(sourceJobs, (a, c) => {
    const { f } = shippingOf(a.database, c);
    const job = backupJobName(a.database);
    return {
      what: `Back the log of ${a.database} up on ${a.host} every ${String(a.everyMin)} minutes`,
      commands: [
        {
          on: placeOf(c, a.host),
          with: "T-SQL",
          type: addPrimary(
            {
              database: a.database,
              backupFolder: a.backupFolder,
              backupShare: a.backupShare,
              retentionMin: a.keepMin,
              alertMin: a.alertMin,
            },
            false,
          ),
        },
        {
          on: placeOf(c, a.host),
          with: "T-SQL",
          type: [
            addPrimarySecondary(a.database, f.host[otherSite(c.request.to)]),
            setSchedule(job, every(`by hand ${job}`, a.everyMin)),
            enableJob(job, true),
            startJob(job),
          ].join("\n"),
        },
        { on: placeOf(c, a.host), with: "T-SQL", type: logBackups(a.database, 1) },
      ],
      see: `a row for a log in ${a.backupFolder}; ${String(fullSlots(f))} full backups are kept there`,
    };
  }),
  byHand(copyAway, ({ database, host, backupFolder, awayTo }, c) => ({
    what: `Copy backups of ${database} away from ${host}`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: startJob(copyAwayJobName(database)) },
      {
        on: placeOf(c, host),
        with: "cmd",
        type: `robocopy "${folder(backupFolder)}" "${folder(awayTo)}" "${database}_*" /R:2 /W:5`,
      },
    ],
    see: `the full backup and the newest log in ${awayTo}`,
  })),
  byHand(retireJobs, ({ database, host, role }, c) => ({
    what: `Disable the jobs that ${host} ran as the ${role} of ${database}`,
    commands: [
      {
        on: placeOf(c, host),
        with: "T-SQL",
        type: (role === "standby"
          ? [
              copyJobName(shippingOf(database, c).f.host[c.request.from], database),
              restoreJobName(shippingOf(database, c).f.host[c.request.from], database),
            ]
          : [backupJobName(database), weeklyFullJobName(database)]
        )
          .map((job) => enableJob(job, false))
          .join("\n"),
      },
    ],
    see: "no error",
  })),
  ...backHands,
];
