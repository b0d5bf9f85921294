import { DateTime } from "luxon";
import { stops, type Finding } from "../../model/finding.ts";

/** Seconds by which a server's clock may differ from the runner's: points in time are chosen to the second. */
export const clockLimitSec = 60;

/** A server's clock as it was read. */
export interface Clock {
  readonly atMs: number;
  /** Minutes that its local time is ahead of UTC. */
  readonly offsetMin: number;
}

/**
 * Commands that print a Windows server's local time with its offset from UTC in minutes, independent of its language.
 * WMIC is on every version up to Windows Server 2022; newer ones may lack it (Microsoft: deprecated features).
 */
export const clockCommands: readonly string[] = [
  "wmic os get LocalDateTime /value",
  `powershell -NoProfile -NonInteractive -Command "$n = Get-Date; 'LocalDateTime=' + $n.ToString('yyyyMMddHHmmss.ffffff') + [TimeZoneInfo]::Local.GetUtcOffset($n).TotalMinutes.ToString('+000;-000')"`,
];

/** Reads `LocalDateTime=20261122031000.123000+000` (CIM datetime: DMTF DSP0004). */
export function clockFrom(output: string): Clock | undefined {
  const found = /LocalDateTime=(\d{14})\.(\d{3})\d*([+-]\d{3})/.exec(output);
  if (!found) return undefined;
  const [, digits = "", milli = "0", offset = "0"] = found;
  const local = DateTime.fromFormat(digits, "yyyyMMddHHmmss", { zone: "utc" });
  if (!local.isValid) return undefined;
  const offsetMin = Number(offset);
  return { atMs: local.toMillis() + Number(milli) - offsetMin * 60_000, offsetMin };
}

/** What is wrong with a server's clock, against the runner's and against the time zone that the estate gives the server; a zone that is none is a mistake of the estate. */
export function clockFindings(
  host: string,
  clock: Clock,
  runnerMs: number,
  timeZone: string,
): readonly Finding[] {
  const skewSec = Math.round((clock.atMs - runnerMs) / 1000);
  const zone = DateTime.fromMillis(runnerMs, { zone: timeZone });
  return [
    ...(Math.abs(skewSec) > clockLimitSec
      ? [
          stops(
            host,
            `its clock is ${String(Math.abs(skewSec))} s ${skewSec > 0 ? "ahead of" : "behind"} this machine's`,
            "set both by the same time server (w32tm /resync)",
            `clock:${host}`,
          ),
        ]
      : []),
    ...(zone.isValid && zone.offset !== clock.offsetMin
      ? [
          stops(
            host,
            `its clock is ${offsetText(clock.offsetMin)}, but its time zone in the estate, ${timeZone}, is ${offsetText(zone.offset)} now`,
            "write the zone that it has, by its IANA name (tzutil prints Windows's name: docs/windows.md has both)",
            `time-zone:${host}`,
          ),
        ]
      : []),
  ];
}

/** The clock as the table shows it: `+0.4 s, UTC+01:00`. */
export function clockText({ atMs, offsetMin }: Clock, runnerMs: number): string {
  const sec = (atMs - runnerMs) / 1000;
  return `${sec < 0 ? "" : "+"}${sec.toFixed(1)} s, ${offsetText(offsetMin)}`;
}

function offsetText(minutes: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
