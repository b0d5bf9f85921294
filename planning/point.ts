import { spansOf, type Mode, type NoReach, type Reach, type Span } from "../model/part.ts";
import type { PointEvidence, PointRequest } from "../model/point.ts";
import { clockTime, durationText, isRepeatedHour, moment, parseMoment } from "../model/time.ts";

/** The one point that all databases of a group go to. */
export interface Chosen {
  /** Seconds since 1970 UTC. */
  readonly atSec: number;
  /** `end`: to the end of the last log; `time`: every database stops at `atSec`. */
  readonly to: "end" | "time";
  readonly lossSec: number;
  readonly databases: readonly PointEvidence[];
}

export interface PointQuestion {
  readonly mode: Mode;
  readonly reaches: ReadonlyMap<string, Reach | NoReach>;
  /** When the disaster was, seconds since 1970 UTC; unplanned moves only. */
  readonly disasterSec?: number | undefined;
  readonly acceptLossSec: number;
  /** What the declaration asks for; absent, `minutesBefore` counts. */
  readonly wanted?: PointRequest | undefined;
  /** The data part's own rule: so many minutes before the disaster. */
  readonly minutesBefore: number;
  /** The time zone of the old site, for people. */
  readonly timeZone: string;
  /** The time zones of the clocks in which the source servers are told a point. */
  readonly clocks: readonly string[];
}

/** The point, or the sentence that says why there is none and what can be done. */
export function pointFor(q: PointQuestion): Chosen | NoReach {
  const able: [string, Reach][] = [];
  for (const [database, reach] of q.reaches) {
    if ("refused" in reach) return { ...reach, refused: `${database}: ${reach.refused}` };
    able.push([database, reach]);
  }
  if (able.length === 0) return { refused: "the group has no databases" };
  return q.mode === "planned" ? toTheEnd(able, q) : inTime(able, q);
}

/** A planned move loses nothing: every database must hold the tail of its source. */
function toTheEnd(able: readonly [string, Reach][], { wanted }: PointQuestion): Chosen | NoReach {
  if (wanted && !("latest" in wanted))
    return {
      refused: "a planned move goes to the end of the logs; an earlier point is for an unplanned one",
    };
  const short = able.find(([, r]) => !r.complete);
  if (short)
    return {
      refused: `${short[0]}: the tail of its log has not arrived (the newest is ${short[1].evidence}). A planned move loses nothing: bring the tail over, or declare the move anew with --mode unplanned and the loss that you accept`,
    };
  return {
    atSec: Math.max(...able.map(([, r]) => r.toSec)),
    to: "end",
    lossSec: 0,
    databases: evidenceOf(able),
  };
}

function inTime(able: readonly [string, Reach][], q: PointQuestion): Chosen | NoReach {
  const { disasterSec, wanted, timeZone } = q;
  if (disasterSec === undefined) return { refused: "the declaration names no time of the disaster" };
  const latest = wanted ? "latest" in wanted : q.minutesBefore === 0;
  if (latest && able.every(([, r]) => r.complete))
    return {
      atSec: Math.max(...able.map(([, r]) => r.toSec)),
      to: "end",
      lossSec: 0,
      databases: evidenceOf(able),
    };
  const limit = latest ? disasterSec : limitOf(wanted, q.minutesBefore, disasterSec);
  if (limit > disasterSec)
    return {
      refused: `the point ${moment(limit, timeZone)} lies after the disaster (${moment(disasterSec, timeZone)})`,
    };
  const atSec = latestCommon(able, limit);
  if (atSec === undefined) return noCommon(able, limit, disasterSec, timeZone);
  const repeated = q.clocks.find((clock) => isRepeatedHour(atSec, clock));
  if (repeated !== undefined)
    return {
      refused: `${moment(atSec, repeated)} lies in the hour that occurs twice when summer time ends in ${repeated}, and SQL Server can't be told which one. Declare a point outside it with --point`,
    };
  const lossSec = disasterSec - atSec;
  if (lossSec > q.acceptLossSec)
    return {
      refused: `${clockTime(lossSec)} of data would be lost (point ${moment(atSec, timeZone)}, disaster declared at ${moment(disasterSec, timeZone)}), but ${clockTime(q.acceptLossSec)} was accepted. ${causeOf(able, atSec, limit, q)}. To accept it, declare again with --accept-loss ${durationText(lossSec)}`,
    };
  return { atSec, to: "time", lossSec, databases: evidenceOf(able, atSec) };
}

/** The latest whole second, none after the limit, that every database reaches: that is what a point is told SQL Server in. */
function latestCommon(able: readonly [string, Reach][], limit: number): number | undefined {
  let atSec = Math.floor(limit);
  for (;;) {
    const latest = Math.min(...able.map(([, r]) => latestOf(r, atSec)));
    if (latest === Number.NEGATIVE_INFINITY) return undefined;
    if (latest === atSec) return atSec;
    atSec = latest;
  }
}

/** The latest whole second of a reach, none after the limit; minus infinity where it has none. */
const latestOf = (reach: Reach, limit: number): number =>
  Math.max(
    ...spansOf(reach).map((s) => {
      const latest = Math.floor(Math.min(limit, untilSec(reach, s)));
      return latest >= s.fromSec ? latest : Number.NEGATIVE_INFINITY;
    }),
  );

/** Nothing comes after the tail of a source: any later moment is the same. */
const untilSec = (reach: Reach, span: Span): number =>
  reach.complete && span === reach ? Number.POSITIVE_INFINITY : span.toSec;

/** Why there is no common point: who can't go back so far, or else what each can reach. */
function noCommon(
  able: readonly [string, Reach][],
  limit: number,
  disasterSec: number,
  timeZone: string,
): NoReach {
  const earliest = ([, r]: [string, Reach]): number =>
    Math.ceil(Math.min(...spansOf(r).map((s) => s.fromSec)));
  const slowest = able.reduce((a, b) => (untilSec(a[1], a[1]) <= untilSec(b[1], b[1]) ? a : b));
  const bound = Math.floor(Math.min(limit, untilSec(slowest[1], slowest[1])));
  const late = able.filter((d) => earliest(d) > bound);
  if (late.length === 0)
    return {
      refused: `no common point by ${moment(limit, timeZone)}: ${able
        .map(
          ([d, r]) =>
            `${d} can go to ${spansOf(r)
              .map((s) => `${moment(s.fromSec, timeZone)} until ${moment(s.toSec, timeZone)} (${s.evidence})`)
              .join(" or ")}`,
        )
        .join(", ")}. Bring over the logs that lack between, or declare another point with --point`,
    };
  const back = late
    .map((d) => `${d[0]} can go back to ${moment(earliest(d), timeZone)} at the earliest`)
    .join(", ");
  if (bound < Math.floor(limit))
    return {
      refused: `no common point: ${back}, but ${slowest[0]} reaches only ${moment(bound, timeZone)} (${slowest[1].evidence}). Its next log makes that good once it has come; or bring over an older full backup of the others`,
    };
  return {
    refused: `no common point: ${back}, but the point asked for is ${moment(limit, timeZone)}. Bring over an older full backup, or declare a later point with --point`,
    // A point that is counted back from the disaster comes within reach as time goes by.
    byItselfSec: Math.max(...late.map(earliest)) + (disasterSec - limit),
  };
}

/** Why the point lies where it lies: a log has not come, or it was asked for there. */
function causeOf(
  able: readonly [string, Reach][],
  atSec: number,
  limit: number,
  { wanted, minutesBefore, reaches, timeZone }: PointQuestion,
): string {
  const slowest = slowestOf(able);
  if (atSec < Math.floor(limit))
    return slowest && Math.floor(slowest[1].toSec) === atSec
      ? `${slowestText(reaches, timeZone) ?? ""}: bring over its later logs`
      : "No later point is common to all databases: bring over the logs that lack between";
  const asked = wanted
    ? "That point was asked for"
    : `The point lies ${durationText(60 * minutesBefore)} before a disaster unless --point says otherwise`;
  return slowest
    ? `${asked}; the slowest, ${slowest[0]}, reaches ${moment(slowest[1].toSec, timeZone)} (its newest log is ${slowest[1].evidence})`
    : asked;
}

/** The database that holds the others back: of those that lack the tail of their source, the one that reaches least far. */
const slowestOf = (able: readonly [string, Reach][]): [string, Reach] | undefined =>
  able.filter(([, r]) => !r.complete).toSorted(([, a], [, b]) => a.toSec - b.toSec)[0];

/**
 * The database that holds the others back, with what proves it: `Claims reaches only 2026-11-22 00:40:00 UTC (its newest
 * log is Claims_20261122004000.trn)`. Undefined where none does: every database holds the tail of its source.
 */
export function slowestText(
  reaches: ReadonlyMap<string, Reach | NoReach>,
  timeZone: string,
): string | undefined {
  const able = [...reaches].flatMap(([d, r]): [string, Reach][] => ("refused" in r ? [] : [[d, r]]));
  const slowest = slowestOf(able);
  return (
    slowest &&
    `${slowest[0]} reaches only ${moment(slowest[1].toSec, timeZone)} (its newest log is ${slowest[1].evidence})`
  );
}

function limitOf(wanted: PointRequest | undefined, minutesBefore: number, disasterSec: number): number {
  if (wanted && "at" in wanted) return parseMoment(wanted.at) ?? Number.NaN;
  return disasterSec - 60 * (wanted && "minutesBefore" in wanted ? wanted.minutesBefore : minutesBefore);
}

/** What proves the point for each database: of its spans the one that holds it. */
const evidenceOf = (able: readonly [string, Reach][], atSec?: number): PointEvidence[] =>
  able.map(([database, reach]) => {
    const { fromSec, toSec, evidence } =
      spansOf(reach).find((s) => atSec === undefined || s.fromSec <= atSec) ?? reach;
    return { database, fromSec, toSec, evidence };
  });
