import { expect } from "chai";
import fc from "fast-check";
import { reachOf, routeTo } from "../../components/sql/log-shipping/reach.ts";
import { history, standbyAt, type Event } from "./log-shipping-replay.ts";

const events: fc.Arbitrary<readonly Event[]> = fc.array(
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
        bulk: fc.boolean().map((b) => b),
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
const accidents = fc.record({
  /** Which of the sets are lost, damaged, or there twice. */
  lost: fc.array(fc.nat(30), { maxLength: 3 }),
  damaged: fc.array(fc.nat(30), { maxLength: 1 }),
  twice: fc.array(fc.nat(30), { maxLength: 2 }),
  namesNewFork: fc.boolean(),
});
const standby = fc.record({
  missing: fc.boolean(),
  applied: fc.nat(20),
  stopBack: fc.option(fc.integer({ min: 0, max: 60 })),
  historyKept: fc.boolean(),
});
const noBulk = (list: readonly Event[]): readonly Event[] =>
  list.map((e) => (e.kind === "log" ? { ...e, bulk: false } : e));

describe("log shipping: the chain of backups", () => {
  it("gives only points that replaying really reaches, whatever is lost, damaged, forked or idle", () => {
    let offered = 0;
    fc.assert(
      fc.property(
        events,
        fc.boolean(),
        accidents,
        standby,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, bulk, accident, at, share) => {
          const h = history(bulk ? list : noBulk(list), accident);
          const db = standbyAt(h, at);
          if (db === undefined) return;
          const reach = reachOf(db.seen);
          if ("refused" in reach) return;
          expect(reach.fromSec, "from is not after to").to.be.at.most(reach.toSec);
          for (const point of new Set([
            reach.fromSec,
            reach.toSec,
            Math.floor(reach.fromSec + share * (reach.toSec - reach.fromSec)),
          ])) {
            const route = routeTo(db.seen, { atSec: point, to: "time" });
            if ("refused" in route)
              throw new Error(`point ${String(point)} of ${JSON.stringify(reach)}: ${route.refused}`);
            const reached = db.replay(route, point);
            h.expectStateAt(reached, point, reach.fromSec === reach.toSec);
            offered++;
          }
          if (reach.complete) {
            const route = routeTo(db.seen, { atSec: reach.toSec, to: "end" });
            if ("refused" in route) throw new Error(route.refused);
            h.expectWholeLine(db.replay(route, undefined));
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(offered).to.be.greaterThan(1000);
  });

  it("refuses every point outside what it offers, or really gets there", () => {
    fc.assert(
      fc.property(
        events,
        accidents,
        standby,
        fc.integer({ min: -50, max: 900 }),
        (list, accident, at, point) => {
          const h = history(noBulk(list), accident);
          const db = standbyAt(h, at);
          if (db === undefined) return;
          const route = routeTo(db.seen, { atSec: point, to: "time" });
          if ("refused" in route) {
            expect(route.refused).to.match(/\w/);
            return;
          }
          const reach = reachOf(db.seen);
          // After its tail a source may have been opened again without sending anything: no file can tell.
          const isWeak =
            "refused" in reach || reach.fromSec === reach.toSec || (reach.complete && point > reach.toSec);
          h.expectStateAt(db.replay(route, point), point, isWeak);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("offers all of an unbroken chain: from the end of its first full backup to the start of its last log", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            kind: fc.constant("log" as const),
            lasts: fc.integer({ min: 0, max: 6 }),
            commits: fc.integer({ min: 0, max: 3 }),
            bulk: fc.constant(false),
          }),
          { minLength: 1, maxLength: 10 },
        ),
        fc.array(
          fc.record({
            kind: fc.constant("work" as const),
            sec: fc.integer({ min: 1, max: 40 }),
            commits: fc.integer({ min: 0, max: 4 }),
          }),
          { minLength: 10, maxLength: 10 },
        ),
        standby,
        (logs, work, at) => {
          const list: Event[] = logs.flatMap((log, i): Event[] => [
            work[i] ?? { kind: "work", sec: 1, commits: 1 },
            log,
          ]);
          const h = history(list, { lost: [], damaged: [], twice: [], namesNewFork: false });
          const db = standbyAt(h, { ...at, stopBack: null });
          if (db === undefined) return;
          const reach = reachOf(db.seen);
          if ("refused" in reach) throw new Error(reach.refused);
          const full = db.seen.sets.find((s) => s.type === "full");
          const last = db.seen.sets.filter((s) => s.type === "log").at(-1);
          expect(reach.fromSec).to.be.at.most(full?.finishSec ?? Number.NaN);
          expect(reach.toSec).to.be.at.least(last?.startSec ?? Number.NaN);
        },
      ),
      { numRuns: 500 },
    );
  });
});
