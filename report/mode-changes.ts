import type { Entry } from "../journal/entries.ts";
import { durationText, moment } from "../model/time.ts";
import { secondsOf } from "./verdicts.ts";

/** That systems went on unplanned in the middle of a move, and on whose word. Times are seconds since 1970 UTC. */
export interface ModeChanged {
  readonly systems: readonly string[];
  readonly as: string;
  readonly reason: string;
  readonly atSec: number;
  readonly disasterSec?: number;
  readonly acceptLossSec: number;
  readonly incident?: string;
}

/** The changes that were declared in these activations. */
export const modeChangesOf = (
  entries: readonly Entry[],
  epochs: ReadonlySet<number>,
): readonly ModeChanged[] =>
  entries.flatMap((e) =>
    e.kind === "mode changed" && epochs.has(e.epoch)
      ? [
          {
            systems: e.systems,
            as: e.as,
            reason: e.reason,
            atSec: secondsOf(e),
            ...(e.disasterAt === undefined ? {} : { disasterSec: Date.parse(e.disasterAt) / 1000 }),
            acceptLossSec: e.acceptLossSec,
            ...(e.incident === undefined ? {} : { incident: e.incident }),
          },
        ]
      : [],
  );

/** A change in one line, without its systems. */
export const modeChangedText = (c: ModeChanged, timeZone: string): string =>
  [
    `${moment(c.atSec, timeZone)}, by ${c.as}: ${c.reason}`,
    ...(c.disasterSec === undefined ? [] : [`lost at ${moment(c.disasterSec, timeZone)}`]),
    `up to ${durationText(c.acceptLossSec)} of data may be lost`,
    ...(c.incident === undefined ? [] : [`incident ${c.incident}`]),
  ].join("; ");
