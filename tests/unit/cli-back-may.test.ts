import { expect } from "chai";
import { returnable, writtenSec } from "../../cli/back/may.ts";
import type { Entry, Fact, Verdict } from "../../journal/entries.ts";
import { entriesFor, declared, genesis, moveTo, noReturn, started, word } from "./journal-facts.ts";

const openedMs = Date.parse("2026-11-22T10:00:00Z");
/** Entries, each written so many seconds after the first database was opened. */
const at = (...facts: readonly (readonly [sec: number, fact: Fact])[]): readonly Entry[] =>
  entriesFor(...facts.map(([, fact]) => fact)).map((e, i) => ({
    ...e,
    at: new Date(openedMs + (facts[i]?.[0] ?? 0) * 1000).toISOString(),
  }));
const abandoning: Fact = { kind: "abandoning", epoch: 1, as: "ann", reason: "x", acceptLossSec: 600 };
const opened: readonly (readonly [number, Fact])[] = [
  [-90, genesis],
  [-80, declared],
  [-70, moveTo("dr")],
  [-60, started(1)],
  [0, noReturn(1)],
];
const fence = ["web0/back/stop", "data0/back/close"];
const stopped = (verdict: Verdict, epoch = 1): Fact => word(fence[0] ?? "", verdict, { epoch });
const closed = (verdict: Verdict): Fact => word(fence[1] ?? "", verdict);

describe("for how long a target could be written to that is gone back from", () => {
  const nowSec = 1000;
  const cases: readonly (readonly [
    what: string,
    sec: number,
    after: readonly (readonly [number, Fact])[],
  ])[] = [
    ["until now while nobody has begun to go back", nowSec, []],
    ["until now while one of its steps is not done", nowSec, [[10, stopped("done")]]],
    [
      "until now where one of them failed",
      nowSec,
      [
        [10, stopped("done")],
        [20, closed("failed")],
      ],
    ],
    [
      "until the last of them was done",
      20,
      [
        [10, stopped("done")],
        [20, closed("done")],
      ],
    ],
    [
      "until the last one, in whatever order",
      30,
      [
        [30, stopped("done")],
        [20, closed("done")],
      ],
    ],
    [
      "until it was first found closed",
      20,
      [
        [10, stopped("already")],
        [20, closed("already")],
        [40, closed("already")],
      ],
    ],
    [
      "until it was done, however often it was looked at since",
      20,
      [
        [10, stopped("done")],
        [20, closed("done")],
        [40, closed("already")],
        [50, stopped("already")],
      ],
    ],
    [
      "until it was done again, where it had come up",
      40,
      [
        [10, stopped("done")],
        [20, closed("done")],
        [40, stopped("done")],
      ],
    ],
    [
      "until it was done, where it had been found closed before",
      40,
      [
        [10, stopped("already")],
        [20, closed("done")],
        [40, stopped("done")],
      ],
    ],
    [
      "until now where what was done belongs to another activation",
      nowSec,
      [
        [10, stopped("done", 2)],
        [20, closed("done")],
      ],
    ],
  ];
  for (const [what, sec, after] of cases)
    it(`counts ${what}`, () => {
      const begun: readonly (readonly [number, Fact])[] = after.length > 0 ? [[5, abandoning]] : [];
      const entries = at(...opened, ...begun, ...after);
      expect(writtenSec(entries, returnable(entries), fence, openedMs / 1000 + nowSec)).to.equal(sec);
    });

  it("counts until now where its steps were done before anybody began to go back, or there are none", () => {
    const early = at(...opened, [10, stopped("done")], [20, closed("done")], [30, abandoning]);
    expect(writtenSec(early, returnable(early), fence, openedMs / 1000 + nowSec)).to.equal(nowSec);
    expect(writtenSec(early, returnable(early), [], openedMs / 1000 + nowSec)).to.equal(nowSec);
  });

  it("is never less than nothing, whatever the clocks say", () => {
    const entries = at(...opened, [5, abandoning], [-10, stopped("done")], [-20, closed("done")]);
    expect(writtenSec(entries, returnable(entries), fence, openedMs / 1000)).to.equal(0);
  });

  it("is not told where a clock was set back in between: nothing would seem to be lost", () => {
    const entries = at(...opened);
    expect(() => writtenSec(entries, returnable(entries), [], openedMs / 1000 - 86_400)).to.throw(
      /opened at 2026-11-22 10:00:00 UTC.*2026-11-21 10:00:00 UTC: a clock was set back/,
    );
  });
});
