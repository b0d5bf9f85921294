import { DateTime, Duration } from "luxon";

/** A moment in the local time of a place, without offset, as SQL Server's STOPAT takes it: `2026-11-21T22:59:00`. */
export const localTime = (atSec: number, timeZone: string): string =>
  DateTime.fromSeconds(atSec, { zone: timeZone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");

/** Whether that local time occurs twice, in the hour that is repeated when summer time ends. */
export const isRepeatedHour = (atSec: number, timeZone: string): boolean =>
  DateTime.fromSeconds(atSec, { zone: timeZone }).getPossibleOffsets().length > 1;

/** The moment of a local time without offset. Of a repeated hour, the later moment. */
export function fromLocalTime(text: string, timeZone: string): number {
  const parsed = DateTime.fromISO(text.replace(" ", "T"), { zone: timeZone });
  if (!parsed.isValid) throw new Error(`"${text}" is not a time`);
  return Math.max(...parsed.getPossibleOffsets().map((d) => d.toMillis())) / 1000;
}

/**
 * For people: UTC, and the local time of a place where it differs, with its offset, since one hour of the year occurs
 * twice: `2026-11-22 03:10:00 UTC (2026-11-21 22:10:00 -05:00 in America/New_York)`.
 */
export function moment(atSec: number, timeZone = "UTC"): string {
  const utc = DateTime.fromSeconds(atSec, { zone: "utc" });
  const local = utc.setZone(timeZone);
  const own =
    local.offset === 0
      ? ""
      : ` (${local.toFormat(local.hasSame(utc, "day") ? "HH:mm:ss ZZ" : "yyyy-MM-dd HH:mm:ss ZZ")} in ${timeZone})`;
  return `${utc.toFormat("yyyy-MM-dd HH:mm:ss")} UTC${own}`;
}

/** A moment for machines, in UTC: `2026-11-22T03:10:00.000Z`. */
export const isoUtc = (atSec: number): string => new Date(atSec * 1000).toISOString();

/** A moment for machines, by the clocks of a place: `2026-11-21T22:10:00.000-05:00`. */
export const isoAt = (atSec: number, timeZone: string): string =>
  DateTime.fromSeconds(atSec, { zone: timeZone }).toISO() ?? isoUtc(atSec);

/** Hours, minutes and seconds: `2:30:00`. */
export const clockTime = (seconds: number): string =>
  Duration.fromMillis(Math.round(seconds) * 1000).toFormat("h:mm:ss");

/** A short time to the tenth of a second: `9.5 s`. */
export const secondsText = (seconds: number): string => `${String(Math.round(10 * seconds) / 10)} s`;

/**
 * Seconds since 1970 of a moment that carries its offset; undefined for a naive time or none at all. No clock on earth
 * is further from UTC than 14 hours.
 */
export function parseMoment(text: string): number | undefined {
  if (!/(Z|[+-](0\d|1[0-3]):?[0-5]\d|[+-]14:?00)$/i.test(text)) return undefined;
  const parsed = DateTime.fromISO(text, { setZone: true });
  return parsed.isValid ? parsed.toSeconds() : undefined;
}

/** The longest duration that anybody can mean: a hundred years. Seconds. */
const longestSec = 100 * 366 * 86_400;

/** Seconds of a duration as owners write it: `4h`, `90m`, `30s`, `1h30m`, `0`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const m = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (text === "0") return 0;
  if (!m || text === "") return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = m;
  const sec = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sec <= longestSec ? sec : undefined;
}

/** A duration as owners write it: `2h30m`. */
export function durationText(seconds: number): string {
  const d = Duration.fromMillis(Math.ceil(seconds) * 1000).shiftTo("hours", "minutes", "seconds");
  const text = `${d.hours ? `${String(d.hours)}h` : ""}${d.minutes ? `${String(d.minutes)}m` : ""}${d.seconds ? `${String(d.seconds)}s` : ""}`;
  return text === "" ? "0s" : text;
}
