import type { SystemRow } from "./system-table.ts";

const dayMs = 86_400_000;
/** yyyymmdd and hhmmss of a wall-clock time. */
export function agentDate(wall: number): number {
  const d = new Date(wall);
  return d.getUTCFullYear() * 10000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate();
}
export function agentTime(wall: number): number {
  const d = new Date(wall);
  return d.getUTCHours() * 10000 + d.getUTCMinutes() * 100 + d.getUTCSeconds();
}
/** Milliseconds since midnight of an hhmmss. */
const sinceMidnight = (hhmmss: number): number =>
  (Math.floor(hhmmss / 10000) * 3600 + (Math.floor(hhmmss / 100) % 100) * 60 + (hhmmss % 100)) * 1000;
const midnightOf = (yyyymmdd: number): number =>
  Date.UTC(Math.floor(yyyymmdd / 10000), (Math.floor(yyyymmdd / 100) % 100) - 1, yyyymmdd % 100);

/** When a schedule (a row of sysschedules) next runs after a wall-clock time; undefined where it never does. */
export function nextRun(schedule: SystemRow, after: number): number | undefined {
  const of = (name: string): number => Number(schedule[name] ?? 0);
  if (of("enabled") !== 1) return undefined;
  const startDay = midnightOf(of("active_start_date") || 19900101);
  const endDay = midnightOf(of("active_end_date") || 99991231);
  const startTime = sinceMidnight(of("active_start_time"));
  const endTime = sinceMidnight(of("active_end_time") || 235959);
  if (of("freq_type") === 1) {
    const once = startDay + startTime;
    return once > after ? once : undefined;
  }
  const unit = { 2: 1000, 4: 60_000, 8: 3_600_000 }[of("freq_subday_type")];
  const step = unit === undefined ? undefined : unit * Math.max(1, of("freq_subday_interval"));
  const first = Math.max(startDay, Math.floor(after / dayMs) * dayMs);
  for (let day = first; day <= Math.min(endDay, first + 800 * dayMs); day += dayMs) {
    if (!runsOn(schedule, day, startDay)) continue;
    if (step === undefined) {
      if (day + startTime > after) return day + startTime;
      continue;
    }
    const skipped = Math.max(0, Math.floor((after - day - startTime) / step) + 1);
    const at = startTime + skipped * step;
    if (at <= endTime && day + at > after) return day + at;
  }
  return undefined;
}

function runsOn(schedule: SystemRow, day: number, startDay: number): boolean {
  const interval = Number(schedule["freq_interval"] ?? 1);
  const factor = Math.max(1, Number(schedule["freq_recurrence_factor"] ?? 1));
  const date = new Date(day);
  switch (Number(schedule["freq_type"])) {
    case 4:
      return Math.round((day - startDay) / dayMs) % Math.max(1, interval) === 0;
    case 8: {
      const weeks = Math.floor((day - startDay) / (7 * dayMs));
      return (interval & (1 << date.getUTCDay())) !== 0 && weeks % factor === 0;
    }
    case 16:
      return date.getUTCDate() === interval;
    default:
      return false;
  }
}
