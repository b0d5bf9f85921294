import fc from "fast-check";
import { schedules, type Schedule } from "./schedule.ts";
import { plainShape, smallerThan, type Shape } from "./shape.ts";
import { tried, type Played } from "./try.ts";

/** A schedule that has broken a rule, and how it went. */
export interface Broken {
  readonly schedule: Schedule;
  readonly played: Played;
}

/** What is played: so many schedules with at most so many events each, on one estate. */
export interface Tries {
  readonly estate: Shape;
  readonly numRuns: number;
  readonly events: number;
  /** At most so many moves one after another. Default: 1. */
  readonly moves?: number;
  /** The same number gives the same schedules. */
  readonly seed: number;
  readonly onPlayed?: (played: Played) => void;
  /** Whether nothing more is to be played. Default: never. */
  readonly isOver?: () => boolean;
}

/** Plays any schedules on an estate. Of one that breaks a rule it gives the shortest, on the smallest estate that shows it. */
export async function shortestBroken({
  estate,
  numRuns,
  events,
  moves = 1,
  seed,
  onPlayed = () => undefined,
  isOver = () => false,
}: Tries): Promise<Broken | undefined> {
  let shortest: Broken | undefined;
  const property = fc.asyncProperty(schedules(events, fc.constant(estate), moves - 1), async (schedule) => {
    if (isOver()) return;
    const played = await tried(schedule);
    onPlayed(played);
    if (!played.breach) return;
    shortest = { schedule, played };
    throw new Error(`${played.breach.rule}: ${played.breach.says}`);
  });
  const { failed, errorInstance } = await fc.check(property, { numRuns, seed });
  // Whatever else fails is a fault of the simulator, and no schedule was held against the rules.
  if (failed && !shortest) throw errorInstance;
  return shortest && (await onSmallest(shortest));
}

/** The same schedule on ever smaller estates, as long as it breaks the same rule there. */
async function onSmallest(found: Broken): Promise<Broken> {
  for (const estate of smallerThan(found.schedule.estate ?? plainShape)) {
    const schedule = { ...found.schedule, estate };
    const played = await tried(schedule);
    if (played.breach?.rule === found.played.breach?.rule) return onSmallest({ schedule, played });
  }
  return found;
}
