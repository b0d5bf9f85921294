import { expect } from "chai";
import fc from "fast-check";
import { didYouMean, unknownWord } from "../../model/nearest.ts";

describe("the name that was meant", () => {
  const known = ["K2PRD01", "K2DR01", "dr"];

  for (const [written, hint] of [
    ["K2DR1", " Did you mean K2DR01?"],
    ["k2dr01", " Did you mean K2DR01?"],
    ["K2PRD10", " Did you mean K2PRD01?"],
    ["drr", " Did you mean dr?"],
    ["ab", ""],
    ["WORKFLOW", ""],
    ["", ""],
  ] as const)
    it(`is ${hint === "" ? "none" : hint.trim()} for "${written}"`, () => {
      expect(didYouMean(written, known)).to.equal(hint);
    });

  it("is none where nothing is known", () => {
    expect(didYouMean("K2", [])).to.equal("");
  });

  it("is one of the known names as they are written, or none", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ minLength: 1 })), (written, names) => {
        const hint = didYouMean(written, names);
        if (hint !== "") expect(names.map((n) => ` Did you mean ${n}?`)).to.include(hint);
      }),
    );
  });

  it("makes a mistake of a word that is not known, and none of one that is or was not written", () => {
    expect(unknownWord("k2.layout", "seperate", ["consolidated", "separate"])).to.deep.equal([
      {
        at: "k2.layout",
        says: '"seperate" is not known. Did you mean separate?',
        write: "consolidated or separate",
      },
    ]);
    expect(unknownWord("k2.layout", "separate", ["separate"])).to.deep.equal([]);
    expect(unknownWord("k2.layout", undefined, ["separate"])).to.deep.equal([]);
  });
});
