/** A point in time as TDS has it. */
export interface WireTime {
  /** Days since 0001-01-01. */
  readonly days: number;
  /** Hundreds of nanoseconds since midnight. */
  readonly ticks: number;
  /** Minutes east of UTC; 0 where the text has no offset. */
  readonly offset: number;
}

/** Hundreds of nanoseconds in a day. */
export const ticksPerDay = 864_000_000_000;
/** Days from 0001-01-01, where datetime2 counts from, to 1900-01-01, where datetime counts from. */
export const daysTo1900 = 693_595;
const daysTo1970 = 719_162;
const msPerDay = 86_400_000;
const ticksPerMinute = 600_000_000;

const form =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?\s*(?:Z|([+-])(\d\d):(\d\d))?$/;

/** Reads `yyyy-mm-ddThh:mm:ss.fffffff+hh:mm`, of which only the date must be there. */
export function parseTime(text: string): WireTime {
  const found = form.exec(text);
  const date = Date.parse(`${found?.[1] ?? ""}T00:00:00Z`);
  if (found === null || Number.isNaN(date))
    throw new RangeError(`"${text}" is no date and time; expected yyyy-mm-ddThh:mm:ss.fff.`);
  const [
    ,
    ,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "",
    sign,
    offsetHour = "0",
    offsetMinute = "0",
  ] = found;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const offset = Number(offsetHour) * 60 + Number(offsetMinute);
  return {
    days: date / msPerDay + daysTo1970,
    ticks: seconds * 10_000_000 + Number(fraction.padEnd(7, "0")),
    offset: sign === "-" ? -offset : offset,
  };
}

/** The same instant at another offset: TDS sends a datetimeoffset's clock in UTC. */
export function moveTime(time: WireTime, minutes: number): WireTime {
  const ticks = time.ticks + minutes * ticksPerMinute;
  const wholeDays = Math.floor(ticks / ticksPerDay);
  return { ...time, days: time.days + wholeDays, ticks: ticks - wholeDays * ticksPerDay };
}

/** `hh:mm:ss.fff`, with more digits where they are not zero. */
export function formatClock(ticks: number): string {
  const seconds = Math.floor(ticks / 10_000_000);
  const fraction = String(ticks % 10_000_000)
    .padStart(7, "0")
    .replace(/0{1,4}$/, "");
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)}.${fraction}`;
}

/** `yyyy-mm-ddThh:mm:ss.fff`. */
export function formatTime(days: number, ticks: number): string {
  const date = new Date((days - daysTo1970) * msPerDay).toISOString().slice(0, 10);
  return `${date}T${formatClock(ticks)}`;
}

/** `+hh:mm` of so many minutes. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
