import { expect } from "chai";
import fc from "fast-check";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { routeTo, type Target } from "../../components/sql/log-shipping/reach.ts";
import type { LogShippingFacts } from "../../components/sql/log-shipping/facts.ts";
import type { NoReach, Reach } from "../../model/part.ts";
import { pointFor, type PointQuestion } from "../../planning/point.ts";
import { accidents, events, noBulk, standbys } from "./log-shipping-arbitraries.ts";
import { history, type History } from "./log-shipping-history.ts";
import { isWeakAt, standbyAt, type Standby } from "./log-shipping-replay.ts";

/** A database with its own past, and what the standby made of it. */
interface Database {
  readonly name: string;
  readonly history: History;
  readonly standby: Standby;
}

const databases = fc.array(
  fc.record({
    events,
    bulk: fc.boolean(),
    /** Few have a second server that goes on by itself. */
    alone: fc.oneof(
      { weight: 5, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    /** Most databases close with the tail of their log. */
    tail: fc.oneof({ weight: 2, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    /** Most of what was backed up arrives whole. */
    accident: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ lost: [], damaged: [], twice: [], namesNewFork: false }) },
      { weight: 1, arbitrary: accidents },
    ),
    standby: standbys,
  }),
  { minLength: 2, maxLength: 4 },
);

const questions = fc.record({
  mode: fc.constantFrom("planned" as const, "unplanned" as const, "unplanned" as const),
  /** When the disaster was, as a share of all that happened. */
  disaster: fc.double({ min: 0.4, max: 1.2, noNaN: true }),
  acceptLossSec: fc.oneof(fc.constant(3600), fc.integer({ min: 0, max: 300 })),
  wanted: fc.option(
    fc.oneof(
      fc.constant({ latest: true as const }),
      fc.record({ minutesBefore: fc.integer({ min: 0, max: 4 }) }),
      fc.integer({ min: 100, max: 700 }).map((sec) => ({ at: new Date(sec * 1000).toISOString() })),
    ),
    { nil: undefined },
  ),
  minutesBefore: fc.integer({ min: 0, max: 3 }),
});

/** What the part itself says that its databases can reach. */
const reachesOf = (all: readonly Database[]): ReadonlyMap<string, Reach | NoReach> =>
  logShipping.reach(
    { databases: all.map((d) => d.name) } as LogShippingFacts,
    Object.fromEntries(all.map((d) => [d.name, d.standby.seen])),
  );

/** Brings a database to a point by the route that its steps would take, and looks at what is really in it then. */
function bring({ name, history: h, standby }: Database, target: Target, reach: Reach): void {
  const route = routeTo(standby.seen, target);
  if ("refused" in route) throw new Error(`${name} can't go to ${JSON.stringify(target)}: ${route.refused}`);
  const reached = standby.replay(route, target.to === "end" ? undefined : target.atSec);
  if (target.to === "end") {
    h.expectWholeLine(reached);
    return;
  }
  h.expectStateAt(reached, target.atSec, isWeakAt(reach, target.atSec));
}

const canGo = ({ standby }: Database, target: Target): boolean =>
  !("refused" in routeTo(standby.seen, target));

/** The latest whole second, none after the limit, that every database can go to; only those can differ at which a backup began or ended. */
function latestCommon(all: readonly Database[], limitSec: number): number | undefined {
  const edges = all.flatMap(({ standby: { seen } }) => [
    ...seen.sets.flatMap((s) => [s.startSec, s.finishSec]),
    ...(seen.ownTail ? [seen.ownTail.finishSec, seen.ownTail.heldUntilSec ?? 0] : []),
    ...(seen.lastRestore ? [seen.lastRestore.stopAtSec ?? seen.lastRestore.finishSec] : []),
  ]);
  return [...new Set([limitSec, ...edges].map(Math.floor))]
    .filter((sec) => sec <= limitSec)
    .toSorted((a, b) => b - a)
    .find((atSec) => all.every((d) => canGo(d, { atSec, to: "time" })));
}

/** No point may lie after this: the disaster, or what was asked for. */
function limitOf({ wanted, minutesBefore, disasterSec = 0 }: PointQuestion): number {
  if (wanted && "at" in wanted) return Math.floor(Date.parse(wanted.at) / 1000);
  if (wanted && "latest" in wanted) return disasterSec;
  return disasterSec - 60 * (wanted?.minutesBefore ?? minutesBefore);
}

/** Reasons for having no point, each with the proof that it is true. */
type Proof = (all: readonly Database[], q: PointQuestion, says: string) => void;
const seconds = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
const named = (all: readonly Database[], says: string): Database => {
  const found = all.find((d) => says.startsWith(`${d.name}: `));
  if (!found) throw new Error(`no database is named in: ${says}`);
  return found;
};

const proofs: Readonly<Record<string, readonly [RegExp, Proof]>> = {
  "two servers went on": [
    /: (two logs go on from LSN|two recovery paths part)/,
    (all, _q, says) => {
      const forks = new Set(named(all, says).history.taken.map((t) => t.set.fork));
      expect(forks.size, "more than one fork was ever begun").to.be.greaterThan(1);
    },
  ],
  "nothing to restore from": [
    /: there is neither a database/,
    (all, _q, says) => {
      const { seen } = named(all, says).standby;
      expect(seen.state).to.equal("missing");
      expect(seen.sets.filter((s) => s.type === "full" && !s.damaged)).to.deep.equal([]);
    },
  ],
  "nothing says what it holds": [
    /: what it holds can't be told/,
    (all, _q, says) => {
      expect(named(all, says).standby.seen.lastRestore).to.equal(undefined);
    },
  ],
  "nothing is proven": [
    /: no moment can be chosen: .* up to (\S+ \S+) UTC, but all only of what was written by (\S+ \S+) UTC/,
    (all, _q, says) => {
      const [, from = "", by = ""] = /up to (\S+ \S+) UTC.* by (\S+ \S+) UTC/.exec(says) ?? [];
      expect(seconds(from)).to.be.greaterThan(seconds(by));
      expect(latestCommon([named(all, says)], Number.MAX_SAFE_INTEGER)).to.equal(undefined);
    },
  ],
  "no tail": [
    /: the tail of its log has not arrived/,
    (all, _q, says) => {
      const { history: h, standby } = named(all, says);
      expect(canGo({ name: "", history: h, standby }, { atSec: 0, to: "end" })).to.equal(false);
      // Either none arrived whole and is the newest, or what leads to it has not.
      const tail = h.arrived.findLast((t) => t.set.tail && !t.set.damaged);
      const isNewest = tail && h.arrived.every((t) => t.set.startSec <= tail.set.startSec);
      const missing = h.taken.some(
        (t) => !h.arrived.some((a) => a.set.file === t.set.file && !a.set.damaged),
      );
      // A tail with which the standby's own server closed it is not that of its source.
      const isOwn = tail !== undefined && standby.seen.ownTail?.lastLsn === tail.set.lastLsn;
      expect(!isNewest || missing || isOwn || h.arrived.some((t) => t.line !== tail.line)).to.equal(true);
    },
  ],
  "no common point": [
    /^no common point/,
    (all, q, says) => {
      expect(q.mode).to.equal("unplanned");
      expect(latestCommon(all, limitOf(q)), says).to.equal(undefined);
      // Whoever is said to reach only so far can go no farther; whoever can't go back can't.
      for (const [, slowest = "", until = ""] of says.matchAll(/, but (\S+) reaches only (\S+ \S+) UTC/g))
        expect(
          latestCommon(
            all.filter((d) => d.name === slowest),
            limitOf(q),
          ) ?? 0,
        ).to.be.at.most(seconds(until));
      for (const [, late = "", from = ""] of says.matchAll(/(db\d) can go back to (\S+ \S+) UTC/g))
        expect(
          latestCommon(
            all.filter((d) => d.name === late),
            seconds(from) - 1,
          ),
        ).to.equal(undefined);
    },
  ],
  "too much is lost": [
    /of data would be lost \(point (\S+ \S+) UTC, disaster/,
    (all, q, says) => {
      const at = seconds(/\(point (\S+ \S+) UTC/.exec(says)?.[1] ?? "");
      expect((q.disasterSec ?? 0) - at).to.be.greaterThan(q.acceptLossSec);
      const reaches = reachesOf(all);
      for (const d of all) bring(d, { atSec: at, to: "time" }, reaches.get(d.name) as Reach);
      expect(latestCommon(all, limitOf(q)), "no later point was to be had").to.equal(at);
    },
  ],
  "after the disaster": [
    /^the point .* lies after the disaster/,
    (_all, { wanted, disasterSec = 0 }) => {
      expect(wanted && "at" in wanted && Date.parse(wanted.at) / 1000).to.be.greaterThan(disasterSec);
    },
  ],
  "earlier in a planned move": [
    /^a planned move goes to the end of the logs/,
    (_all, { mode, wanted }) => {
      expect(mode).to.equal("planned");
      expect(wanted && !("latest" in wanted)).to.equal(true);
    },
  ],
};

describe("the point of several databases, each with a past of its own", () => {
  it("is one that every database really gets to, or there is none for a reason that is true", function () {
    this.timeout(10_000);
    const reached = { end: 0, time: 0, closed: 0 };
    const refused = new Map(Object.keys(proofs).map((name) => [name, 0]));
    fc.assert(
      fc.property(databases, questions, (pasts, { disaster, ...q }) => {
        const all = pasts.flatMap((past, i): Database[] => {
          const list = (past.bulk ? past.events : noBulk(past.events)).filter(
            (e) => !past.alone || e.kind !== "other goes on",
          );
          const h = history(past.tail ? [...list, { kind: "tail and reopen" }] : list, past.accident);
          const standby = standbyAt(h, past.standby);
          return standby ? [{ name: `db${String(i)}`, history: h, standby }] : [];
        });
        const lastSec = Math.max(...all.flatMap((d) => d.history.taken.map((t) => t.set.finishSec)));
        const question: PointQuestion = {
          ...q,
          disasterSec: Math.floor(100 + disaster * (lastSec - 100)),
          reaches: reachesOf(all),
          timeZone: "UTC",
          clocks: ["UTC"],
        };
        const point = pointFor(question);
        if ("refused" in point) {
          const proof = Object.entries(proofs).find(([, [says]]) => says.test(point.refused));
          if (!proof) throw new Error(`a reason without a proof: ${point.refused}`);
          const [name, [, prove]] = proof;
          prove(all, question, point.refused);
          refused.set(name, (refused.get(name) ?? 0) + 1);
          return;
        }
        expect(point.databases.map((d) => d.database)).to.deep.equal(all.map((d) => d.name));
        for (const d of all) bring(d, point, question.reaches.get(d.name) as Reach);
        reached[point.to]++;
        if (all.some((d) => d.standby.seen.ownTail)) reached.closed++;
      }),
      { numRuns: 800 },
    );
    // Points were really reached, and reasons of each common kind really proven.
    expect(reached.end).to.be.greaterThan(20);
    expect(reached.time).to.be.greaterThan(30);
    expect(reached.closed, "with a database that its own server had closed").to.be.greaterThan(10);
    for (const name of ["two servers went on", "no tail", "no common point", "too much is lost"])
      expect(refused.get(name), name).to.be.greaterThan(0);
  });
});
