import { expect } from "chai";
import { phases } from "../../model/phase.ts";
import { back } from "../../planning/back.ts";
import { data, open, toyParts, toyRecovery } from "./toy.ts";

const toDr = { from: "primary", to: "dr", mode: "planned" } as const;

describe("the plan of a way back", () => {
  it("is refused where a part does not say how it is taken back", () => {
    const { back: _back, ...stiff } = data;
    expect(() => back(toyRecovery(), toDr, { ...toyParts, "toy-data": stiff })).to.throw(
      /data0: a toy-data does not say how it is taken back from dr past no return/,
    );
  });

  it("is refused in whatever phase such a part lets the target write or be reached, and in no other", () => {
    const { back: _back, ...stiff } = data;
    const refused = phases.filter((phase) => {
      const only: typeof data = {
        ...stiff,
        plan: () => ({ [phase]: [open.step("data0/x", { database: "db0-0" })] }),
      };
      try {
        back(toyRecovery(), toDr, { ...toyParts, "toy-data": only });
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).to.deep.equal([
      "open",
      "flip-dependency-aliases",
      "start-services",
      "flip-client-aliases",
    ]);
  });
});
