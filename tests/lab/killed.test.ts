import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("the scenario of an engine that dies twice", function () {
  this.timeout(engineMs);

  it("ends with the standby active, driven to its end by `run`, nothing done twice and nothing left for `up`", async () => {
    const outcome = await played("killed");
    expect(outcome).to.include({ activeSiteAfter: "dr" });
    expect(outcome.checked).to.include.members(["no step acted twice", "pulumi up finds nothing left to do"]);
  });
});
