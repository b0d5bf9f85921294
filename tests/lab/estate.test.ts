import { expect } from "chai";
import { played } from "./played.ts";
import { engineMs } from "./stage.ts";

describe("the estate while it moves, on the real engine", function () {
  this.timeout(2 * engineMs);

  it("a move is abandoned before no return, the next one gone back from past it: production has both times what it had", async () => {
    expect(await played("abandoned")).to.include({ activeSiteBefore: "primary", activeSiteAfter: "primary" });
  });

  it("a journal that was tampered with stops everything, glass is broken, and the planned move loses nothing", async () => {
    expect(await played("tampered-journal")).to.include({
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
      lossSec: 0,
    });
  });
});
