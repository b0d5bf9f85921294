import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("npm run rehearse -- --scenario failback", function () {
  this.timeout(3 * engineMs);

  it("saves what the lost site alone holds, has it follow, and brings K2 back without loss", async () => {
    const outcome = await played("failback");
    expect(outcome).to.include({
      activeSiteBefore: "primary",
      activeSiteAfter: "primary",
      lossSec: 0,
    });
    expect(outcome.checked).to.include("what only the lost site had is saved, every row of it");
  });
});
