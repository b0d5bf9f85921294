import { expect } from "chai";
import fc from "fast-check";
import { parseDuration, parseMoment } from "../../model/time.ts";

describe("times as people type them", () => {
  it("have an offset that a clock on earth can have, or are none", () => {
    for (const offset of ["Z", "+00:00", "-05:00", "+05:45", "+1345", "+14:00", "-1200"])
      expect(parseMoment(`2026-11-22T03:10${offset}`), offset).to.be.a("number");
    for (const offset of ["", "+25:00", "+14:01", "-15:00", "+05:60", "+99:99"])
      expect(parseMoment(`2026-11-22T03:10${offset}`), offset).to.equal(undefined);
  });

  it("are durations up to a hundred years, and never infinite", () => {
    expect(parseDuration("1d2h3m4s")).to.equal(93_784);
    expect(parseDuration("876000h")).to.equal(876_000 * 3600);
    expect(parseDuration(`${"9".repeat(400)}h`)).to.equal(undefined);
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,400}[dhms]$/), (text) => {
        const sec = parseDuration(text);
        return sec === undefined || Number.isFinite(new Date(sec * 1000).getTime());
      }),
    );
  });
});
