import * as fs from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { modelParts, modelRecovery } from "../../lab/simulator/check/parts.ts";
import type { Mode } from "../../model/part.ts";
import type { Step } from "../../model/verb.ts";
import { broken, refuseBroken } from "../../planning/check-plan.ts";
import { graphOf, type Graph } from "../../planning/graph.ts";
import { draw } from "../../planning/plan.ts";
import { rules } from "../../planning/rules.ts";

const recovery = modelRecovery({ systems: [{ databases: 2, vm: true, names: ["dependency", "client"] }] });
const drawn = (mode: Mode = "unplanned"): Graph =>
  draw(recovery, { from: "primary", to: "dr", mode }, modelParts).graph;

/** The same plan with other steps. */
function changed(change: (s: Step) => Step | readonly Step[] | undefined): Graph {
  const { request, chains, steps } = drawn();
  const of = (all: readonly Step[]): readonly Step[] => all.flatMap((s) => change(s) ?? []);
  return graphOf({ request, chains: chains.map((c) => ({ ...c, steps: of(c.steps) })), steps: of(steps) });
}
/** What waits for steps of that name waits for them no longer. */
const without = (id: RegExp, phase: RegExp): Graph =>
  changed((s) => (phase.test(s.phase) ? { ...s, needs: s.needs.filter((n) => !id.test(n.id)) } : s));

const plans: Readonly<Record<string, readonly [string, Graph]>> = {
  "opens before the fence is proven": ["one writer", without(/prove-fence/, /^open$/)],
  "does not look at the old site before services start": [
    "live look",
    changed((s) => (s.phase === "start-services" ? { ...s, probes: [] } : s)),
  ],
  "lets a skip stand for what closes the old databases": [
    "a skip is no fence",
    changed((s) => ({ ...s, needs: s.needs.map((n) => ({ ...n, kind: "order" as const })) })),
  ],
  "chooses a point for each database": [
    "one point",
    changed((s) => (s.phase === "choose-point" ? [s, { ...s, id: `${s.id}-2` }] : s)),
  ],
  "opens a database before the other is rolled forward": [
    "opened together",
    without(/roll-forward\/db1/, /^open$/),
  ],
  "takes a tail after the point": ["tail before fence", changed((s) => ({ ...s, tooLateAfter: undefined }))],
  "moves the database's name before it is open": ["names follow data", without(/open/, /^flip-dependency/)],
  "starts services without licences": ["licences before services", without(/licences/, /^start-services/)],
  "sends people to what nobody has asked": ["answers before clients", without(/answers/, /^flip-client/)],
  "completes without a backup": ["completed is true", without(/backup\/db0|before-complete/, /^complete$/)],
  "waits for what is not there": [
    "reachable",
    changed((s) => (s.phase === "open" ? { ...s, needs: [...s.needs, { id: "ghost", kind: "order" }] } : s)),
  ],
  "waits for ever": ["bounded", changed((s) => ({ ...s, timeoutSec: Infinity }))],
  "is stopped for good by a dead site": [
    "a way out",
    changed((s) => (s.phase === "final-sync" ? { ...s, critical: true } : s)),
  ],
  "goes past an unproven fence": [
    "a way out",
    changed((s) => (s.verb.endsWith("prove-fence") ? { ...s, critical: false } : s)),
  ],
};

describe("The rules of a plan", () => {
  for (const [what, [rule, graph]] of Object.entries(plans))
    it(`refuse one that ${what}`, () => {
      expect(broken(graph).map((b) => b.rule)).to.include(rule);
      expect(() => {
        refuseBroken(graph);
      }).to.throw(/this plan breaks the rule ".+" \(.+\): .+\. Nothing was changed/);
    });

  it("refuse one that changes something before it has looked", () => {
    const { request, chains, steps } = drawn("planned");
    const loose = (all: readonly Step[]): readonly Step[] =>
      all.map((s) => (s.phase === "fence-apps" ? { ...s, needs: [] } : s));
    const graph = graphOf({
      request,
      chains: chains.map((c) => ({ ...c, steps: loose(c.steps) })),
      steps: loose(steps),
    });
    expect(broken(graph).map((b) => b.rule)).to.include("looked at first");
  });

  it("hold for every plan of any estate, in both directions and modes", () => {
    const systems = fc.array(
      fc.record({
        databases: fc.integer({ min: 1, max: 4 }),
        vm: fc.boolean(),
        names: fc.subarray(["dependency", "client"] as const),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(
        systems,
        fc.constantFrom<Mode>("planned", "unplanned"),
        fc.boolean(),
        (some, mode, back) => {
          const facts = modelRecovery({ systems: some });
          const way = back
            ? ({ from: "dr", to: "primary" } as const)
            : ({ from: "primary", to: "dr" } as const);
          expect(broken(draw(facts, { ...way, mode }, modelParts).graph)).to.deep.equal([]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("stand in docs/rules.md, each with its sentence, in the same order", () => {
    const page = fs.readFileSync(new URL("../../docs/rules.md", import.meta.url), "utf8");
    const stated = [...page.matchAll(/^- \*\*(.+?)\*\*: (.+)\.$/gm)].map(([, name, says]) => ({
      name,
      says,
    }));
    expect(stated).to.deep.equal(rules.map(({ name, says }) => ({ name, says })));
  });

  it("each say what holds: of a plan, of one beside it, or of what happens", () => {
    for (const rule of rules) expect(rule.plan ?? rule.aside ?? rule.moment, rule.name).to.be.a("function");
  });
});
