import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { mayHoldOnlyCopy, reprotected, tookPart, wasEverActive } from "../../steps/only-copy.ts";
import { abandoned, completed, entriesFor, genesis, noReturn, started } from "./journal-facts.ts";

const adopted = (active: SiteId): Fact => ({
  kind: "adopted",
  active,
  epoch: 2,
  as: "ann",
  reason: "x",
  seen: [],
});
const brokenGlass: Fact = {
  kind: "break-glass",
  estate: "toys",
  active: "primary",
  epoch: 2,
  as: "ann",
  reason: "x",
  seen: [],
  lastHash: "",
  lines: 1,
  gaveUp: [],
};
const follows = (site: SiteId, more: { epoch?: number; verdict?: "done" | "failed" } = {}): Fact => ({
  kind: "step",
  step: `${site}-follows`,
  verdict: "done",
  critical: true,
  says: "",
  ...more,
});
const approved = (site: SiteId): Fact => ({ kind: "re-protect", epoch: 1, site, as: "ann", reason: "x" });
const moved = [genesis, started(1), noReturn(1), completed(1)];

/** A letter for each that is so: ever active, took part in a move, may hold the only copy, re-protection is approved. */
const letters = (facts: readonly Fact[], site: SiteId): string => {
  const entries = entriesFor(...facts);
  return [
    wasEverActive(entries, site) ? "E" : "",
    tookPart(entries, site) ? "T" : "",
    mayHoldOnlyCopy(entries, site, (step) => step === `${site}-follows`) ? "O" : "",
    reprotected(entries, site) ? "R" : "",
  ].join("");
};

describe("what a site may hold that no other copy has", () => {
  const cases: readonly (readonly [what: string, facts: readonly Fact[], primary: string, dr: string])[] = [
    ["nothing has moved yet", [genesis], "E", ""],
    ["a move that opened nothing yet", [genesis, started(1)], "E", "E"],
    ["a move that was abandoned before it opened anything", [genesis, started(1), abandoned(1)], "E", "E"],
    ["a move past no return", [genesis, started(1), noReturn(1)], "ETO", "ETO"],
    ["one that was gone back from", [genesis, started(1), noReturn(1), abandoned(1)], "ETO", "ETO"],
    ["one that ended with nothing to open", [genesis, started(1), completed(1)], "ETO", "ETO"],
    ["one of another number that was opened", [genesis, started(1), noReturn(2)], "E", "E"],
    ["a move by hand", [genesis, adopted("dr")], "ETO", "ETO"],
    ["a word by hand that nothing has moved", [genesis, adopted("primary")], "ETO", ""],
    ["a history that was given up", [genesis, brokenGlass], "ETO", "ETO"],
    ["nothing left but what took the place of a history", [brokenGlass], "ETO", "ETO"],
    ["one site follows since", [...moved, follows("primary")], "ET", "ETO"],
    ["it did not come to follow", [...moved, follows("primary", { verdict: "failed" })], "ETO", "ETO"],
    ["it followed within a move", [...moved, follows("primary", { epoch: 1 })], "ETO", "ETO"],
    ["it followed before the move", [genesis, follows("dr"), started(1), noReturn(1)], "ETO", "ETO"],
    ["it follows; another move opened nothing", [...moved, follows("primary"), started(2)], "ET", "ETO"],
    [
      "it followed before the next move was opened",
      [...moved, follows("primary"), started(2, "primary"), noReturn(2)],
      ...(["ETO", "ETO"] as const),
    ],
    ["it followed before a move by hand", [...moved, follows("primary"), adopted("dr")], "ETO", "ETO"],
    ["it followed before glass was broken", [...moved, follows("primary"), brokenGlass], "ETO", "ETO"],
    ["it follows since glass was broken", [genesis, brokenGlass, follows("dr")], "ETO", "ET"],
    ["somebody approved it", [...moved, approved("primary")], "ETOR", "ETO"],
    [
      "somebody approved it, and a move opened nothing",
      [...moved, approved("dr"), started(2)],
      "ETO",
      "ETOR",
    ],
    ["it was approved before a move", [genesis, approved("primary"), ...moved.slice(1)], "ETO", "ETO"],
    ["it was approved before a move by hand", [...moved, approved("primary"), adopted("dr")], "ETO", "ETO"],
    ["it was approved before glass was broken", [...moved, approved("primary"), brokenGlass], "ETO", "ETO"],
    ["it was approved, and nothing ever moved", [genesis, approved("dr")], "E", "R"],
  ];
  for (const [what, facts, primary, dr] of cases)
    it(`is told from the journal: ${what}`, () => {
      expect(siteIds.map((site) => letters(facts, site))).to.deep.equal([primary, dr]);
    });
});
