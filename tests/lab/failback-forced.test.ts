import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("npm run rehearse -- --scenario failback-forced", function () {
  this.timeout(3 * engineMs);

  it("brings K2 back to the primary from the logs that it followed, and what is lost is what was told", async () => {
    const outcome = await played("failback-forced");
    expect(outcome).to.include({
      activeSiteBefore: "primary",
      activeSiteAfter: "primary",
    });
    expect(outcome.checked).to.include.members([
      "every database has all work until the point, and nothing later",
      "the loss is what was told",
      "licences are those of the primary",
    ]);
    expect(outcome["lossSec"])
      .to.be.greaterThan(0)
      .and.lessThan(4 * 3600);
  });
});
