import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("a site that comes back", function () {
  this.timeout(2 * engineMs);

  it("by itself, between two runs and after the move, starts nothing and is fenced by probe", async () => {
    const outcome = await played("primary-returns");
    expect(outcome).to.include({ activeSiteAfter: "dr" });
  });

  it("behind a line that was cut takes two people to waive, and is fenced at first contact", async () => {
    const outcome = await played("link-cut");
    expect(outcome).to.include({ activeSiteAfter: "dr" });
  });
});
