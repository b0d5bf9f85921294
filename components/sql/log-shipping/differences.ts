import type { Schedule } from "./tsql/agent.ts";

/** A job of SQL Server Agent with one of its schedules, as msdb holds both. */
export interface JobRow {
  readonly enabled: number;
  readonly command: string | null;
  readonly schedule: string | null;
  readonly scheduleEnabled: number | null;
  readonly freqType: number | null;
  readonly freqInterval: number | null;
  readonly subdayType: number | null;
  readonly subdayInterval: number | null;
  readonly startTime: number | null;
}

/** Paths as Windows compares them. */
export const samePath = (a: string | null, b: string): boolean =>
  (a ?? "").replace(/\\+$/, "").toLowerCase() === b.replace(/\\+$/, "").toLowerCase();

/** What a setting is and should be, where the two differ. */
export const differs = (
  what: string,
  is: string | number | null,
  wanted: string | number,
  same: boolean,
): readonly string[] =>
  same ? [] : [`${what} is ${is === null ? "not set" : `"${String(is)}"`}, not "${String(wanted)}"`];

/** How often a schedule runs a job, in minutes; undefined for one that is no plain interval. */
export function intervalMin(row: JobRow): number | undefined {
  if (row.freqType !== 4 || row.freqInterval !== 1 || row.subdayInterval === null) return undefined;
  if (row.subdayType === 4) return row.subdayInterval;
  if (row.subdayType === 8) return row.subdayInterval * 60;
  return undefined;
}

const isSchedule = (row: JobRow, s: Schedule): boolean =>
  row.freqType === s.freqType &&
  row.freqInterval === s.freqInterval &&
  row.subdayType === s.subdayType &&
  (s.subdayType === 1 || row.subdayInterval === s.subdayInterval) &&
  row.startTime === s.startTime;

/** What is wanted of a job that this library sets up. */
export interface WantedJob {
  readonly name: string;
  readonly schedule: Schedule;
  readonly isEnabled: boolean;
  readonly command?: string;
}

/** Where a job is not as it is wanted. One that runs by a second schedule would run at other times, too. */
export function jobDifferences(wanted: WantedJob, rows: readonly JobRow[]): readonly string[] {
  const [job] = rows;
  if (!job) return [`there is no job "${wanted.name}"`];
  const schedules = rows.filter((r) => r.schedule !== null && r.scheduleEnabled === 1);
  const others = schedules.filter((r) => !isSchedule(r, wanted.schedule));
  return [
    ...((job.enabled === 1) === wanted.isEnabled
      ? []
      : [`job "${wanted.name}" is ${job.enabled === 1 ? "enabled" : "disabled"}`]),
    ...(schedules.some((r) => isSchedule(r, wanted.schedule))
      ? []
      : [`job "${wanted.name}" lacks its schedule`]),
    ...others.map((r) => `job "${wanted.name}" runs by the schedule "${r.schedule ?? ""}", too`),
    ...(wanted.command === undefined || job.command === wanted.command
      ? []
      : [`job "${wanted.name}" does something else`]),
  ];
}

/** Where a job that others set up does not run as often as the estate says. */
export function intervalDifferences(
  name: string | null,
  everyMin: number,
  rows: readonly JobRow[],
): readonly string[] {
  if (name === null || rows.length === 0) return [`there is no job "${name ?? "of log shipping"}"`];
  const minutes = rows.flatMap((r) => (r.scheduleEnabled === 1 ? (intervalMin(r) ?? []) : []));
  return [
    ...(rows[0]?.enabled === 1 ? [] : [`job "${name}" is disabled`]),
    ...(minutes.includes(everyMin)
      ? []
      : [
          `job "${name}" runs ${minutes.length === 0 ? "by no plain interval" : `every ${minutes.join(" and ")} minutes`}, not every ${String(everyMin)}`,
        ]),
  ];
}
