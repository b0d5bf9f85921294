import { expect } from "chai";
import { modelParts, modelRecovery } from "../../lab/simulator/check/parts.ts";
import { phases } from "../../model/phase.ts";
import { search, type Breach, type SearchOptions } from "../../lab/simulator/check/search.ts";
import { movesOf } from "../../lab/simulator/check/state.ts";
import { productWith, type Planted } from "../../lab/simulator/planted/load.ts";
import { rules } from "../../planning/rules.ts";

/** A mistake of a line or two in planner, guard or journal, and the rule that must name it. */
interface Mistake extends Planted {
  readonly rule: string;
  readonly limits?: Partial<SearchOptions>;
  /** Default: 1. */
  readonly databases?: number;
  /** Default: 1. Of more, each has one database and no name. */
  readonly systems?: number;
}

const mistakes: Readonly<Record<string, Mistake>> = {
  "databases open without waiting for the fence": {
    file: "model/phase.ts",
    find: `"approve-open": ["roll-forward", "fence-site"],`,
    put: `"approve-open": ["roll-forward"],`,
    rule: "one writer",
  },
  "databases open before all are rolled forward": {
    file: "model/phase.ts",
    find: `"approve-open": ["roll-forward", "fence-site"],`,
    put: `"approve-open": ["choose-point", "fence-site"],`,
    rule: "opened together",
    databases: 2,
  },
  "licences come after services": {
    file: "model/phase.ts",
    find: `"start-services": ["repair-identity", "flip-dependency-aliases", "start-hosts", "fence-data"],`,
    put: `"start-services": ["repair-databases", "flip-dependency-aliases", "start-hosts", "fence-data"],`,
    rule: "licences before services",
  },
  "clients are sent to services that nobody has asked": {
    file: "model/phase.ts",
    find: `"approve-clients": ["verify-services"],`,
    put: `"approve-clients": ["start-services"],`,
    rule: "answers before clients",
  },
  "the tail is taken before applications stop": {
    file: "model/phase.ts",
    find: `"final-sync": ["fence-apps"],`,
    put: `"final-sync": ["hold"],`,
    rule: "tail before fence",
  },
  "the move completes without asking what people use": {
    file: "model/phase.ts",
    find: `complete: ["smoke-test", "protect", "flip-client-aliases"],`,
    put: `complete: ["protect"],`,
    rule: "completed is true",
  },
  "the old site is not looked at again before services start": {
    file: "planning/plan.ts",
    find: `const probes = letsWrite.has(phase)`,
    put: `const probes = phase === "open"`,
    rule: "one writer",
  },
  "an edge that must hold is one of order only": {
    file: "planning/plan.ts",
    find: `? "safety" : "order"`,
    put: `? "order" : "order"`,
    rule: "a skip is no fence",
  },
  "a dead site stops an unplanned move": {
    file: "planning/critical.ts",
    find: `return mode === "planned" || !atOldSite.has(phase);`,
    put: `return mode !== undefined;`,
    rule: "a way out",
    limits: { epochs: 2, faults: 1 },
  },
  "the proof of the fence may fail": {
    file: "planning/critical.ts",
    find: `if (verbName === proveFence.name) return true;`,
    put: `if (verbName === proveFence.name) return mode === "planned";`,
    rule: "one writer",
  },
  "a step may be skipped that others must not act without": {
    file: "planning/skip.ts",
    find: `if (need?.kind === "safety")`,
    put: `if (need?.kind === undefined && need)`,
    rule: "a way out",
  },
  "the number of the activation is not compared": {
    file: "steps/may-act.ts",
    find: `if (epoch < s.epoch)`,
    put: `if (epoch < 0)`,
    rule: "the past rests",
    limits: { epochs: 2 },
  },
  "an abandoned move goes on": {
    file: "steps/may-act.ts",
    find: `if (stateOf(s) === "in doubt") {`,
    put: `if (stateOf(s) === "in doubt" && epoch === 0) {`,
    rule: "the past rests",
  },
  "a move that is gone back from goes on": {
    file: "steps/may-act.ts",
    find: `if (stateOf(s) === "in doubt") {`,
    put: `if (stateOf(s) === "in doubt" && !s.noReturn) {`,
    rule: "the past rests",
    limits: { back: true },
  },
  "order is left to the engine": {
    file: "steps/may-act.ts",
    find: `const may = order(s, step);`,
    put: `const may: Leave = act;`,
    rule: "in its turn",
  },
  "a tail is brought after the point": {
    file: "steps/may-act.ts",
    find: `const end = step.tooLateAfter === undefined ? undefined : s.verdicts.get(step.tooLateAfter);`,
    put: `const end = step.tooLateAfter === "" ? s.verdicts.get(step.tooLateAfter) : undefined;`,
    rule: "tail before fence",
  },
  "what was opened is forgotten": {
    file: "journal/situation.ts",
    find: `noReturn = true;`,
    put: `noReturn = false;`,
    rule: "one writer",
    limits: { epochs: 2 },
  },
  "a completed activation goes on": {
    file: "steps/may-act.ts",
    find: `return due ? act : { kind: "answer", says: \`activation \${String(epoch)} is completed\` };`,
    put: `return due ? act : order(s, step);`,
    rule: "the past rests",
  },
  "a tail that was lost is not tried once more on the same terms": {
    file: "cli/mode/may.ts",
    find: ` || lostItsTail(s, m.system),`,
    put: ` && lostItsTail(s, m.system),`,
    rule: "a way out",
    systems: 2,
    limits: { epochs: 2 },
  },
};

/** Where two systems are looked at, all phases but those in which the old site is closed and the new one opened. */
const apart: SearchOptions["eager"] = new Set(
  phases.filter((phase) => phase !== "final-sync" && phase !== "open"),
);

async function found({
  limits = {},
  databases = 1,
  systems = 1,
  ...planted
}: Mistake): Promise<Breach | undefined> {
  const recovery = modelRecovery({
    systems:
      systems === 1
        ? [{ databases, names: ["client"] }]
        : Array.from({ length: systems }, () => ({ databases: 1 })),
  });
  const product = await productWith(planted);
  const moves = movesOf(
    recovery,
    { from: "primary", to: "dr" },
    (r) => product.draw(recovery, r, modelParts).graph,
  );
  return search(moves, {
    ...(systems === 1
      ? { faults: 2, epochs: 1, skips: true, eager: new Set() }
      : { faults: 1, epochs: 1, skips: false, eager: apart }),
    most: 400_000,
    ...limits,
    product,
  }).breach;
}

describe("The model check finds a planted mistake and names the rule:", function () {
  this.timeout(180_000);
  for (const [what, mistake] of Object.entries(mistakes))
    it(what, async () => {
      const breach = await found(mistake);
      expect(breach?.rule, breach?.schedule.join("\n")).to.equal(mistake.rule);
      expect(rules.map((r) => r.name)).to.include(mistake.rule);
    });
});
