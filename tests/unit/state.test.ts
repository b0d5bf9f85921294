import { expect } from "chai";
import fc from "fast-check";
import type { Fact } from "../../journal/entries.ts";
import { next } from "../../journal/next.ts";
import { isMoving, movementOf, stateOf } from "../../journal/state.ts";
import { mayActivate, mayProvision } from "../../steps/may-act.ts";
import { statusOf } from "../../cli/status/status.ts";
import { situation } from "../../journal/situation.ts";
import {
  abandoned,
  after,
  completed,
  declared,
  entriesFor,
  genesis,
  moveTo,
  noReturn,
  started,
} from "./journal-facts.ts";

const abandoning = (epoch: number): Fact => ({ kind: "abandoning", epoch, as: "ann", reason: "x" });
const begun = [declared, moveTo("dr"), started(1)];

describe("the state of the estate", () => {
  it("is one of four, by what has begun and what has ended", () => {
    const cases: readonly (readonly [string, readonly Fact[]])[] = [
      ["active", []],
      ["active", [declared, moveTo("dr")]],
      ["moving", begun],
      ["moving past no return", [...begun, noReturn(1)]],
      ["in doubt", [...begun, abandoning(1)]],
      ["active", [...begun, abandoning(1), abandoned(1)]],
      ["active", [...begun, noReturn(1), completed(1)]],
      ["moving", [...begun, abandoning(1), moveTo("dr"), started(2)]],
      ["moving", [...begun, noReturn(1), completed(1), moveTo("primary"), started(2, "primary")]],
    ];
    for (const [state, facts] of cases)
      expect(stateOf(after(...facts)), facts.map((f) => f.kind).join()).to.equal(state);
  });

  it("is judged the same by status, by what up does next, and by the guards of steps, whatever the journal holds", () => {
    const any = fc.constantFrom<Fact>(
      moveTo("dr"),
      moveTo("primary"),
      started(1),
      started(2),
      started(2, "primary"),
      noReturn(1),
      noReturn(2),
      abandoning(1),
      abandoning(2),
      abandoned(1),
      completed(1),
      completed(2),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (facts) => {
        const entries = entriesFor(genesis, declared, ...facts);
        const s = situation(entries);
        const state = stateOf(s);
        expect(statusOf(entries, { now: new Date(), place: "", leases: [] }).state).to.equal(state);
        expect(movementOf(s) !== undefined).to.equal(isMoving(s));
        const provisions = mayProvision(s, { id: "a", site: "dr", epoch: s.epoch }, "either");
        expect(provisions.kind).to.equal(state === "active" ? "act" : "refuse");
        if (state !== "active" && s.last)
          expect(next(s, s.last.from, new Date("2026-11-22T11:00:00Z")).kind).to.equal("refused");
        if (state === "in doubt")
          expect(
            mayActivate(s, s.epoch, undefined, {
              id: "a",
              verb: "b",
              args: {},
              phase: "open",
              needs: [],
              critical: true,
              timeoutSec: 1,
            }).kind,
          ).to.equal("refuse");
      }),
    );
  });

  it("names every way out of what is under way", () => {
    expect(movementOf(after(...begun))?.ways).to.equal(
      'Finish it with "pulumi up -s dr-active", or give it up with "parallel-standby abandon"',
    );
    expect(movementOf(after(...begun, abandoning(1)))?.ways).to.match(/Go on with "parallel-standby abandon/);
    expect(movementOf(after(...begun, noReturn(1)))?.ways).to.match(
      /^Finish it with "pulumi up -s dr-active"/,
    );
  });
});
