import { expect } from "chai";
import fc from "fast-check";
import { declarationFrom, type DeclareOptions } from "../../cli/declare/request.ts";
import { trouble } from "../../cli/declare/words.ts";
import { UsageError } from "../../cli/failure.ts";
import { Fact } from "../../journal/entries.ts";

const now = new Date("2026-11-22T05:40:00Z");
const unplanned: DeclareOptions = {
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10+00:00",
  acceptLoss: "4h",
  incident: "INC-77",
};

function wrong(options: DeclareOptions): string {
  try {
    declarationFrom(options, now);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

describe("what is typed after declare", () => {
  it("makes a declaration that the journal takes", () => {
    const fact = declarationFrom({ ...unplanned, point: "-120m", waiveFence: "power is cut" }, now);
    expect(Fact.parse(fact)).to.deep.equal(fact);
    expect(fact).to.include({ acceptLossSec: 14_400, incident: "INC-77", waiveFence: "power is cut" });
    expect(fact.point).to.deep.equal({ minutesBefore: 120 });
    expect(Date.parse(fact.disasterAt ?? "")).to.equal(Date.parse("2026-11-22T03:10:00Z"));
  });

  it("asks of a planned move only where to and who", () => {
    expect(declarationFrom({ to: "primary", mode: "planned", as: "op" }, now)).to.deep.equal({
      kind: "move declared",
      to: "primary",
      mode: "planned",
      as: "op",
      acceptLossSec: 0,
    });
  });

  it("keeps the moment of a time with another offset", () => {
    const { disasterAt = "" } = declarationFrom({ ...unplanned, disasterAt: "2026-11-21T22:10-05:00" }, now);
    expect(Date.parse(disasterAt)).to.equal(Date.parse("2026-11-22T03:10:00Z"));
  });

  const refused: readonly (readonly [string, DeclareOptions, RegExp])[] = [
    [
      "no site",
      { ...unplanned, to: undefined } as unknown as DeclareOptions,
      /--to is missing: primary or dr/,
    ],
    ["a misspelt site", { ...unplanned, to: "primry" }, /--to "primry" is not known.*Did you mean primary\?/],
    ["a misspelt mode", { ...unplanned, mode: "unplaned" }, /Did you mean unplanned\?/],
    [
      "a time without an offset",
      { ...unplanned, disasterAt: "2026-11-22T03:10" },
      /time zone.*2026-11-22T03:10\+00:00/,
    ],
    ["a time that is none", { ...unplanned, disasterAt: "ten past three" }, /is not a time/],
    ["a day that does not exist", { ...unplanned, disasterAt: "2026-02-30T03:10Z" }, /is not a time/],
    [
      "a time in the future",
      { ...unplanned, disasterAt: "2026-11-22T05:40:01Z" },
      /future: this runner's clock says 2026-11-22 05:40:00 UTC/,
    ],
    [
      "a duration without a unit",
      { ...unplanned, acceptLoss: "4" },
      /--accept-loss "4" is not a duration\. Write it as 4h/,
    ],
    ["a duration with a blank", { ...unplanned, acceptLoss: "4 h" }, /is not a duration/],
    ["a name with a line break", { ...unplanned, as: "op\ncompleted" }, /--as: it has a line break/],
    [
      "an incident with an escape",
      { ...unplanned, incident: "\u001b[2K" },
      /--incident: it has a control character/,
    ],
    [
      "a reason that turns the text around",
      { ...unplanned, waiveFence: "a\u202Eb" },
      /--waive-fence: it has a control character/,
    ],
    ["an empty name", { ...unplanned, as: "  " }, /--as: it is empty/],
    ["a point after the disaster", { ...unplanned, point: "2026-11-22T03:11Z" }, /lies after the disaster/],
    ["a point without an offset", { ...unplanned, point: "2026-11-22T01:10" }, /time zone/],
    ["a point in other words", { ...unplanned, point: "newest" }, /Write latest, -120m, or a time/],
    ["a distance without a unit", { ...unplanned, point: "-120" }, /Write it as -120m/],
    [
      "a waiver in a planned move",
      { to: "dr", mode: "planned", as: "op", waiveFence: "why" },
      /--waive-fence belongs to an unplanned move/,
    ],
    [
      "a point in a planned move",
      { to: "dr", mode: "planned", as: "op", point: "latest" },
      /--point belongs/,
    ],
  ];
  for (const [what, options, says] of refused)
    it(`refuses ${what} and says how it is written`, () => {
      expect(wrong(options)).to.match(says);
    });

  for (const [what, options, says] of [
    [
      "the time",
      { disasterAt: "TIME" },
      /^--disaster-at TIME is to be filled in: write when .*such as 2026-11-22T03:10\+00:00$/,
    ],
    ["the name", { as: "YOUR-NAME" }, /^--as YOUR-NAME is to be filled in: write your name/],
    ["the incident", { incident: "INCIDENT" }, /^--incident INCIDENT is to be filled in/],
    [
      "the reason",
      { waiveFence: "how you know" },
      /^--waive-fence how you know is to be filled in: write how you know/,
    ],
  ] as const)
    it(`refuses ${what} that was copied from a printed command as it stands, and says only that`, () => {
      expect(wrong({ ...unplanned, ...options })).to.match(says);
    });

  it("names everything that is missing at once", () => {
    const says = wrong({ to: "dr", mode: "unplanned" });
    for (const flag of ["--as", "--disaster-at", "--accept-loss", "--incident"])
      expect(says).to.contain(`${flag} is missing`);
  });

  it("never takes a moment that is later than now, whatever its offset", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -720, max: 840 }),
        fc.integer({ min: -86_400, max: 86_400 }),
        (offset, seconds) => {
          const local = new Date(now.getTime() + seconds * 1000 + offset * 60_000).toISOString().slice(0, 19);
          const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
          const sign = offset < 0 ? "-" : "+";
          const disasterAt = `${local}${sign}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
          if (seconds > 0) expect(wrong({ ...unplanned, disasterAt })).to.contain("future");
          else {
            const taken = declarationFrom({ ...unplanned, disasterAt }, now);
            expect(Date.parse(taken.disasterAt ?? "")).to.equal(now.getTime() + seconds * 1000);
            expect(Fact.safeParse(taken).success).to.equal(true);
          }
        },
      ),
    );
  });

  it("lets no text through that could look like another line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        if (trouble(text) === undefined) expect(text).to.not.match(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});
