import { expect } from "chai";
import { provisioningText } from "../../stacks/provision-text.ts";

describe("What provisioning begins with", () => {
  it("says which role the site has", () => {
    const text = (site: "primary" | "dr") =>
      provisioningText("contoso", site, "London", { active: "primary", epoch: 0 });
    expect(text("primary")).to.equal(
      "contoso: provisioning primary (London); it is the active site: nothing there is stopped, parked or overwritten",
    );
    expect(text("dr")).to.equal("contoso: provisioning dr (London); it is the passive site");
  });

  it("says after a move that a step which Pulumi deletes is only forgotten", () => {
    expect(provisioningText("contoso", "dr", "Leeds", { active: "dr", epoch: 1 })).to.match(
      /overwritten\. A "delete" of a step only forgets it, .*: nothing is deleted on a server$/,
    );
  });
});
