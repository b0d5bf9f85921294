import { expect } from "chai";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { provisioningText } from "../../stacks/provision-text.ts";
import { factsOf } from "./log-shipping-fixture.ts";

describe("What provisioning begins with", () => {
  it("says which role the site has", () => {
    const text = (site: "primary" | "dr") =>
      provisioningText("contoso", site, "London", { active: "primary", epoch: 0 }, []);
    expect(text("primary")).to.equal(
      "contoso: provisioning primary (London); it is the active site: nothing there is stopped, parked or overwritten",
    );
    expect(text("dr")).to.equal("contoso: provisioning dr (London); it is the passive site");
  });

  it("says after a move that a step which Pulumi deletes is only forgotten", () => {
    expect(provisioningText("contoso", "dr", "Leeds", { active: "dr", epoch: 1 }, [])).to.match(
      /overwritten\. A "delete" of a step only forgets it, .*: nothing is deleted on a server$/,
    );
  });

  it("names the databases that are overwritten, and those that are backed up, with their servers", () => {
    const facts = { ...factsOf(), databases: ["K2", "Claims"], replaces: ["k2"] };
    const said = (wasActive: boolean, more: object = {}) =>
      provisioningText(
        "contoso",
        "dr",
        "Leeds",
        { active: "primary", epoch: 0 },
        logShipping.overwrites?.({ ...facts, ...more }, "dr", wasActive) ?? [],
      );
    expect(said(false)).to.equal(
      "contoso: provisioning dr (Leeds); it is the passive site. Where it does not follow yet: overwrites K2 on SQLDR01 (replaces); takes a full backup of K2, Claims on SQLPRD01",
    );
    expect(said(true), "a site where people worked gives nothing away").to.not.contain("overwrites");
    expect(said(false, { manage: "adopt" }), "what others manage is only looked at").to.match(
      /passive site$/,
    );
  });
});
