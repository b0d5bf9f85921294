import { text } from "../../instance/tsql.ts";

/** Jobs by name: whether one is enabled, whether it runs, and how it ended last (1 is success). */
export const jobStates = (
  names: readonly string[],
): string => `SELECT j.name AS [name], CONVERT(int, j.enabled) AS [enabled],
  CASE WHEN EXISTS (
    SELECT 1 FROM msdb.dbo.sysjobactivity AS a
    WHERE a.job_id = j.job_id AND a.session_id = (SELECT MAX(s.session_id) FROM msdb.dbo.syssessions AS s)
      AND a.start_execution_date IS NOT NULL AND a.stop_execution_date IS NULL
  ) THEN 1 ELSE 0 END AS [running],
  (SELECT MAX(h.instance_id) FROM msdb.dbo.sysjobhistory AS h WHERE h.job_id = j.job_id AND h.step_id = 0) AS [lastRun]
FROM msdb.dbo.sysjobs AS j
WHERE j.name IN (${names.map(text).join(", ") || "NULL"});`;

/** How a job's run ended, and what its steps said. */
export const jobOutcome = (name: string): string => `SELECT TOP (3) CONVERT(int, h.instance_id) AS [run],
  CONVERT(int, h.step_id) AS [step], CONVERT(int, h.run_status) AS [status], h.message AS [message]
FROM msdb.dbo.sysjobhistory AS h
JOIN msdb.dbo.sysjobs AS j ON j.job_id = h.job_id
WHERE j.name = ${text(name)}
ORDER BY h.instance_id DESC;`;

export const enableJob = (name: string, enabled: boolean): string =>
  `EXEC msdb.dbo.sp_update_job @job_name = ${text(name)}, @enabled = ${enabled ? "1" : "0"};`;

/** Asks Agent to run a job; it runs on its own. Refused with 22022 where it runs already or waits to. */
export const startJob = (name: string): string => `EXEC msdb.dbo.sp_start_job @job_name = ${text(name)};`;

/** A job with one step, as this library makes it. */
export interface Job {
  readonly name: string;
  readonly description: string;
  readonly subsystem: "TSQL" | "CmdExec";
  readonly command: string;
}

/** When a job runs, in the numbers of sp_add_schedule. Times as hhmmss. */
export interface Schedule {
  readonly name: string;
  /** 4 daily, 8 weekly. */
  readonly freqType: 4 | 8;
  /** For weekly: 1 is Sunday. */
  readonly freqInterval: number;
  /** 1 once a day, 4 every so many minutes, 8 every so many hours. */
  readonly subdayType: 1 | 4 | 8;
  readonly subdayInterval: number;
  readonly startTime: number;
}

/** Every so many minutes, all day. Whole hours are told as hours: Agent takes at most 100 minutes. */
export const every = (name: string, minutes: number): Schedule => ({
  name,
  freqType: 4,
  freqInterval: 1,
  ...(minutes % 60 === 0
    ? { subdayType: 8 as const, subdayInterval: minutes / 60 }
    : { subdayType: 4 as const, subdayInterval: minutes }),
  startTime: 0,
});

/** Once a day at an hour. */
export const daily = (name: string, hour: number): Schedule => ({
  name,
  freqType: 4,
  freqInterval: 1,
  subdayType: 1,
  subdayInterval: 0,
  startTime: hour * 10_000,
});

/** Sundays at an hour. */
export const sundays = (name: string, hour: number): Schedule => ({ ...daily(name, hour), freqType: 8 });

/** Schedules of a job, and what its first step does. A job without a schedule gives one row. */
export const jobDetails = (name: string): string => `SELECT CONVERT(int, j.enabled) AS [enabled],
  (SELECT TOP (1) st.command FROM msdb.dbo.sysjobsteps AS st WHERE st.job_id = j.job_id ORDER BY st.step_id) AS [command],
  s.name AS [schedule], CONVERT(int, s.enabled) AS [scheduleEnabled], CONVERT(int, s.freq_type) AS [freqType],
  CONVERT(int, s.freq_interval) AS [freqInterval], CONVERT(int, s.freq_subday_type) AS [subdayType],
  CONVERT(int, s.freq_subday_interval) AS [subdayInterval], CONVERT(int, s.active_start_time) AS [startTime]
FROM msdb.dbo.sysjobs AS j
LEFT JOIN msdb.dbo.sysjobschedules AS js ON js.job_id = j.job_id
LEFT JOIN msdb.dbo.sysschedules AS s ON s.schedule_id = js.schedule_id
WHERE j.name = ${text(name)};`;

const frequency = (s: Schedule): string =>
  `@enabled = 1, @freq_type = ${String(s.freqType)}, @freq_interval = ${String(s.freqInterval)}, ` +
  `@freq_subday_type = ${String(s.subdayType)}, @freq_subday_interval = ${String(s.subdayInterval)}, ` +
  `@freq_recurrence_factor = ${s.freqType === 8 ? "1" : "0"}, @active_start_time = ${String(s.startTime)}, @active_end_time = 235959`;

/** Gives a job a schedule of its own, or sets the one that it has under that name. */
export const setSchedule = (job: string, s: Schedule): string => `DECLARE @schedule int = (
  SELECT TOP (1) js.schedule_id FROM msdb.dbo.sysjobschedules AS js
  JOIN msdb.dbo.sysschedules AS sc ON sc.schedule_id = js.schedule_id
  JOIN msdb.dbo.sysjobs AS j ON j.job_id = js.job_id
  WHERE j.name = ${text(job)} AND sc.name = ${text(s.name)}
);
IF @schedule IS NULL
BEGIN
  EXEC msdb.dbo.sp_add_schedule @schedule_name = ${text(s.name)}, ${frequency(s)}, @schedule_id = @schedule OUTPUT;
  EXEC msdb.dbo.sp_attach_schedule @job_name = ${text(job)}, @schedule_id = @schedule;
END
ELSE
  EXEC msdb.dbo.sp_update_schedule @schedule_id = @schedule, ${frequency(s)};`;

/** Creates a job with its step where there is none of that name; sets its step where there is. */
export const setJob = ({
  name,
  description,
  subsystem,
  command,
}: Job): string => `IF NOT EXISTS (SELECT 1 FROM msdb.dbo.sysjobs WHERE name = ${text(name)})
BEGIN
  EXEC msdb.dbo.sp_add_job @job_name = ${text(name)}, @enabled = 0, @description = ${text(description)};
  EXEC msdb.dbo.sp_add_jobserver @job_name = ${text(name)};
END;
IF NOT EXISTS (
  SELECT 1 FROM msdb.dbo.sysjobsteps AS s JOIN msdb.dbo.sysjobs AS j ON j.job_id = s.job_id
  WHERE j.name = ${text(name)} AND s.step_id = 1
)
  EXEC msdb.dbo.sp_add_jobstep @job_name = ${text(name)}, @step_id = 1, @step_name = N'run', @subsystem = N'${subsystem}', @command = ${text(command)};
ELSE
  EXEC msdb.dbo.sp_update_jobstep @job_name = ${text(name)}, @step_id = 1, @command = ${text(command)};`;
