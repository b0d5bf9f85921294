import fc from "fast-check";
import type { Fault } from "./points.ts";
import type { Shape } from "./shape.ts";

/** What happens beside the runner. */
export type Beside =
  | "the old site dies"
  | "the old site returns"
  | "the link is cut"
  | "the link holds again"
  | "a second operator runs it too"
  | "a step is run out of order"
  | "the facts change"
  | "somebody skips a step"
  | "somebody declines"
  | "a system goes on unplanned"
  | "somebody abandons it"
  | "somebody goes back"
  | "who gives it up falls asleep"
  | "who slept goes on";

/** One thing that goes wrong, and when. */
export interface Event {
  /** How far the move has come by the calls that its runners make, counted from the declaration. Thousandths of an undisturbed one. */
  readonly at: number;
  /** Instead: at the first call of that step to a server, or the first that changes something there; or at its first line in the journal. */
  readonly step?:
    { readonly id: string; readonly changes: boolean } | { readonly id: string; readonly line: true };
  readonly what: Fault | Beside;
}

/** How a move is begun, and what goes wrong in it. */
export interface Leg {
  /** `lost`: the site that is left dies before it is declared, and its fence is waived. */
  readonly begins: "planned" | "unplanned" | "lost";
  readonly events: readonly Event[];
}

/**
 * A move after the one before has ended, toward the site that is passive then: what is there is fenced, saved and made
 * to follow first. Its events are counted from there on.
 */
export interface NextLeg extends Leg {
  /** How long people work between the two. */
  readonly hours: number;
  /** Both sites are provisioned before anybody has re-protected the one that was left, and after it. */
  readonly upFirst: boolean;
}

/** The moves that are made one after another, and what goes wrong in them. */
export interface Schedule extends Leg {
  /** Default: the plain one. */
  readonly estate?: Shape;
  /** Default: none. */
  readonly then?: readonly NextLeg[];
}

/** How many calls the runners of an undisturbed move make for each of its steps, about. */
export const callsPerStep = 12;

const eventsOf = (most: number): fc.Arbitrary<readonly Event[]> =>
  fc.array(
    fc.record({
      at: fc.integer({ min: 1, max: 1000 }),
      what: fc.constantFrom<Event["what"]>(
        "killed before",
        "killed after",
        "lies: done",
        "lies: failed",
        "hangs",
        "the old site dies",
        "the old site returns",
        "the link is cut",
        "the link holds again",
        "a second operator runs it too",
        "a step is run out of order",
        "the facts change",
        "somebody skips a step",
        "somebody declines",
        "a system goes on unplanned",
        "somebody abandons it",
        "somebody goes back",
        "who gives it up falls asleep",
        "who slept goes on",
      ),
    }),
    { maxLength: most },
  );
const beginsAny = fc.constantFrom<Leg["begins"]>("planned", "unplanned", "lost");

/** Any schedule with at most so many events in a move; on any of those estates, and with so many moves after the first. */
export const schedules = (most: number, estates?: fc.Arbitrary<Shape>, legs = 0): fc.Arbitrary<Schedule> =>
  fc.record({
    ...(estates ? { estate: estates } : {}),
    begins: beginsAny,
    events: eventsOf(most),
    ...(legs > 0
      ? {
          then: fc.array(
            fc.record({
              hours: fc.integer({ min: 2, max: 8 }),
              upFirst: fc.boolean(),
              begins: beginsAny,
              events: eventsOf(most),
            }),
            { maxLength: legs },
          ),
        }
      : {}),
  });
