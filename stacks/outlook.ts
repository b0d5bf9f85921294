import { isDataPart, type Mode, type NoReach, type Parts, type Reach } from "../model/part.ts";
import type { PointRequest } from "../model/point.ts";
import { clocksOf, type Recovery } from "../model/recovery.ts";
import { clockTime, moment } from "../model/time.ts";
import { chainName, chainsOf } from "../planning/chains.ts";
import { pointFor, slowestText, type Chosen } from "../planning/point.ts";
import { reachOf } from "../steps/machinery.ts";
import { look, type Surroundings } from "./look.ts";

/** How long looking at one group's logs may take, in seconds: reading the headers of a week's files takes its time. */
const reachLimitSec = 60;

/** What a group of databases would go to as things stand. */
export interface Outlook {
  readonly group: string;
  readonly point: Chosen | NoReach;
  /** The same point, whatever it costs. */
  readonly atAnyLoss: Chosen | NoReach;
  /** The latest point that can be had, whatever it costs. */
  readonly latest: Chosen | NoReach;
  readonly reaches: ReadonlyMap<string, Reach | NoReach>;
  /** The database that holds the others back, with what proves it. */
  readonly slowest?: string;
  /** Until when the point can still be had while restores go on. Seconds since 1970; absent where nothing ends it. */
  readonly untilSec?: number;
  /** Nothing could be seen of it, so that what is refused says nothing of the databases. */
  readonly isUnseen?: true;
}

/** What is wanted of a move, as far as the point goes. */
export interface Wanted {
  readonly mode: Mode;
  readonly acceptLossSec: number;
  readonly point?: PointRequest | undefined;
}

/** The groups of databases that a move takes along, each with the parts that carry them. */
export const groupsOf = (
  recovery: Recovery,
  parts: Parts,
): readonly { readonly group: string; readonly data: readonly string[] }[] =>
  chainsOf(recovery, parts).flatMap((chain) => {
    const data = chain.filter((p) => {
      const part = parts[p.kind];
      return part !== undefined && isDataPart(part);
    });
    return data.length > 0 ? [{ group: chainName(chain), data: data.map((p) => p.id) }] : [];
  });

/** Looks at what every group could go to now, for `limitSec` seconds at most; what cannot be seen is said, not thrown. */
export const outlooks = (
  at: Surroundings,
  wanted: Wanted,
  limitSec = reachLimitSec,
): Promise<readonly Outlook[]> =>
  Promise.all(
    groupsOf(at.recovery, at.world.parts).map(async ({ group, data }): Promise<Outlook> => {
      try {
        const { reaches, minutesBefore, lastsUntil } = await look(
          at,
          limitSec,
          () => undefined,
          (io) => reachOf(data, at.recovery, at.world, io),
        );
        const { timeZone } = at.recovery.sites[at.request.from];
        const question = {
          mode: wanted.mode,
          reaches,
          disasterSec: at.disasterSec,
          acceptLossSec: wanted.acceptLossSec,
          wanted: wanted.point,
          minutesBefore,
          timeZone,
          clocks: clocksOf(at.recovery, at.request.from),
        };
        const free = { ...question, acceptLossSec: Number.POSITIVE_INFINITY };
        const slowest = slowestText(reaches, timeZone);
        const point = pointFor(question);
        const untilSec = "refused" in point ? undefined : lastsUntil(point.atSec);
        return {
          group,
          point,
          atAnyLoss: pointFor(free),
          latest: pointFor({ ...free, wanted: { latest: true } }),
          reaches,
          ...(slowest === undefined ? {} : { slowest }),
          ...(untilSec === undefined ? {} : { untilSec }),
        };
      } catch (error) {
        const refused = `it could not be seen: ${error instanceof Error ? error.message : String(error)}`;
        return {
          group,
          point: { refused },
          atAnyLoss: { refused },
          latest: { refused },
          reaches: new Map(),
          isUnseen: true,
        };
      }
    }),
  );

/**
 * What the latest point would lose, where that is less than the point that is taken: `at the latest point: 0:07:00, with
 * --point latest`. Undefined where nothing is gained by it.
 */
export function latestText({ atAnyLoss, latest }: Pick<Outlook, "atAnyLoss" | "latest">): string | undefined {
  if ("refused" in latest || (!("refused" in atAnyLoss) && atAnyLoss.lossSec <= latest.lossSec))
    return undefined;
  return `at the latest point: ${latest.lossSec === 0 ? "nothing" : clockTime(latest.lossSec)}, with --point latest`;
}

/**
 * Databases of which a log arrived that was taken after the disaster: the site wrote on, so either the time is wrong or
 * the site is alive. The tail of a log is no such sign: whoever took it fenced the database with it.
 */
export function logsAfter(
  seen: readonly Outlook[],
  disasterSec: number,
  timeZone: string,
): readonly string[] {
  return seen.flatMap(({ reaches }) =>
    [...reaches].flatMap(([database, reach]) =>
      "refused" in reach || reach.complete || reach.toSec <= disasterSec
        ? []
        : [
            `${database}: its newest log (${reach.evidence}) reaches ${moment(reach.toSec, timeZone)}, later than the disaster`,
          ],
    ),
  );
}
