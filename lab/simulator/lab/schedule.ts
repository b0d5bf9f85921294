import fc from "fast-check";
import type { Fault } from "./points.ts";

/** What happens beside the runner. */
export type Beside =
  | "the old site dies"
  | "the old site returns"
  | "the link is cut"
  | "the link holds again"
  | "a second operator runs it too"
  | "a step is run out of order"
  | "the facts change";

/** One thing that goes wrong, and at which call of the runners, counted from the declaration. */
export interface Event {
  readonly at: number;
  /** Instead: at the first call of that step, or the first that changes something. */
  readonly step?: { readonly id: string; readonly changes: boolean };
  readonly what: Fault | Beside;
}

/** How a move is begun, and what goes wrong in it. */
export interface Schedule {
  /** `lost`: the old site dies before it is declared, and its fence is waived. */
  readonly begins: "planned" | "unplanned" | "lost";
  readonly events: readonly Event[];
}

/** How many calls the runners of a whole move make, about: events fall into these. */
const calls = 900;

/** Any schedule with at most so many events. */
export const schedules = (most: number): fc.Arbitrary<Schedule> =>
  fc.record({
    begins: fc.constantFrom("planned", "unplanned", "lost"),
    events: fc.array(
      fc.record({
        at: fc.integer({ min: 1, max: calls }),
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
        ),
      }),
      { maxLength: most },
    ),
  });
