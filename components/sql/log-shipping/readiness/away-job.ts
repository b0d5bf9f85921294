import { DateTime } from "luxon";
import { risk, type Finding } from "../../../../model/finding.ts";
import { isLogOf } from "../look.ts";

/** What was seen of the job that copies backups of one database away. */
export interface AwaySeen {
  readonly database: string;
  readonly host: string;
  readonly job: string;
  /** Undefined where there is no such job. */
  readonly isEnabled: boolean | undefined;
  /** Why its last run failed. */
  readonly failed?: string;
  readonly awayTo: string;
  /** Files as SQL Server sees them, here and there. */
  readonly own: readonly string[];
  readonly away: readonly string[];
}

/** What keeps backups from lying away. `everyMin`: how often they are copied. */
export function awayJobFindings(
  part: string,
  seen: AwaySeen,
  everyMin: number,
  up: string,
): readonly Finding[] {
  const { database, host, job, isEnabled, failed, awayTo } = seen;
  const id = (what: string): string => `away-${what}:${part}/${database}`;
  if (isEnabled === undefined)
    return [
      risk(
        part,
        `${host} has no job "${job}", which copies backups of ${database} to ${awayTo}`,
        up,
        id("job"),
      ),
    ];
  const [own, away] = [newestLog(database, seen.own), newestLog(database, seen.away)];
  const behindMin = own && away ? (timeIn(own) - timeIn(away)) / 60_000 : 0;
  return [
    ...(isEnabled
      ? []
      : [
          risk(
            part,
            `the job "${job}" on ${host}, which copies backups of ${database} away, is disabled`,
            "find out who disabled it, and enable it",
            id("job"),
          ),
        ]),
    ...(failed === undefined
      ? []
      : [
          risk(
            part,
            `the job "${job}" on ${host} failed when it last ran: ${failed}`,
            `look at its history; SQL Server Agent's account on ${host} must be able to write to ${awayTo}`,
            id("outcome"),
          ),
        ]),
    ...(own !== undefined && away === undefined
      ? [
          risk(
            part,
            `${host} sees no log of ${database} in ${awayTo}`,
            `start the job "${job}" there; SQL Server's own account must be able to read ${awayTo}`,
            id("files"),
          ),
        ]
      : behindMin > 2 * everyMin
        ? [
            risk(
              part,
              `the newest log of ${database} in ${awayTo} (${away ?? ""}) is ${String(Math.round(behindMin))} minutes older than the newest on ${host}`,
              `look at the job "${job}" there`,
              id("files"),
            ),
          ]
        : []),
  ];
}

/** Names of logs end with the time at which they were taken, in UTC: the newest is the last of them. */
const newestLog = (database: string, files: readonly string[]): string | undefined =>
  files
    .filter((f) => isLogOf(database, f))
    .toSorted()
    .at(-1);

/** When a log was taken, in milliseconds since 1970. */
const timeIn = (file: string): number =>
  DateTime.fromFormat(file.slice(-"yyyyMMddHHmmss.trn".length, -".trn".length), "yyyyMMddHHmmss", {
    zone: "utc",
  }).toMillis();
