import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { coolDownAt } from "../../journal/cool-down.ts";
import { exceptionsOf } from "../../journal/exceptions.ts";
import { situation } from "../../journal/situation.ts";
import { answerTo } from "../../cli/approve/may.ts";
import { skipOf } from "../../cli/skip/may.ts";
import { waitingOf } from "../../cli/status/waiting.ts";
import { entryText } from "../../report/entry-text.ts";
import { lockOfStep } from "../../steps/lock.ts";
import { mayActivate } from "../../steps/may-act.ts";
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
  word,
} from "./journal-facts.ts";
import { toyParts } from "./toy.ts";

const begun = [declared, moveTo("dr"), started(1)];
const asks = (step = "a", more: Partial<Extract<Fact, { kind: "waiting" }>> = {}): Fact => ({
  kind: "waiting",
  epoch: 1,
  step,
  for: "approval",
  says: "no return",
  limitSec: 600,
  ...more,
});
const says = (verdict: "approved" | "declined", as = "bo", epoch = 1): Fact => ({
  kind: "approval",
  epoch,
  step: "a",
  verdict,
  as,
});
const skip = (step: string, epoch = 1): Fact => ({ kind: "skip", epoch, step, as: "bo", reason: "by hand" });
const critical = { critical: true } as const;

describe("what people say while a move runs", () => {
  const stands = (...facts: Fact[]): string | undefined =>
    after(...begun, ...facts).people.answers.get("a")?.verdict;

  it("counts only after the question, in the activation that asked, and the last word counts", () => {
    expect(stands(says("approved")), "before it was asked").to.equal(undefined);
    expect(stands(asks(), says("approved"))).to.equal("approved");
    expect(stands(asks(), says("approved"), says("declined"))).to.equal("declined");
    expect(stands(asks(), says("approved"), started(2)), "another activation").to.equal(undefined);
    expect(stands(asks(), says("approved", "bo", 2)), "of an activation that is not there").to.equal(
      undefined,
    );
  });

  it("is an approval for all of the activation, but a decline only until the step has failed by it", () => {
    const failed = word("a", "failed", critical);
    expect(stands(asks(), says("approved"), failed, asks())).to.equal("approved");
    expect(stands(asks(), says("declined"))).to.equal("declined");
    expect(stands(asks(), says("declined"), failed)).to.equal(undefined);
    expect(after(...begun, asks(), says("declined"), failed).people.declined.get("a")?.as).to.equal("bo");
    expect(stands(asks(), failed, says("approved")), "after its time was over").to.equal("approved");
  });

  it("takes no approval of the person who declared the move where a second one has to look", () => {
    const second = asks("a", { notBy: "R. Okafor" });
    for (const as of ["R. Okafor", "r.okafor", "R OKAFOR "])
      expect(stands(second, says("approved", as)), as).to.equal(undefined);
    expect(stands(second, says("approved", "M.Lindqvist"))).to.equal("approved");
    expect(stands(second, says("declined", "R. Okafor")), "anybody may decline").to.equal("declined");
  });

  const refused: readonly (readonly [string, readonly Fact[], RegExp, string?])[] = [
    ["no move runs", [declared], /no move is under way: primary is active/],
    ["the move is completed", [...begun, asks(), completed(1)], /no move is under way/],
    [
      "the move is being given up",
      [...begun, asks(), { kind: "abandoning", epoch: 1, as: "cy", reason: "x" }],
      /being abandoned by cy.*"parallel-standby abandon"/,
    ],
    ["it has not asked yet", begun, /a does not wait for anybody in activation 1.*only once it asks/],
    ["another one waits", [...begun, asks("web/open")], /a does not wait.* What waits: web\/open/],
    [
      "it has ended",
      [...begun, asks(), says("approved"), word("a", "done", critical)],
      /a has ended already: done/,
    ],
    ["it is approved already", [...begun, asks(), says("approved", "cy")], /cy has approved a already/],
    ["it was skipped", [...begun, asks(), word("a", "skipped", critical)], /a has ended already: skipped/],
    [
      "the one who declared it approves",
      [...begun, asks("a", { notBy: "bo" })],
      /to be approved by a second person, and bo declared this move/,
    ],
  ];
  for (const [why, facts, sentence] of refused)
    it(`is refused with a sentence where ${why}`, () => {
      expect(() =>
        answerTo(entriesFor(genesis, ...facts), { step: "a", verdict: "approved", as: "bo" }),
      ).to.throw(sentence);
    });

  it("may be said while it waits, and after its time is over, for the next run", () => {
    for (const facts of [[asks()], [asks(), word("a", "failed", critical)]])
      expect(
        answerTo(entriesFor(genesis, ...begun, ...facts), { step: "a", verdict: "approved", as: "bo" }),
      ).to.deep.equal({ kind: "approval", epoch: 1, step: "a", verdict: "approved", as: "bo" });
  });

  it("is shown by status: who waits, until when, and whether anybody still hears the answer", () => {
    const entries = entriesFor(genesis, ...begun, asks("a", { owner: "Network team", telephone: "+44 1" }));
    const now = new Date("2026-11-22T10:04:00Z");
    const lease = { name: lockOfStep(1, "a"), who: "x", since: "y" };
    expect(waitingOf(entries, [lease], now)).to.deep.equal([
      {
        step: "a",
        for: "approval",
        says: "no return",
        owner: "Network team",
        telephone: "+44 1",
        since: "2026-11-22T10:00:00.000Z",
        until: "2026-11-22T10:10:00.000Z",
        heard: "now",
        leftSec: 360,
      },
    ]);
    expect(waitingOf(entries, [], now)[0], "its runner has died").to.include({
      heard: "next up",
      leftSec: 0,
    });
    expect(waitingOf(entriesFor(genesis, ...begun, asks(), completed(1)), [], now)).to.deep.equal([]);
  });

  it("is told by the journal in words", () => {
    const texts = entriesFor(
      genesis,
      ...begun,
      asks("a", { owner: "Network team", telephone: "+44 1", notBy: "ann" }),
      says("declined"),
      skip("b"),
    ).map(entryText);
    expect(texts.slice(-3)).to.deep.equal([
      "a waits for approval, at most 0:10:00: no return; Network team; +44 1; not by ann",
      "bo DECLINES a",
      "bo SKIPS b: by hand",
    ]);
  });
});

describe("a skip", () => {
  const step = (more: object = {}) => ({
    id: "a",
    verb: "toy/stop",
    args: {},
    phase: "protect" as const,
    needs: [],
    critical: true,
    timeoutSec: 5,
    ...more,
  });
  const meaning = (facts: readonly Fact[], more: object = { skippable: true }): string =>
    mayActivate(after(...begun, ...facts), 1, undefined, step(more)).kind;

  it("ends a step that may be skipped, once, and never one that may not", () => {
    expect(meaning([skip("a")])).to.equal("skip");
    expect(meaning([skip("a")], {}), "a step that keeps the move safe acts as if nobody had").to.equal("act");
    expect(meaning([skip("b")])).to.equal("act");
    expect(meaning([skip("a"), word("a", "skipped", critical)])).to.equal("answer");
    expect(meaning([word("a", "done", critical), skip("a")]), "it came too late").to.equal("act");
    expect(meaning([skip("a"), started(2), word("b", "done", { epoch: 2 })])).to.equal("answer");
  });

  it("waits for its turn: what the step needs must have ended, or what follows would overtake it", () => {
    const needs = { skippable: true, needs: [{ id: "b", kind: "order" }] };
    expect(meaning([skip("a")], needs)).to.equal("refuse");
    expect(meaning([skip("a"), word("b", "failed", critical)], needs)).to.equal("refuse");
    expect(meaning([skip("a"), word("b", "done", critical)], needs)).to.equal("skip");
  });

  it("does not keep what is owed from being tried after the move has completed", () => {
    const s = after(...begun, skip("a"), word("a", "skipped", { phase: "protect" }), completed(1));
    expect([...s.owed]).to.deep.equal(["a"]);
    expect(mayActivate(s, 1, 1, step({ skippable: true, critical: false })).kind).to.equal("act");
  });

  it("makes its step an exception of the move, and lets what follows go on", () => {
    const s = after(...begun, skip("a"), word("a", "skipped", critical), word("b", "done", critical));
    expect(exceptionsOf(s)).to.deep.equal(["a"]);
    expect(
      meaning([skip("a"), word("b", "skipped", critical)], { needs: [{ id: "b", kind: "order" }] }),
    ).to.equal("act");
    expect(
      meaning([skip("a"), word("b", "skipped", critical)], { needs: [{ id: "b", kind: "safety" }] }),
    ).to.equal("refuse");
  });

  it("stands for a system that has arrived, when the others go on in another activation; the others are asked anew", () => {
    const systems = ["web0", "web1"].map((system) => ({ system, parts: [system], after: [] }));
    const lb = (n: number) => `web${String(n)}/confirm`;
    const s = after(
      declared,
      moveTo("dr"),
      { ...started(1), systems } as Fact,
      { kind: "no return", epoch: 1, step: "web0/open/x" },
      ...[0, 1].flatMap((n) => [skip(lb(n)), word(lb(n), "skipped", critical)]),
      { ...started(2), systems } as Fact,
    );
    const kinds = [0, 1].map((n) => mayActivate(s, 2, undefined, step({ id: lb(n), skippable: true })));
    expect(kinds).to.deep.equal([
      { kind: "answer", says: "it was skipped in activation 1" },
      { kind: "act" },
    ]);
  });

  const given = (id: string) => ({ step: id, as: "bo", reason: "by hand" });
  const refused: readonly (readonly [string, string, readonly Fact[], RegExp])[] = [
    [
      "a step that is not there",
      "web0/anwsers/web",
      begun,
      /no step web0\/anwsers\/web\. Did you mean web0\/answers\/web\?/,
    ],
    ["the proof of the fence", "web0/prove-fence", begun, /holds the order and the proofs/],
    ["the point", "web0/choose-point", begun, /holds the order and the proofs/],
    ["a gate", "web0/before-open", begun, /holds the order and the proofs/],
    ["the end", "complete", begun, /holds the order and the proofs/],
    ["a restore", "data0/roll/db0-0", begun, /opened at a wrong point.*"parallel-standby abandon"/],
    ["an opening", "data0/open/db0-0", begun, /opened at a wrong point/],
    ["what fences", "web0/stop/db", begun, /fences the site that is left.*--waive-fence/],
    ["what fences data", "data0/copy/db0-0", begun, /fences the site that is left/],
    ["what is done", "web0/start/db", [...begun, word("web0/start/db", "done")], /done already/],
    [
      "what is skipped",
      "web0/start/db",
      [...begun, skip("web0/start/db")],
      /bo has skipped web0\/start\/db already/,
    ],
    ["anything while no move runs", "web0/start/db", [...begun, abandoned(1)], /no move is under way/],
  ];
  for (const [what, id, facts, sentence] of refused)
    it(`is refused for ${what}, with what to do instead`, () => {
      const before = entriesFor(genesis, ...facts);
      expect(() => skipOf(before, toyParts, given(id))).to.throw(sentence);
      expect(situation(before).people.skips.has(id)).to.equal(what === "what is skipped");
    });

  it("is written for the activation that runs", () => {
    expect(skipOf(entriesFor(genesis, ...begun), toyParts, given("web0/start/db"))).to.deep.equal({
      kind: "skip",
      epoch: 1,
      ...given("web0/start/db"),
    });
  });
});

describe("the cool-down after a move", () => {
  const at = (text: string, minutes: number, ...facts: Fact[]): string | undefined => {
    const entries = entriesFor(genesis, ...facts);
    return coolDownAt(entries, situation(entries), minutes, new Date(text))?.until.toISOString();
  };
  it("begins with a completed one or one gone back from past no return, and with nothing else", () => {
    const until = "2026-11-22T11:00:00.000Z";
    expect(at("2026-11-22T10:30:00Z", 60, ...begun, completed(1))).to.equal(until);
    const goneBack: Fact = { kind: "abandoned", epoch: 1, as: "bo", reason: "K2 does not start", lossSec: 0 };
    expect(at("2026-11-22T10:30:00Z", 60, ...begun, noReturn(1), goneBack)).to.equal(until);
    expect(at("2026-11-22T10:30:00Z", 60, ...begun, abandoned(1))).to.equal(undefined);
    expect(at("2026-11-22T10:30:00Z", 60, ...begun)).to.equal(undefined);
    expect(at("2026-11-22T10:30:00Z", 60, declared, moveTo("dr"), { kind: "withdrawn", as: "x" })).to.equal(
      undefined,
    );
  });
  it("ends to the second, is as long as the estate says, and none where it says 0", () => {
    expect(at("2026-11-22T10:59:59Z", 60, ...begun, completed(1))).not.to.equal(undefined);
    expect(at("2026-11-22T11:00:00Z", 60, ...begun, completed(1))).to.equal(undefined);
    expect(at("2026-11-22T10:20:00Z", 15, ...begun, completed(1))).to.equal(undefined);
    expect(at("2026-11-22T10:00:00Z", 0, ...begun, completed(1))).to.equal(undefined);
  });
  it("holds where the clock stands before the end of the last move: such a clock proves nothing", () => {
    expect(at("2026-11-21T10:00:00Z", 60, ...begun, completed(1))).not.to.equal(undefined);
  });
});
