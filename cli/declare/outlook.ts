import { isDataPart, type NoReach, type Parts, type Reach } from "../../model/part.ts";
import { clocksOf, type Recovery } from "../../model/recovery.ts";
import { chainsOf } from "../../planning/chains.ts";
import { pointFor, type Chosen } from "../../planning/point.ts";
import { evidenceOfLife } from "../../steps/fence.ts";
import { reachOf } from "../../steps/machinery.ts";
import { moment } from "../../model/time.ts";
import { look, type ErrandArgs } from "../drafts.ts";
import type { Declaration } from "./request.ts";

/** How long looking at one group's logs may take, in seconds: reading the headers of a week's files takes its time. */
const reachLimitSec = 60;
/** How long looking for life at the old site may take: each part's probe is bounded to 10 s. */
const lifeLimitSec = 30;

/** What a group of databases would go to as things stand. */
export interface Outlook {
  readonly group: string;
  readonly point: Chosen | NoReach;
  readonly reaches: ReadonlyMap<string, Reach | NoReach>;
}

type Surroundings = Omit<ErrandArgs, "say">;

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
    return data.length > 0 ? [{ group: chain.at(-1)?.id ?? "", data: data.map((p) => p.id) }] : [];
  });

/** Looks at what every group could go to now; what cannot be seen is said, not thrown. */
export const outlooks = (at: Surroundings, fact: Declaration): Promise<readonly Outlook[]> =>
  Promise.all(
    groupsOf(at.recovery, at.world.parts).map(async ({ group, data }) => {
      try {
        const { reaches, minutesBefore } = await look(
          at,
          reachLimitSec,
          () => undefined,
          (io) => reachOf(data, at.recovery, at.world, io),
        );
        const point = pointFor({
          mode: fact.mode,
          reaches,
          disasterSec: at.disasterSec,
          acceptLossSec: fact.acceptLossSec,
          wanted: fact.point,
          minutesBefore,
          timeZone: at.recovery.sites[at.request.from].timeZone,
          clocks: clocksOf(at.recovery, at.request.from),
        });
        return { group, point, reaches };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { group, point: { refused: `it could not be seen: ${why}` }, reaches: new Map() };
      }
    }),
  );

/** What still works at the old site, as far as its parts can tell from here. */
export const signsOfLife = (at: Surroundings): Promise<readonly string[]> =>
  look(
    at,
    lifeLimitSec,
    () => undefined,
    (io) =>
      evidenceOfLife(
        at.recovery.parts.map((p) => p.id),
        at.recovery,
        at.request.from,
        at.world.runs,
        io,
      ),
  );

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
