import { IANAZone } from "luxon";
import type { Offset } from "./types.ts";

/** Zones change their offset at full quarters of an hour at the most. */
const quarterMs = 900_000;
const offsets = new Map<string, Map<number, number>>();

/** Minutes that a zone is ahead of UTC at a moment. */
export function offsetMinutes(zone: string, utcMs: number): number {
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const quarter = Math.floor(utcMs / quarterMs);
  const found = known.get(quarter) ?? IANAZone.create(zone).offset(quarter * quarterMs);
  if (known.size > 10_000) known.clear();
  known.set(quarter, found);
  return found;
}

/** Wall-clock milliseconds of a moment in a zone. */
export function wallClock(zone: string, utcMs: number): number {
  return utcMs + offsetMinutes(zone, utcMs) * 60_000;
}

/** datetime keeps 1/300 of a second: milliseconds end in 0, 3 or 7. */
export function roundDatetime(wall: number): number {
  const second = Math.floor(wall / 1000) * 1000;
  return second + Math.round(Math.round(((wall - second) * 3) / 10) * (10 / 3));
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const iso = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ]+(.*))?$/;
const american = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: +(.*))?$/;
const named = /^([A-Za-z]{3})[a-z]* +(\d{1,2}),? +(\d{4})(?: +(.*))?$/;
const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.:](\d{1,9}))?)?\s*(AM|PM)?\s*(Z|[+-]\d{2}:\d{2})?$/i;

/** Reads a date or time as text; undefined where SQL Server would fail with 241. */
export function parseDatetime(text: string): Offset | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return { wall: Date.UTC(1900, 0, 1), offset: 0 };
  let day = Date.UTC(1900, 0, 1);
  let rest: string | undefined = trimmed;
  const parts = iso.exec(trimmed) ?? american.exec(trimmed) ?? named.exec(trimmed);
  if (parts) {
    const [, a = "", b = "", c = "", time] = parts;
    const isIso = a.length === 4;
    const year = Number(isIso ? a : c);
    const month = isIso
      ? Number(b)
      : /^\d/.test(a)
        ? Number(a)
        : months.findIndex((m) => m.toLowerCase() === a.toLowerCase()) + 1;
    const date = Number(isIso ? c : b);
    day = Date.UTC(year, month - 1, date);
    const back = new Date(day);
    if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== date || year < 1) return undefined;
    rest = time;
  }
  if (rest === undefined || rest === "") return { wall: day, offset: 0 };
  const time = clock.exec(rest.trim());
  if (!time) return undefined;
  const [, hh = "0", mm = "0", ss = "0", fraction = "", half, zone] = time;
  let hour = Number(hh);
  if (half) hour = (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
  if (hour > 23 || Number(mm) > 59 || Number(ss) > 59) return undefined;
  const ms = Math.round(Number(`0.${fraction || "0"}`) * 1000);
  const sign = zone?.startsWith("-") ? -1 : 1;
  const offset =
    zone && zone.toUpperCase() !== "Z" ? sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) : 0;
  return { wall: day + ((hour * 60 + Number(mm)) * 60 + Number(ss)) * 1000 + ms, offset };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `yyyy-mm-ddThh:mm:ss.fff`. */
export function isoText(wall: number): string {
  return new Date(wall).toISOString().slice(0, 23);
}
/** `+01:00`. */
export function offsetText(offset: number): string {
  const abs = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(abs / 60))}:${two(abs % 60)}`;
}

/** A wall-clock time as text in one of CONVERT's styles. `digits` is how many decimals the type has. */
export function formatDatetime(wall: number, style: number, digits: number): string {
  const d = new Date(wall);
  const [y, mo, da] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()];
  const hms = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
  const ms =
    digits === 0
      ? ""
      : `.${String(d.getUTCMilliseconds()).padStart(3, "0").padEnd(digits, "0").slice(0, digits)}`;
  const half =
    `${((d.getUTCHours() + 11) % 12) + 1}:${two(d.getUTCMinutes())}`.padStart(5) +
    (d.getUTCHours() < 12 ? "AM" : "PM");
  const date = `${y}-${two(mo + 1)}-${two(da)}`;
  switch (style) {
    case 0:
    case 100:
      return `${months[mo]} ${String(da).padStart(2)} ${y} ${half.padStart(7)}`;
    case 1:
      return `${two(mo + 1)}/${two(da)}/${two(y % 100)}`;
    case 101:
      return `${two(mo + 1)}/${two(da)}/${y}`;
    case 2:
      return `${two(y % 100)}.${two(mo + 1)}.${two(da)}`;
    case 102:
      return `${y}.${two(mo + 1)}.${two(da)}`;
    case 3:
      return `${two(da)}/${two(mo + 1)}/${two(y % 100)}`;
    case 103:
      return `${two(da)}/${two(mo + 1)}/${y}`;
    case 104:
      return `${two(da)}.${two(mo + 1)}.${y}`;
    case 8:
    case 108:
      return hms;
    case 12:
      return `${two(y % 100)}${two(mo + 1)}${two(da)}`;
    case 112:
      return `${y}${two(mo + 1)}${two(da)}`;
    case 14:
    case 114:
      return hms + ms.replace(".", ":");
    case 23:
      return date;
    case 20:
    case 120:
      return `${date} ${hms}`;
    case 126:
      return `${date}T${hms}${digits <= 3 && d.getUTCMilliseconds() === 0 ? "" : ms}`;
    case 127:
      return `${date}T${hms}${digits <= 3 && d.getUTCMilliseconds() === 0 ? "" : ms}Z`;
    default:
      return `${date} ${hms}${ms}`;
  }
}

/** The parts that DATEADD, DATEDIFF and DATEPART know, by every name they have. */
const partNames: Readonly<Record<string, string>> = {
  YEAR: "year",
  YY: "year",
  YYYY: "year",
  QUARTER: "quarter",
  QQ: "quarter",
  Q: "quarter",
  MONTH: "month",
  MM: "month",
  M: "month",
  DAYOFYEAR: "dayofyear",
  DY: "dayofyear",
  Y: "dayofyear",
  DAY: "day",
  DD: "day",
  D: "day",
  WEEK: "week",
  WK: "week",
  WW: "week",
  WEEKDAY: "weekday",
  DW: "weekday",
  HOUR: "hour",
  HH: "hour",
  MINUTE: "minute",
  MI: "minute",
  N: "minute",
  SECOND: "second",
  SS: "second",
  S: "second",
  MILLISECOND: "millisecond",
  MS: "millisecond",
  MICROSECOND: "microsecond",
  MCS: "microsecond",
  NANOSECOND: "nanosecond",
  NS: "nanosecond",
};
const unitMs: Readonly<Record<string, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  dayofyear: 86_400_000,
  weekday: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
  microsecond: 0.001,
  nanosecond: 0.000001,
};
const unitMonths: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

/** The canonical name of a date part; undefined for one that T-SQL does not know. */
export const datePartName = (text: string): string | undefined => partNames[text.toUpperCase()];

export function dateAdd(part: string, count: number, wall: number): number {
  const perMonth = unitMonths[part];
  if (perMonth === undefined) return wall + Math.trunc(count) * (unitMs[part] ?? 0);
  const d = new Date(wall);
  const month = d.getUTCFullYear() * 12 + d.getUTCMonth() + Math.trunc(count) * perMonth;
  const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const start = Date.UTC(Math.floor(month / 12), month % 12, Math.min(d.getUTCDate(), last));
  return start + (wall - Math.floor(wall / 86_400_000) * 86_400_000);
}

/** How many boundaries of that part lie between two times. */
export function dateDiff(part: string, from: number, to: number): number {
  const perMonth = unitMonths[part];
  if (perMonth !== undefined) {
    const month = (wall: number): number =>
      Math.floor((new Date(wall).getUTCFullYear() * 12 + new Date(wall).getUTCMonth()) / perMonth);
    return month(to) - month(from);
  }
  const unit = unitMs[part] ?? 1;
  const shift = part === "week" ? 4 * 86_400_000 : 0;
  return Math.floor((to + shift) / unit) - Math.floor((from + shift) / unit);
}

export function datePart(part: string, wall: number): number {
  const d = new Date(wall);
  switch (part) {
    case "year":
      return d.getUTCFullYear();
    case "quarter":
      return Math.floor(d.getUTCMonth() / 3) + 1;
    case "month":
      return d.getUTCMonth() + 1;
    case "day":
      return d.getUTCDate();
    case "dayofyear":
      return Math.floor((wall - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
    case "week":
      return (
        Math.floor(
          (datePart("dayofyear", wall) - 1 + new Date(Date.UTC(d.getUTCFullYear(), 0, 1)).getUTCDay()) / 7,
        ) + 1
      );
    case "weekday":
      return d.getUTCDay() + 1;
    case "hour":
      return d.getUTCHours();
    case "minute":
      return d.getUTCMinutes();
    case "second":
      return d.getUTCSeconds();
    case "millisecond":
      return d.getUTCMilliseconds();
    case "microsecond":
      return d.getUTCMilliseconds() * 1000;
    default:
      return d.getUTCMilliseconds() * 1_000_000;
  }
}
