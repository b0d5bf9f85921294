import fc from "fast-check";
import type { Event } from "./log-shipping-history.ts";

/** What happens at a source: work, backups, tails after which it is opened again, a second server that goes on. */
export const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("work" as const),
        sec: fc.integer({ min: 0, max: 40 }),
        commits: fc.integer({ min: 0, max: 4 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("log" as const),
        lasts: fc.integer({ min: 0, max: 6 }),
        commits: fc.integer({ min: 0, max: 3 }),
        bulk: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("full" as const),
        lasts: fc.integer({ min: 0, max: 9 }),
        commits: fc.integer({ min: 0, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("tail and reopen" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("other goes on" as const),
        logs: fc.integer({ min: 1, max: 3 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 24 },
);
/** What is lost, damaged, or there twice. */
export const accidents = fc.record({
  lost: fc.array(fc.nat(30), { maxLength: 3 }),
  damaged: fc.array(fc.nat(30), { maxLength: 1 }),
  twice: fc.array(fc.nat(30), { maxLength: 2 }),
  namesNewFork: fc.boolean(),
});
/** A standby that is missing or has restored some logs, the last perhaps stopped. */
export const standbys = fc.record({
  missing: fc.boolean(),
  applied: fc.nat(20),
  stopBack: fc.option(fc.integer({ min: 0, max: 60 })),
  historyKept: fc.boolean(),
  closedBy: fc.option(
    fc.record({
      tail: fc.nat(3),
      // The other server opens no earlier than this after the tail.
      heldSec: fc.integer({ min: 0, max: 3 }),
      known: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
    }),
    { nil: undefined, freq: 2 },
  ),
});
/** The same without minimally logged changes. */
export const noBulk = (list: readonly Event[]): readonly Event[] =>
  list.map((e) => (e.kind === "log" ? { ...e, bulk: false } : e));
