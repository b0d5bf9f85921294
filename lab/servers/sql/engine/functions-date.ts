import { isOffset } from "./convert.ts";
import {
  dateAdd,
  dateDiff,
  datePart,
  isoText,
  offsetMinutes,
  parseDatetime,
  roundDatetime,
  wallClock,
} from "./datetimes.ts";
import { refuse } from "./errors.ts";
import type { FunctionTable } from "./functions.ts";
import type { Compiled } from "./scope.ts";
import { bigint, datetime, int, isTime, nvarchar, type SqlType, type V, plain } from "./types.ts";

const datetime2: SqlType = { name: "datetime2", scale: 7 };
const offsetType: SqlType = { name: "datetimeoffset", scale: 7 };
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The wall-clock time of any date, time or text argument. */
function wallOf(value: V): number {
  if (isOffset(value)) return value.wall;
  if (typeof value === "string") {
    const parsed = parseDatetime(value);
    if (!parsed) throw refuse(241);
    return parsed.wall;
  }
  return typeof value === "number" && Math.abs(value) < 3_000_000
    ? Date.UTC(1900, 0, 1) + value * 86_400_000
    : Number(value);
}
/** DATEADD keeps the type of its date; text becomes datetime. */
function dateType(args: readonly Compiled[]): SqlType {
  const type = args[2]?.type ?? datetime;
  return isTime(type) || type.name === "datetimeoffset" ? type : datetime;
}
const zones: Readonly<Record<string, string>> = {
  UTC: "UTC",
  "GMT STANDARD TIME": "Europe/London",
  "W. EUROPE STANDARD TIME": "Europe/Berlin",
  "ROMANCE STANDARD TIME": "Europe/Paris",
  "CENTRAL EUROPE STANDARD TIME": "Europe/Budapest",
  "EASTERN STANDARD TIME": "America/New_York",
  "CENTRAL STANDARD TIME": "America/Chicago",
  "PACIFIC STANDARD TIME": "America/Los_Angeles",
  "TOKYO STANDARD TIME": "Asia/Tokyo",
  "AUS EASTERN STANDARD TIME": "Australia/Sydney",
  "INDIA STANDARD TIME": "Asia/Kolkata",
};

export const dateFunctions: FunctionTable = {
  GETDATE: {
    args: [],
    type: datetime,
    run: (_, { instance }) => roundDatetime(wallClock(instance.timeZone, instance.now())),
  },
  CURRENT_TIMESTAMP: {
    args: [],
    type: datetime,
    run: (_, { instance }) => roundDatetime(wallClock(instance.timeZone, instance.now())),
  },
  GETUTCDATE: { args: [], type: datetime, run: (_, { instance }) => roundDatetime(instance.now()) },
  SYSDATETIME: {
    args: [],
    type: datetime2,
    run: (_, { instance }) => wallClock(instance.timeZone, instance.now()),
  },
  SYSUTCDATETIME: { args: [], type: datetime2, run: (_, { instance }) => instance.now() },
  SYSDATETIMEOFFSET: {
    args: [],
    type: offsetType,
    run: (_, { instance }) => ({
      wall: wallClock(instance.timeZone, instance.now()),
      offset: offsetMinutes(instance.timeZone, instance.now()),
    }),
  },
  DATEADD: {
    args: ["text", "int", "any"],
    type: dateType,
    run: ([part, count, date], _, args) => {
      const wall = dateAdd(plain(part), Number(count), wallOf(date ?? null));
      if (isOffset(date ?? null)) return { wall, offset: (date as { offset: number }).offset };
      return dateType(args).name === "datetime" ? roundDatetime(wall) : wall;
    },
  },
  DATEDIFF: {
    args: ["text", "any", "any"],
    type: int,
    run: ([part, from, to]) => {
      const utc = (value: V): number =>
        isOffset(value) ? value.wall - value.offset * 60_000 : wallOf(value);
      const result = dateDiff(plain(part), utc(from ?? null), utc(to ?? null));
      if (Math.abs(result) > 2147483647) throw refuse(535);
      return result;
    },
  },
  DATEDIFF_BIG: {
    args: ["text", "any", "any"],
    type: bigint,
    run: ([part, from, to]) =>
      BigInt(Math.trunc(dateDiff(plain(part), wallOf(from ?? null), wallOf(to ?? null)))),
  },
  DATEPART: {
    args: ["text", "any"],
    type: int,
    run: ([part, date]) => datePart(plain(part), wallOf(date ?? null)),
  },
  DATENAME: {
    args: ["text", "any"],
    type: nvarchar(30),
    run: ([part, date]) => {
      const value = datePart(plain(part), wallOf(date ?? null));
      return (
        (part === "month" ? months[value - 1] : part === "weekday" ? days[value - 1] : String(value)) ?? null
      );
    },
  },
  YEAR: { args: ["any"], type: int, run: ([date]) => datePart("year", wallOf(date ?? null)) },
  MONTH: { args: ["any"], type: int, run: ([date]) => datePart("month", wallOf(date ?? null)) },
  DAY: { args: ["any"], type: int, run: ([date]) => datePart("day", wallOf(date ?? null)) },
  EOMONTH: {
    args: ["any", "int"],
    min: 1,
    type: { name: "date" },
    run: ([date, add]) => {
      const d = new Date(dateAdd("month", Number(add ?? 0), wallOf(date ?? null)));
      return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0);
    },
  },
  DATEFROMPARTS: {
    args: ["int", "int", "int"],
    type: { name: "date" },
    run: ([y, m, d]) => Date.UTC(Number(y), Number(m) - 1, Number(d)),
  },
  DATETIMEFROMPARTS: {
    args: ["int", "int", "int", "int", "int", "int", "int"],
    type: datetime,
    run: ([y, m, d, h, mi, s, ms]) =>
      roundDatetime(
        Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(mi), Number(s), Number(ms)),
      ),
  },
  TODATETIMEOFFSET: {
    args: ["any", "any"],
    type: offsetType,
    run: ([date, offset]) => ({
      wall: wallOf(date ?? null),
      offset: typeof offset === "string" ? minutes(offset) : Number(offset),
    }),
  },
  SWITCHOFFSET: {
    args: ["any", "any"],
    type: offsetType,
    run: ([date, offset]) => {
      const given = isOffset(date ?? null)
        ? (date as { wall: number; offset: number })
        : { wall: wallOf(date ?? null), offset: 0 };
      const to = typeof offset === "string" ? minutes(offset) : Number(offset);
      return { wall: given.wall + (to - given.offset) * 60_000, offset: to };
    },
  },
  "AT TIME ZONE": {
    args: ["any", "text"],
    type: offsetType,
    run: ([date, name]) => {
      const zone = zones[plain(name).toUpperCase()];
      if (zone === undefined) throw refuse(9820, plain(name));
      if (isOffset(date ?? null)) {
        const given = date as { wall: number; offset: number };
        const utc = given.wall - given.offset * 60_000;
        return { wall: wallClock(zone, utc), offset: offsetMinutes(zone, utc) };
      }
      const wall = wallOf(date ?? null);
      const offset = offsetMinutes(zone, wall - offsetMinutes(zone, wall) * 60_000);
      return { wall, offset };
    },
  },
  ISDATE: {
    args: ["any"],
    type: int,
    nulls: true,
    run: ([date]) =>
      typeof date === "number" || (typeof date === "string" && parseDatetime(date) !== undefined) ? 1 : 0,
  },
  FORMAT: {
    args: ["any", "text"],
    type: nvarchar(4000),
    run: ([value, format]) => formatted(value ?? null, plain(format)),
  },
};

const minutes = (text: string): number =>
  (text.startsWith("-") ? -1 : 1) * (Number(text.slice(-5, -3)) * 60 + Number(text.slice(-2)));

/** FORMAT for dates (yyyy MM dd HH mm ss fff) and for numbers with leading zeros. */
function formatted(value: V, format: string): string {
  if (typeof value === "number" && /^[0D]\d*$/i.test(format))
    return String(value).padStart(/^D/i.test(format) ? Number(format.slice(1)) : format.length, "0");
  const iso = isoText(wallOf(value));
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    fff: iso.slice(20, 23),
  };
  return format.replace(/yyyy|MM|dd|HH|mm|ss|fff/g, (part) => parts[part] ?? part);
}
