import { expect } from "chai";
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { declareCommand } from "../../stacks/declare-command.ts";

const unplanned = {
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10:00+00:00",
  acceptLossSec: 9000,
  incident: "INC-77",
} as const;

describe("a declare command that is printed", () => {
  it("leaves out what was not said, and gives a point as it is typed", () => {
    expect(declareCommand({ to: "primary", mode: "planned", as: "ann" }, "linux")).to.equal(
      "parallel-standby declare --to primary --mode planned --as ann",
    );
    const point = (p: Parameters<typeof declareCommand>[0]["point"]): string =>
      declareCommand({ ...unplanned, point: p }, "linux").split("--point ")[1] ?? "";
    expect(point({ latest: true })).to.equal("latest");
    expect(point({ minutesBefore: 120 })).to.equal("-2h");
    expect(point({ at: "2026-11-22T01:10:00+00:00" })).to.equal("2026-11-22T01:10:00+00:00");
    expect(declareCommand(unplanned, "linux")).to.contain(
      '--accept-loss 2h30m --incident INC-77 --as "R. Okafor"',
    );
  });

  it("reaches a program behind a POSIX shell word for word, whatever people have written", function () {
    this.timeout(20_000);
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme-ascii", minLength: 1 }).filter((t) => t.trim() !== ""),
        (text) => {
          const command = declareCommand({ ...unplanned, as: text, waiveFence: text }, "linux");
          const given = execFileSync("sh", ["-c", command.replace("parallel-standby", "printf '%s\\n'")]);
          const words = given.toString().split("\n");
          expect(words[words.indexOf("--as") + 1]).to.equal(text);
          expect(words[words.indexOf("--waive-fence") + 1]).to.equal(text);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("doubles a quote for PowerShell, which looks into nothing between single ones", () => {
    expect(declareCommand({ ...unplanned, waiveFence: "the caretaker's word: $5" }, "win32")).to.contain(
      "--waive-fence 'the caretaker''s word: $5'",
    );
  });
});
