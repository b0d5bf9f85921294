import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import { describe as described, EstateError } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import { exampleEstate } from "./example-estate.ts";

describe("a guard that is written without types", () => {
  const problems = (witnesses: unknown): readonly string[] => {
    try {
      described({ ...exampleEstate(), guard: { witnesses } } as Estate, parts);
    } catch (error) {
      if (error instanceof EstateError) return error.problems.map((p) => `${p.at}: ${p.says}. ${p.write}`);
      throw error;
    }
    return [];
  };

  it("is told by a sentence what is no witness, and what is no server", () => {
    expect(problems([null])).to.deep.equal([
      String.raw`estate.guard.witnesses.0: it is null, and no witness. { share: "\\\\FILE03\\Witness" }`,
    ]);
    expect(problems(["x"])[0]).to.contain("it is string, and no witness");
    expect(problems([{ share: String.raw`\\A\B`, on: "SQLDR01" }])[0]).to.contain(
      "witnesses.0.on: it is no server of the estate. the server itself, not its name",
    );
    expect(problems([{ share: 5 }]).join()).to.contain("estate.guard.witnesses.0.share");
    expect(problems(null).join()).to.contain("estate.guard.witnesses");
    expect(problems([{ share: String.raw`\\FILE03\Witness (DR)` }])).to.deep.equal([]);
  });
});
