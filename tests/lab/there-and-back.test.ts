import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("npm run rehearse -- --scenario there-and-back", function () {
  this.timeout(3 * engineMs);

  it("has a standby in either direction at once, without any log restored there since it was left", async () => {
    const outcome = await played("there-and-back");
    expect(outcome).to.include({
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
    });
    expect(outcome.checked).to.include.members([
      "every database has all work until the point, and nothing later",
      "the loss is what was told",
    ]);
    expect(outcome["lossSec"]).to.be.greaterThan(0).and.lessThan(3600);
  });
});
