import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("the scenario of two operators on two machines", function () {
  this.timeout(engineMs);

  it("ends with the standby active: the second one was told who runs, watched, and took over after the lease, nothing done twice", async () => {
    const outcome = await played("two-operators");
    expect(outcome).to.include({ activeSiteAfter: "dr" });
    expect(outcome.checked).to.include.members([
      "a second run is told who runs, and since when",
      "so is a second pulumi up",
      "the second operator takes over when the first one's lease has ended, and not before",
      "journal follow on the second machine has shown every entry",
      "both operators have acted, and no step twice",
    ]);
  });
});
