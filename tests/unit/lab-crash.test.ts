import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { actsSince, differences } from "../../lab/crash/books.ts";
import type { Disturbance, Result } from "../../lab/crash/cutover.ts";
import { withPoints } from "../../lab/crash/edits.ts";
import { judge } from "../../lab/crash/judge.ts";
import { points } from "../../lab/crash/points.ts";

const textOf = (file: string): string => readFileSync(join(import.meta.dirname, "../..", file), "utf8");
const files = ["steps/runner.ts", "steps/check-act-check.ts"];

describe("the points at which steps are killed", () => {
  it("all have a place in the runner as it is", () => {
    const text = files.map((f) => withPoints(`file:///x/${f}`, textOf(f))).join("\n");
    for (const point of points)
      expect(text, point).to.contain(point === "in act" ? "labCrash.inAct(" : `labCrash.at("${point}")`);
  });

  it("are missed loudly where the runner has changed, and leave other files as they are", () => {
    for (const f of files)
      expect(() => withPoints(`file:///x/${f}`, textOf(f).replaceAll("await", "void"))).to.throw(
        /lab\/crash puts a point at ".*" in .* bring lab\/crash\/edits\.ts up to date/,
      );
    expect(withPoints("file:///x/steps/lock.ts", "text")).to.equal("text");
  });
});

describe("a cutover in which steps were killed", () => {
  const undisturbed: Result = {
    books: { state: { "K2DR01: service K2 Server": "running, auto" }, acts: { restore: 7 } },
    acts: { restore: 4 },
    failed: [],
    killed: [],
    runs: 1,
    seconds: 1,
  };
  const disturbance: Disturbance = { kind: "planned", driver: "run", victim: "all", points: ["in act"] };
  const judged = (more: Partial<Result>): readonly string[] =>
    judge(disturbance, undisturbed, { ...undisturbed, killed: ["complete in act"], ...more }).wrong;

  it("is well where it ends as the undisturbed one, with as much done", () => {
    expect(judged({})).to.deep.equal([]);
  });

  it("is not where something stands otherwise, was done twice, is wrong from outside, or nothing was killed", () => {
    const state = { "K2DR01: service K2 Server": "stopped, disabled" };
    expect(judged({ books: { state, acts: {} } })).to.deep.equal([
      "K2DR01: service K2 Server: stopped, disabled instead of running, auto",
    ]);
    expect(judged({ acts: { restore: 5, tail: 1 } })).to.deep.equal([
      "restore: 5 instead of 4",
      "tail: 1 instead of nothing",
    ]);
    expect(judged({ failed: ["K2 answers there: no"] })).to.deep.equal(["K2 answers there: no"]);
    expect(judged({ killed: [] })).to.deep.equal(['no step came to the point "in act"']);
  });

  it("counts only what was done since it began", () => {
    expect(
      actsSince({ state: {}, acts: { a: 2, b: 1 } }, { state: {}, acts: { a: 5, b: 1, c: 1 } }),
    ).to.deep.equal({ a: 3, c: 1 });
    expect(differences({ a: 1 }, { a: 1 })).to.deep.equal([]);
  });
});
