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
  | "somebody abandons it";

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
export interface Schedule {
  /** Default: the plain one. */
  readonly estate?: Shape;
  /** `lost`: the old site dies before it is declared, and its fence is waived. */
  readonly begins: "planned" | "unplanned" | "lost";
  readonly events: readonly Event[];
}

/** How many calls the runners of an undisturbed move make for each of its steps, about. */
export const callsPerStep = 12;

/** Any schedule with at most so many events; on any of those estates. */
export const schedules = (most: number, estates?: fc.Arbitrary<Shape>): fc.Arbitrary<Schedule> =>
  fc.record({
    ...(estates ? { estate: estates } : {}),
    begins: fc.constantFrom<Schedule["begins"]>("planned", "unplanned", "lost"),
    events: fc.array(
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
        ),
      }),
      { maxLength: most },
    ),
  });
