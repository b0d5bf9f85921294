import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { declarationLine } from "../../report/declaration.ts";
import { declarationFrom } from "../../report/from.ts";
import { renderDeclaration } from "../../report/html-declaration.ts";
import { completed, move, recovery, Scribe } from "./report-fixture.ts";

const declared: Fact = { kind: "move declared", ...move };
const held: Fact = { kind: "held", part: "data0", says: "restore jobs stopped" };
const withdrawn: Fact = { kind: "withdrawn", as: "ann" };
const started: Fact = {
  ...move,
  kind: "activation started",
  epoch: 1,
  from: "primary",
  factsHash: "facts1",
  planHash: "plan1",
  declaration: 4,
};
const adopted: Fact = { kind: "adopted", active: "dr", epoch: 1, as: "ann", reason: "by hand", seen: [] };

/** What is told of the first declaration, which is entry 2, so many seconds after the last entry. */
function told(
  facts: readonly (Fact | readonly [Fact, number])[],
  laterSec = 60,
): { readonly line: string; readonly page: string; readonly outcome: string; readonly ended: string } {
  const s = new Scribe()
    .add({ kind: "genesis", estate: "toys", active: "primary" })
    .add({ kind: "declared", factsHash: "facts1", recovery })
    .add(declared);
  for (const fact of facts) s.add(...("kind" in fact ? ([fact, 60] as const) : fact));
  const now = new Date(Date.parse(s.entries.at(-1)?.at ?? "") + laterSec * 1000);
  const made = declarationFrom(s.entries, 2, now);
  if (!made) throw new Error("there is no such declaration");
  return {
    line: declarationLine(made),
    page: renderDeclaration(made),
    outcome: made.outcome,
    ended: made.ended?.says ?? "",
  };
}
const weeks = 14 * 24 * 3600;

describe("the report of a declaration that began nothing", () => {
  for (const [what, facts] of [
    ["another declaration replaced it", [held, declared]],
    ["another one replaced it and its move has begun", [held, declared, started]],
    ["another one replaced it and its move is over", [held, declared, started, completed]],
    ["somebody said which site is active", [held, adopted]],
    ["it had expired, and a later one moves", [held, [declared, weeks], started]],
  ] as readonly (readonly [string, readonly (Fact | readonly [Fact, number])[]])[])
    it(`never calls for a withdrawal of what is held by something else by now: ${what}`, () => {
      const { line, page } = told(facts);
      for (const text of [line, page])
        expect(text).not.to.match(/STILL HELD|NOT RELEASED|parallel-standby withdraw/);
      expect(page).to.contain("left to what came after it");
    });

  it("does where it was withdrawn or has expired, and nobody released it", () => {
    for (const { line, page } of [told([held, withdrawn]), told([held], weeks)]) {
      expect(line).to.contain("STILL HELD: data0");
      expect(page).to.contain("NOT RELEASED").and.to.contain("parallel-standby withdraw --as YOUR-NAME");
    }
  });

  it("calls it expired where what came after it came too late to replace it", () => {
    for (const late of [declared, adopted]) {
      const { outcome, ended } = told([[late, weeks]]);
      expect([outcome, ended]).to.deep.equal([
        "expired",
        "not used within 24 hours: it is not good any more",
      ]);
      expect(told([late]).outcome).to.equal("replaced");
    }
    expect(told([[declared, weeks], withdrawn]).outcome, "the later one was withdrawn").to.equal("expired");
    expect(told([[withdrawn, weeks]]).outcome, "it releases what is held").to.equal("withdrawn");
  });
});
