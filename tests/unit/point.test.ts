import { expect } from "chai";
import fc from "fast-check";
import type { NoReach, Reach } from "../../model/part.ts";
import { pointFor, type PointQuestion } from "../../planning/point.ts";

const disaster = Date.parse("2026-03-10T12:30:00Z") / 1000;
const reach = (fromMin: number, toMin: number, complete = false): Reach => ({
  fromSec: disaster + fromMin * 60,
  toSec: disaster + toMin * 60,
  complete,
  evidence: `log to ${String(toMin)}`,
});
const ask = (
  reaches: Record<string, Reach | NoReach>,
  more: Partial<PointQuestion> = {},
): ReturnType<typeof pointFor> =>
  pointFor({
    mode: "unplanned",
    reaches: new Map(Object.entries(reaches)),
    disasterSec: disaster,
    acceptLossSec: 4 * 3600,
    minutesBefore: 0,
    timeZone: "Europe/London",
    clocks: ["Europe/London"],
    ...more,
  });

describe("point", () => {
  it("takes the latest moment that every database reaches, and counts the loss from the disaster", () => {
    expect(ask({ K2: reach(-600, -30), Claims: reach(-600, -45) })).to.include({
      atSec: disaster - 45 * 60,
      to: "time",
      lossSec: 45 * 60,
    });
  });

  it("goes back as far as the data part says, when the declaration does not say", () => {
    expect(ask({ K2: reach(-600, -30) }, { minutesBefore: 120 })).to.include({ lossSec: 7200 });
    expect(ask({ K2: reach(-600, -30) }, { minutesBefore: 120, wanted: { latest: true } })).to.include({
      lossSec: 1800,
    });
    expect(ask({ K2: reach(-600, -30) }, { wanted: { minutesBefore: 60 } })).to.include({ lossSec: 3600 });
    expect(ask({ K2: reach(-600, -30) }, { wanted: { at: "2026-03-10T11:00:00+00:00" } })).to.include({
      lossSec: 5400,
    });
  });

  for (const [what, reaches, more, says] of [
    [
      "more is lost than was accepted",
      { K2: reach(-600, -300) },
      {},
      /5:00:00 of data would be lost.*--accept-loss 5h/,
    ],
    [
      "a database cannot go back so far",
      { K2: reach(-20, -10), Claims: reach(-600, -60) },
      {},
      /no common point: K2 can go back to .* Claims reaches only/,
    ],
    ["a chain is broken", { K2: { refused: "a log is missing after K2_1.trn" } }, {}, /K2: a log is missing/],
    [
      "a planned move lacks a tail",
      { K2: reach(-600, 0, true), Claims: reach(-600, -5) },
      { mode: "planned" },
      /Claims: the tail of its log has not arrived/,
    ],
    [
      "the point lies after the disaster",
      { K2: reach(-600, 60) },
      { wanted: { at: "2026-03-10T13:00:00+00:00" } },
      /lies after the disaster/,
    ],
    [
      "a planned move asks for an earlier point",
      { K2: reach(-600, 0, true) },
      { mode: "planned", wanted: { minutesBefore: 5 } },
      /a planned move goes to the end/,
    ],
  ] as const)
    it(`is refused with the reason where ${what}`, () => {
      const answer = ask(reaches, more);
      expect("refused" in answer && answer.refused).to.match(says);
    });

  it("lies in the latest span that all reach, where what they reach is not in one piece", () => {
    const holed: Reach = {
      ...reach(-10, -10),
      also: [{ fromSec: disaster - 9000, toSec: disaster - 3600, evidence: "older log" }],
    };
    const point = ask({ K2: holed, Claims: reach(-600, -30) });
    expect(point).to.include({ atSec: disaster - 3600, lossSec: 3600 });
    expect("databases" in point && point.databases[0]).to.deep.equal({
      database: "K2",
      fromSec: disaster - 9000,
      toSec: disaster - 3600,
      evidence: "older log",
    });
    expect(ask({ K2: holed, Claims: reach(-600, -5) })).to.include({ atSec: disaster - 600 });
    expect(ask({ K2: holed }, { minutesBefore: 120 })).to.include({ atSec: disaster - 7200 });
  });

  it("is refused with what each can reach, where nobody reaches too little and the spans have nothing in common", () => {
    const holed = (latest: number, oldest: number): Reach => ({
      ...reach(latest, latest),
      also: [{ fromSec: disaster + oldest * 60, toSec: disaster + oldest * 60, evidence: "older" }],
    });
    const answer = ask({ K2: holed(-10, -60), Claims: holed(-20, -70) });
    expect("refused" in answer && answer.refused).to.match(
      /^no common point by .*: K2 can go to .* or .*, Claims can go to .*Bring over the logs that lack between/,
    );
  });

  it("says that the point asked for lies too far back, where nothing else is in the way", () => {
    const answer = ask({ K2: reach(-30, -10) }, { minutesBefore: 120 });
    expect("refused" in answer && answer.refused).to.equal(
      "no common point: K2 can go back to 2026-03-10 12:00:00 UTC at the earliest, but the point asked for is 2026-03-10 10:30:00 UTC. Bring over an older full backup, or declare a later point with --point",
    );
  });

  it("is refused in the hour that occurs twice in the clock of a source, whatever people's clocks say", () => {
    const at = Date.parse("2026-10-25T01:30:00Z") / 1000;
    const answer = (...clocks: string[]): ReturnType<typeof pointFor> =>
      ask(
        { K2: { fromSec: at - 9000, toSec: at, complete: false, evidence: "x" } },
        { disasterSec: at + 60, clocks },
      );
    for (const clocks of [["Europe/London"], ["UTC", "Europe/London"]]) {
      const { refused } = answer(...clocks) as NoReach;
      expect(refused).to.match(/occurs twice when summer time ends in Europe\/London/);
    }
    expect(answer("UTC")).to.include({ atSec: at });
  });

  it("loses nothing when every database holds the tail", () => {
    expect(ask({ K2: reach(-600, 0, true), Claims: reach(-600, -2, true) }, { mode: "planned" })).to.include({
      to: "end",
      lossSec: 0,
    });
    expect(ask({ K2: reach(-600, 0, true), Claims: reach(-600, -2, true) })).to.include({
      to: "end",
      lossSec: 0,
    });
  });

  it("takes exactly what was accepted, and exactly what a database can just reach", () => {
    expect(ask({ K2: reach(-60, -30) }, { acceptLossSec: 1800 })).to.include({ lossSec: 1800 });
    expect(ask({ K2: reach(-30, -30) })).to.include({ lossSec: 1800 });
  });

  it("goes to a whole second, since that is what a point is told SQL Server in", () => {
    const half = { ...reach(-60, -30), toSec: disaster - 1800.5 };
    expect(ask({ K2: half })).to.include({ atSec: disaster - 1801 });
  });

  it("goes back in time where that is asked for, also when every tail is there", () => {
    const whole = { K2: reach(-600, 0, true), Claims: reach(-600, -2, true) };
    expect(ask(whole, { minutesBefore: 120 })).to.include({ to: "time", lossSec: 7200 });
    expect(ask(whole, { wanted: { minutesBefore: 30 } })).to.include({ to: "time", lossSec: 1800 });
  });

  it("is not held back by a database whose tail is there, only by those that lack theirs", () => {
    expect(ask({ K2: reach(-600, -45, true), Claims: reach(-600, -30) })).to.include({
      to: "time",
      lossSec: 1800,
    });
  });

  it("never gives a point that a database cannot reach or a loss above what was accepted", () => {
    const span = fc.tuple(fc.integer({ min: -500, max: -1 }), fc.integer({ min: 0, max: 400 }), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(span, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 18000 }),
        (spans, minutesBefore, acceptLossSec) => {
          const reaches = Object.fromEntries(
            spans.map(([from, length, complete], i) => [
              `db${String(i)}`,
              reach(from, Math.min(0, from + length), complete),
            ]),
          );
          const answer = ask(reaches, { minutesBefore, acceptLossSec });
          if ("refused" in answer) return;
          expect(answer.lossSec).to.be.within(0, acceptLossSec);
          for (const r of Object.values(reaches)) {
            expect(answer.atSec).to.be.at.least(
              Math.min(r.fromSec, answer.to === "end" ? answer.atSec : r.fromSec),
            );
            if (!r.complete) expect(answer.atSec).to.be.at.most(r.toSec);
          }
        },
      ),
    );
  });
});
