import { expect } from "chai";
import { LogShippingFacts } from "../../components/sql/log-shipping/facts.ts";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import { lookupOf } from "../../model/recovery.ts";

describe("log shipping: re-protection as it is planned", () => {
  const facts = LogShippingFacts.parse({
    databases: ["A", "B"],
    host: { primary: "P", dr: "D" },
    way: {
      primary: { backupFolder: "S:\\", backupShare: "\\\\P\\S", copyTo: "C:\\" },
      dr: { backupFolder: "S:\\d\\", backupShare: "\\\\D\\S", copyTo: "C:\\d" },
    },
    everyMin: 60,
    copyEveryMin: 15,
    holdMin: 180,
    pointMinutesBefore: 120,
    decisionMin: 60,
    manage: "provision",
    adoptChain: false,
    quiesce: [],
    archiveCycles: 2,
    recordIdentity: true,
    replaces: [],
    salvageTo: { dr: "E:\\Kept" },
  });
  const made = (manage: "provision" | "adopt", to: "primary" | "dr") =>
    logShipping.reprotect?.(
      "data",
      { ...facts, manage },
      { from: to === "dr" ? "primary" : "dr", to, mode: "planned" },
      lookupOf({ hosts: [], parts: [] }),
    );

  it("saves where the estate says, else beside the backup folder, and never below it", () => {
    const folders = (to: "primary" | "dr") =>
      made("provision", to)?.save.map((d) => (d.args as { salvageTo: string }).salvageTo);
    expect(folders("dr")).to.deep.equal(["E:\\Kept", "E:\\Kept"]);
    expect(folders("primary")).to.deep.equal(["S:\\Salvage", "S:\\Salvage"]);
  });

  it("only saves where others have set log shipping up", () => {
    expect(made("adopt", "primary")?.save).to.have.length(2);
    expect(made("adopt", "primary")?.follow).to.deep.equal([]);
  });

  it("orders what overwrites after what must be there, database by database", () => {
    const follow = made("provision", "primary")?.follow ?? [];
    for (const draft of follow)
      for (const need of draft.needs) expect(follow.indexOf(need)).to.be.within(0, follow.indexOf(draft) - 1);
    expect(follow.filter((d) => d.needs.length === 0)).to.have.length(1);
  });
});
