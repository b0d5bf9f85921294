import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("a drill, on the real engine", function () {
  this.timeout(2 * engineMs);

  it("is the scenario that rehearse plays: every check holds", async () => {
    const outcome = await played("drill");
    expect(outcome.checked).to.include.members([
      "every copy is at the same point, two hours back",
      "nothing is left of the drill",
      "what half failed is swept, too",
      "the move has ended the open drill",
    ]);
  });
});
