import { expect } from "chai";
import type { Outlook } from "../../stacks/outlook.ts";
import { lossText } from "../../stacks/undeclared.ts";

describe("what a group would lose now", () => {
  const chosen = (lossSec: number): Outlook["latest"] => ({ atSec: 0, to: "time", lossSec, databases: [] });
  const outlook = (lossSec: number, latestSec: number): Outlook => ({
    group: "k2",
    point: chosen(lossSec),
    atAnyLoss: chosen(lossSec),
    latest: chosen(latestSec),
    reaches: new Map(),
    slowest: "Claims reaches only then",
  });

  it("is said beside what the latest point would lose, where that is less", () => {
    expect(lossText(outlook(7200, 420), 14_400)).to.equal(
      "k2: 2:00:00 of data would be lost, counted to now (target 4:00:00); at the latest point: 0:07:00, with --point latest.",
    );
  });

  it("is not blamed on a log where the point is taken further back", () => {
    const said = lossText(outlook(18_000, 420), 14_400);
    expect(said).to.contain("at the latest point: 0:07:00, with --point latest");
    expect(said).to.not.contain("Claims");
  });
});
