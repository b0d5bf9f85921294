import { expect } from "chai";
import type { Step } from "../../model/verb.ts";
import { mayActivate, mayProvision } from "../../steps/may-act.ts";
import {
  abandoned,
  after,
  completed,
  declared,
  held,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";

const begun = [declared, moveTo("dr"), started(1)];
const step = (more: Partial<Step> = {}): Step => ({
  id: "a",
  verb: "toy/stop",
  args: {},
  phase: "fence-apps",
  needs: [],
  critical: true,
  timeoutSec: 5,
  ...more,
});
const on = (kind: "order" | "safety"): Partial<Step> => ({ needs: [{ id: "b", kind }] });

describe("whether a step of a cutover may act", () => {
  it("answers for every activation that is past, the one before included, and refuses one that is not in the journal", () => {
    const s = after(...begun, started(2), started(3));
    for (const epoch of [1, 2]) expect(mayActivate(s, epoch, undefined, step()).kind).to.equal("answer");
    expect(mayActivate(s, 3, undefined, step()).kind).to.equal("act");
    for (const epoch of [4, 5]) expect(mayActivate(s, epoch, undefined, step()).kind).to.equal("refuse");
  });

  it("never acts in an activation that was abandoned, whatever it owes", () => {
    const s = after(...begun, word("a", "failed"), abandoned(1));
    for (const attempt of [undefined, 1, 2])
      expect(mayActivate(s, 1, attempt, step()).kind).to.equal("answer");
  });

  it("acts in a completed one only in the try that is due, and only where something is owed", () => {
    const s = after(...begun, word("a", "failed"), completed(1));
    expect([undefined, 0, 1, 2].map((attempt) => mayActivate(s, 1, attempt, step()).kind)).to.deep.equal([
      "answer",
      "answer",
      "act",
      "answer",
    ]);
    const paid = after(...begun, word("a", "failed"), completed(1), word("a", "done", { attempt: 1 }));
    expect(mayActivate(paid, 1, 1, step()).kind).to.equal("answer");
    const late = after(...begun, word("a", "failed", { phase: "final-sync" }), completed(1));
    expect(mayActivate(late, 1, 1, step({ phase: "final-sync" })).kind).to.equal("answer");
  });

  it("does not look again at what preflight has seen once the old site is being left, whoever asks", () => {
    const look = step({ id: "look", phase: "preflight" });
    const seen = [...begun, word("look", "already", { phase: "preflight" })];
    expect(mayActivate(after(...seen), 1, undefined, look).kind, "nothing is changed yet").to.equal("act");
    const held = after(...seen, word("h", "done", { phase: "hold" }));
    expect(mayActivate(held, 1, undefined, look).kind).to.equal("act");
    const left = after(...seen, word("a", "done", { phase: "fence-apps" }));
    expect(mayActivate(left, 1, undefined, look).kind).to.equal("answer");
    const unseen = after(
      ...begun,
      word("look", "failed", { phase: "preflight" }),
      word("a", "done", { phase: "fence-apps" }),
    );
    expect(mayActivate(unseen, 1, undefined, look).kind).to.equal("act");
  });

  for (const [verdict, critical, order, safety] of [
    ["done", true, "act", "act"],
    ["already", true, "act", "act"],
    ["failed", true, "refuse", "refuse"],
    ["skipped", true, "act", "refuse"],
    ["failed", false, "act", "act"],
    ["waived", false, "act", "act"],
    ["skipped", false, "act", "refuse"],
    ["started", false, "refuse", "refuse"],
    ["refused", false, "refuse", "refuse"],
  ] as const)
    it(`after a need that ${critical ? "is critical" : "may fail"} and ended with "${verdict}": ${order}, and ${safety} where two sites could write`, () => {
      const s = after(...begun, word("b", verdict, { critical }));
      expect(mayActivate(s, 1, undefined, step(on("order"))).kind).to.equal(order);
      expect(mayActivate(s, 1, undefined, step(on("safety"))).kind).to.equal(safety);
    });

  it("waits for all needs, not for one of them", () => {
    const s = after(...begun, word("b", "done"));
    const needs = [
      { id: "b", kind: "order" as const },
      { id: "c", kind: "order" as const },
    ];
    expect(mayActivate(s, 1, undefined, step({ needs }))).to.include({ kind: "refuse" });
    expect(mayActivate(s, 1, undefined, step({ needs: [...needs].reverse() }))).to.include({
      kind: "refuse",
    });
  });

  it("does what comes before an opening again until a database is open, and then only what never succeeded", () => {
    for (const phase of ["hold", "final-sync", "choose-point", "roll-forward"] as const) {
      const did = [...begun, word("a", "done", { phase })];
      expect(mayActivate(after(...did), 1, undefined, step({ phase })).kind, phase).to.equal("act");
      expect(mayActivate(after(...did, noReturn(1)), 1, undefined, step({ phase })).kind, phase).to.equal(
        "answer",
      );
      const vain = after(...begun, word("a", "failed", { phase, critical: true }), noReturn(1));
      expect(mayActivate(vain, 1, undefined, step({ phase })).kind, phase).to.equal("act");
    }
    for (const phase of ["fence-apps", "fence-site", "open", "start-services"] as const) {
      const s = after(...begun, word("a", "done", { phase }), noReturn(1));
      expect(mayActivate(s, 1, undefined, step({ phase })).kind, phase).to.equal("act");
    }
  });
});

describe("whether a step comes too late", () => {
  const tail = step({ phase: "final-sync", critical: false, tooLateAfter: "point" });

  it("acts while what it brings can still be used, again after a failure too", () => {
    expect(mayActivate(after(...begun), 1, undefined, tail).kind).to.equal("act");
    const failed = [...begun, word("a", "failed")];
    expect(mayActivate(after(...failed), 1, undefined, tail).kind).to.equal("act");
    expect(
      mayActivate(after(...failed, word("point", "failed", { critical: true })), 1, undefined, tail).kind,
    ).to.equal("act");
  });

  it("does not act once the point was chosen without it", () => {
    const chosen = after(...begun, word("a", "failed"), word("point", "done", { critical: true }));
    expect(mayActivate(chosen, 1, undefined, tail)).to.deep.equal({
      kind: "answer",
      says: "point has ended without it: what it brings would come too late for this activation",
    });
  });

  it("is not done again either where it was done in time: the point is chosen with what it brought", () => {
    const chosen = after(...begun, word("a", "done"), word("point", "done", { critical: true }));
    expect(mayActivate(chosen, 1, undefined, tail)).to.deep.equal({
      kind: "answer",
      says: "it was done before point ended, and is not done again",
    });
  });
});

describe("whether a step of provisioning may act", () => {
  const at = (site: "primary" | "dr", epoch = 0) => ({ id: "a", site, epoch });

  it("may not without a role, while the estate moves, or while restores are held", () => {
    expect(mayProvision(after(), at("dr"), undefined).kind).to.equal("refuse");
    for (const role of ["passive", "either"] as const) {
      expect(mayProvision(after(), at("dr"), role).kind).to.equal("act");
      expect(mayProvision(after(...begun), at("dr", 1), role).kind).to.equal("refuse");
      expect(mayProvision(after(declared, moveTo("dr"), held), at("dr"), role).kind).to.equal("refuse");
    }
  });

  it("stops, parks and overwrites only at the site that is passive now", () => {
    const kinds = (s: ReturnType<typeof after>, role: "passive" | "either"): string[] =>
      (["primary", "dr"] as const).map((site) => mayProvision(s, at(site, s.epoch), role).kind);
    expect(kinds(after(), "passive")).to.deep.equal(["refuse", "act"]);
    expect(kinds(after(), "either")).to.deep.equal(["act", "act"]);
    expect(kinds(after(...begun, completed(1)), "passive")).to.deep.equal(["act", "refuse"]);
    expect(kinds(after(...begun, abandoned(1)), "passive")).to.deep.equal(["refuse", "act"]);
  });

  it("may not where a move has ended since it was planned, wherever it works", () => {
    for (const role of ["passive", "either"] as const)
      for (const site of ["primary", "dr"] as const) {
        const back = after(...begun, completed(1), started(2), abandoned(2));
        const [old, other] = [0, 1].map((epoch) => mayProvision(back, at(site, epoch), role));
        expect(old).to.deep.include({ kind: "refuse" });
        expect(old && "says" in old ? old.says : "").to.match(
          /planned before any activation, .* 2 has ended/,
        );
        expect(other).to.deep.include({ kind: "refuse" });
      }
  });
});
