import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { next } from "../../journal/next.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import { toyRecovery } from "./toy.ts";
import {
  abandoned,
  after,
  completed,
  declared,
  entriesFor,
  genesis,
  held,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";

const begun = [declared, moveTo("dr"), started(1)];
const point = (epoch: number): Fact => ({
  kind: "point chosen",
  epoch,
  group: "web0",
  atSec: 1,
  to: "end",
  lossSec: 0,
  databases: [],
});
const now = new Date("2026-11-22T11:00:00Z");

describe("the situation", () => {
  it("is read anew from a list that has grown, or whose last entry is another", () => {
    const entries = [...entriesFor(genesis, ...begun)];
    expect(situation(entries)).to.equal(situation(entries));
    const [ended] = entriesFor(genesis, ...begun, completed(1)).slice(-1);
    if (ended) entries.push(ended);
    expect(situation(entries).ended.get(1)).to.equal("completed");
    const [other] = entriesFor(genesis, ...begun, abandoned(1)).slice(-1);
    if (other) entries[entries.length - 1] = other;
    expect(situation(entries).ended.get(1)).to.equal("abandoned");
  });

  it("forgets verdicts, tries, points and no return when a new activation begins", () => {
    const s = after(...begun, word("a", "failed"), word("b", "started"), point(1), noReturn(1), started(2));
    expect([s.verdicts.size, s.begun.size, s.attempts.size, s.points.size, s.owed.size]).to.deep.equal([
      0, 0, 0, 0, 0,
    ]);
    expect(s.noReturn).to.equal(false);
    expect(s.epoch).to.equal(2);
  });

  it("takes no word from an orphan of an earlier activation", () => {
    const s = after(...begun, started(2), word("a", "done"), point(1), noReturn(1));
    expect([s.verdicts.size, s.points.size, s.noReturn]).to.deep.equal([0, 0, false]);
    expect(after(...begun, started(2), completed(1)).active, "an orphan's `completed`").to.equal("primary");
  });

  it("counts vain tries of what may fail only, and keeps the number after the one that succeeded", () => {
    const tries = (...facts: Fact[]): number | undefined => after(...begun, ...facts).attempts.get("a");
    expect(tries(word("a", "failed", { critical: true }))).to.equal(undefined);
    expect(tries(word("a", "waived"))).to.equal(1);
    expect(tries(word("a", "failed"), word("a", "failed", { attempt: 1 }))).to.equal(2);
    expect(tries(word("a", "failed"), word("a", "failed")), "an orphan and its successor").to.equal(1);
    expect(tries(word("a", "failed"), word("a", "done", { attempt: 1 }))).to.equal(1);
  });

  it("takes a refusal for no word on a step: what was done stands", () => {
    expect(after(...begun, word("a", "done"), word("a", "refused")).verdicts.get("a")?.verdict).to.equal(
      "done",
    );
  });

  it("owes what may be done later and has not succeeded, and nothing that stops a cutover", () => {
    const owed = (...facts: Fact[]): string[] => [...after(...begun, ...facts).owed];
    expect(owed(word("a", "failed"), word("b", "waived"), word("c", "done"))).to.deep.equal(["a", "b"]);
    expect(owed(word("a", "failed", { phase: "final-sync" }))).to.deep.equal([]);
    expect(owed(word("a", "failed", { critical: true }))).to.deep.equal([]);
    expect(owed(word("a", "failed"), word("a", "refused"))).to.deep.equal(["a"]);
  });

  it("keeps a declaration that was made after the one which an activation used up", () => {
    const again = after(declared, moveTo("dr"), moveTo("dr"), started(1, "dr", 2));
    expect(again.declaration?.seq).to.equal(3);
    expect(after(...begun).declaration).to.equal(undefined);
  });

  it("holds until the move has completed or was gone back from, and through one that was given up before", () => {
    expect([...after(declared, moveTo("dr"), held, started(1)).held]).to.deep.equal(["data0"]);
    expect(after(declared, moveTo("dr"), held, started(1), completed(1)).held.size).to.equal(0);
    const gaveUp = abandoned(1) as Extract<Fact, { kind: "abandoned" }>;
    expect([...after(declared, moveTo("dr"), held, started(1), gaveUp).held]).to.deep.equal(["data0"]);
    const wentBack: Fact = { ...gaveUp, lossSec: 60 };
    expect(after(declared, moveTo("dr"), held, started(1), noReturn(1), wentBack).held.size).to.equal(0);
    expect(after(held, { kind: "released", part: "data0", says: "" }).held.size).to.equal(0);
  });

  it("keeps an activation to the facts that it was started with, and takes the newest once it has ended", () => {
    const newer: Fact = { kind: "declared", factsHash: "newer", recovery: toyRecovery(2) };
    const which = (...facts: Fact[]): string | undefined => {
      const entries = entriesFor(genesis, ...facts);
      return factsOf(entries, situation(entries))?.factsHash;
    };
    const old = "factsHash" in declared ? declared.factsHash : "";
    expect(which(...begun, newer)).to.equal(old);
    expect(which(...begun, newer, completed(1))).to.equal("newer");
    expect(which(declared, newer)).to.equal("newer");
  });
});

describe("what `up` means after a turn", () => {
  const meaning = (target: "primary" | "dr", ...facts: Fact[]): unknown => {
    const n = next(after(...facts), target, now);
    return n.kind === "start" ? [n.epoch, n.request.from, n.request.to] : n.kind;
  };
  it("does not leave a site whose move there has not completed, declared or not", () => {
    expect(meaning("primary", ...begun, noReturn(1), moveTo("primary"))).to.equal("refused");
    expect(meaning("primary", ...begun, noReturn(1), moveTo("dr"))).to.equal("refused");
  });

  it("uses no declaration toward the other site", () => {
    expect(meaning("primary", ...begun, completed(1), moveTo("dr"))).to.equal("undeclared");
  });

  it("begins nothing by itself after an activation was abandoned", () => {
    expect(meaning("dr", ...begun, abandoned(1))).to.equal("undeclared");
    expect(meaning("primary", ...begun, abandoned(1))).to.equal("nothing");
    expect(meaning("dr", ...begun, abandoned(1), moveTo("dr"))).to.deep.equal([2, "primary", "dr"]);
  });
});
