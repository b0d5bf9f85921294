import { expect } from "chai";
import type { Context } from "mocha";
import { parts } from "../../components/registry/parts.ts";
import { apart } from "../../lab/simulator/check/main.ts";
import { modelParts, modelRecovery, type ModelEstate } from "../../lab/simulator/check/parts.ts";
import { search, type SearchOptions, type Searched } from "../../lab/simulator/check/search.ts";
import { movesOf } from "../../lab/simulator/check/state.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { phases } from "../../model/phase.ts";
import type { Parts, Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { draw } from "../../planning/plan.ts";
import { k2Estate } from "../../lab/simulator/check/k2-estate.ts";

const toDr = { from: "primary", to: "dr" } as const;
const toPrimary = { from: "dr", to: "primary" } as const;

function searched(
  recovery: Recovery,
  direction: Omit<Request, "mode">,
  known: Parts,
  limits: Partial<SearchOptions>,
): Searched {
  const moves = movesOf(recovery, direction, (request) => draw(recovery, request, known).graph);
  return search(moves, { faults: 1, epochs: 1, skips: true, eager: new Set(), ...limits });
}

/** All was seen and nothing is broken; how much it was goes into the test's name. */
function wholeAndUnbroken({ whole, breach, states, moves }: Searched, { test }: Context): void {
  expect(breach, breach?.schedule.join("\n")).to.equal(undefined);
  expect(whole).to.equal(true);
  if (test) test.title += ` (${String(states)} states, ${String(moves)} moves between them)`;
}

const twoSystems: ModelEstate = { systems: [{ databases: 1 }, { databases: 1 }] };
/** All phases but those in which the old site is closed and the new one opened. */
const apartFromOpening: SearchOptions["eager"] = new Set(
  phases.filter((phase) => phase !== "final-sync" && phase !== "open"),
);

describe("No schedule breaks a rule: every state is looked at that", function () {
  this.timeout(180_000);
  const estates: Readonly<Record<string, readonly [ModelEstate, Partial<SearchOptions>]>> = {
    "one database and two activations lead to, with one fault": [
      { systems: [{ databases: 1, names: ["client"] }] },
      { epochs: 2 },
    ],
    "one database leads to, with two faults": [{ systems: [{ databases: 1 }] }, { faults: 2 }],
    "two databases and both names lead to, with one fault": [
      { systems: [{ databases: 2, names: ["dependency", "client"] }] },
      {},
    ],
    "one database leads to where people go back past no return, with one fault": [
      { systems: [{ databases: 1, names: ["client"] }] },
      { back: true, epochs: 2 },
    ],
    "a VM that can be switched off leads to, with two faults": [
      { systems: [{ databases: 1, vm: true }] },
      { faults: 2, skips: false },
    ],
    "two systems lead to, with one fault": [twoSystems, { eager: apart, skips: false }],
    "two systems and two activations lead to": [
      twoSystems,
      { eager: apart, skips: false, faults: 0, epochs: 2 },
    ],
    "two systems and two activations lead to, with one fault where the one site is closed and the other opened":
      [twoSystems, { eager: apartFromOpening, skips: false, epochs: 2 }],
  };
  for (const [what, [estate, limits]] of Object.entries(estates))
    it(what, function () {
      wholeAndUnbroken(searched(modelRecovery(estate), toDr, modelParts, limits), this);
    });

  it("the way back leads to", function () {
    wholeAndUnbroken(
      searched(modelRecovery({ systems: [{ databases: 1 }] }), toPrimary, modelParts, {}),
      this,
    );
  });

  it("a K2 with one database leads to, with one fault", function () {
    const eager = new Set(["preflight", "hold", "start-hosts", "smoke-test", "repair-identity"] as const);
    wholeAndUnbroken(searched(describeEstate(k2Estate(), parts), toDr, parts, { eager, skips: false }), this);
  });

  it("finds of two schedules that break a rule the shorter", () => {
    const recovery = modelRecovery({ systems: [{ databases: 1 }] });
    const never = {
      name: "nothing opens",
      says: "no database opens",
      moment: (e: { readonly kind: string; readonly step?: { readonly phase: string } }) =>
        e.kind === "acts" && e.step?.phase === "open" ? "it opens" : undefined,
    };
    const { breach } = searched(recovery, toDr, modelParts, { rules: [never] });
    expect(breach?.rule).to.equal("nothing opens");
    // A waiver of a dead site's fence spares the two steps there.
    expect(breach?.schedule).to.have.length(7);
    expect(breach?.schedule.at(-1)).to.match(/open\/db0 (runs|ends): done/);
  });
});
