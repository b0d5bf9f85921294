import { expect } from "chai";
import { changeFrom, type ModeOptions } from "../../cli/mode/request.ts";
import { modeTyped } from "./typed.ts";

describe("what is typed after mode", () => {
  const now = new Date("2026-11-22T05:40:00Z");
  const refused = (mode: string, more: ModeOptions): string => {
    try {
      changeFrom(mode, more, now);
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
    return expect.fail("it was taken");
  };

  it("is unplanned only: lost data is not found again", () => {
    expect(refused("planned", modeTyped)).to.match(/goes on unplanned, never planned/);
    expect(refused("quick", modeTyped)).to.match(/the mode "quick" is not known\. Write unplanned/);
  });

  it("needs all that an unplanned declaration needs, and why; what is missing is named at once", () => {
    expect(refused("unplanned", {}).split("\n")).to.have.members([
      "--as is missing: your name",
      "--disaster-at is missing: when the old site was lost, such as 2026-11-22T03:10+00:00",
      "--incident is missing: the ticket or call under which colleagues find this",
      "--accept-loss is missing: how much data may be lost at most, such as 4h",
      "--reason is missing: what has happened",
    ]);
    expect(refused("unplanned", { ...modeTyped, reason: "a\nb" })).to.equal(
      "--reason: it has a line break. Write it on one line",
    );
    expect(refused("unplanned", { ...modeTyped, disasterAt: "2026-11-22T03:10" })).to.match(
      /in which time zone/,
    );
  });
});
