import { expect } from "chai";
import fc from "fast-check";
import { spansOf } from "../../model/part.ts";
import { reachOf, routeTo } from "../../components/sql/log-shipping/reach.ts";
import { accidents, events, noBulk, standbys } from "./log-shipping-arbitraries.ts";
import { history, type Event } from "./log-shipping-history.ts";
import { isWeakAt, standbyAt } from "./log-shipping-replay.ts";

describe("log shipping: the chain of backups", () => {
  it("gives only points that replaying really reaches, whatever is lost, damaged, forked or idle", () => {
    let offered = 0;
    fc.assert(
      fc.property(
        events,
        fc.boolean(),
        accidents,
        standbys,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, bulk, accident, at, share) => {
          const h = history(bulk ? list : noBulk(list), accident);
          const db = standbyAt(h, at);
          if (db === undefined) return;
          const reach = reachOf(db.seen);
          if ("refused" in reach) return;
          const spans = spansOf(reach);
          for (const [i, { fromSec, toSec }] of spans.entries()) {
            expect(fromSec, "from is not after to").to.be.at.most(toSec);
            expect(toSec, "spans lie apart").to.be.lessThan(spans[i - 1]?.fromSec ?? Infinity);
          }
          for (const point of new Set(
            spans.flatMap(({ fromSec, toSec }) => [
              fromSec,
              toSec,
              Math.floor(fromSec + share * (toSec - fromSec)),
            ]),
          )) {
            const route = routeTo(db.seen, { atSec: point, to: "time" });
            if ("refused" in route)
              throw new Error(`point ${String(point)} of ${JSON.stringify(reach)}: ${route.refused}`);
            const reached = db.replay(route, point);
            h.expectStateAt(reached, point, isWeakAt(reach, point));
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
        standbys,
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
          h.expectStateAt(db.replay(route, point), point, "refused" in reach || isWeakAt(reach, point));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("offers all of an unbroken chain, whatever full backups come between and after: from the end of the first to the start of the last log", () => {
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
        fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
        standbys,
        (logs, work, fulls, at) => {
          const list: Event[] = logs.flatMap((log, i): Event[] => [
            work[i] ?? { kind: "work", sec: 1, commits: 1 },
            log,
            ...(fulls[i] ? [{ kind: "full", lasts: 4, commits: 2 } as const] : []),
          ]);
          const h = history(list, { lost: [], damaged: [], twice: [], namesNewFork: false });
          const db = standbyAt(h, { ...at, stopBack: null });
          if (db === undefined) return;
          const reach = reachOf(db.seen);
          if ("refused" in reach) throw new Error(reach.refused);
          const full = db.seen.sets.find((s) => s.type === "full");
          const last = db.seen.sets.filter((s) => s.type === "log").at(-1);
          const whole = spansOf(reach).find((s) => s.fromSec <= (full?.finishSec ?? Number.NaN));
          expect(whole?.toSec).to.be.at.least(last?.startSec ?? Number.NaN);
        },
      ),
      { numRuns: 500 },
    );
  });
});
