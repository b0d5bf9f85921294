import { expect } from "chai";
import { planDrill } from "../../planning/drill.ts";
import { Envelope } from "../../steps/envelope.ts";
import { drillParts } from "./drill-toy.ts";
import { registered, type Registered } from "./recorder.ts";
import { toyRecovery } from "./toy.ts";

const plan = planDrill(toyRecovery(2, 2), { from: "primary", to: "dr" }, drillParts);

async function commands(preview = false): Promise<readonly Registered[]> {
  const { Drill } = await import("../../components/drill.ts");
  const all = await registered(
    () => {
      new Drill("drill", { plan, journal: { folder: "journal" }, drill: 3 });
    },
    { preview },
  );
  return all.filter((r) => r.type === "command:local:Command");
}

describe("Drill", () => {
  for (const preview of [false, true])
    it(`makes one command a step; each waits for what its step needs and for what sweeps, ${preview ? "in a preview" : "in an up"}`, async () => {
      const all = await commands(preview);
      expect(all.map((c) => c.name)).to.have.members(plan.steps.map((s) => `drill-${s.id}`));
      for (const s of plan.steps) {
        const own = all.find((c) => c.name === `drill-${s.id}`);
        const needs = s.id === "sweep" ? [] : [...new Set(["sweep", ...s.needs])];
        expect(own?.dependsOn, s.id).to.have.members(needs.map((n) => `drill-${n}`));
        expect(own?.parent).to.equal("drill");
      }
    });

  it("gives a delete to the first resource alone, with time enough for it, and no triggers to any", async () => {
    const all = await commands();
    expect(all[0]?.name).to.equal("drill-sweep");
    for (const { name, inputs, deleteLimit } of all) {
      const isFirst = name === "drill-sweep";
      expect(Object.keys(inputs), name).to.have.members([
        "create",
        "update",
        "stdin",
        ...(isFirst ? ["delete"] : []),
      ]);
      expect(inputs["create"]).to.equal(`node -e "import('parallel-standby/step')"`);
      expect(inputs["update"]).to.equal(inputs["create"]);
      if (isFirst) expect(inputs["delete"]).to.equal(`node -e "import('parallel-standby/sweep')"`);
      if (isFirst) expect(deleteLimit).to.equal("1260s");
    }
  });

  it("puts into an input only the step, the drill's number and where the journal is", async () => {
    for (const { inputs } of await commands()) {
      const envelope = Envelope.parse(JSON.parse(String(inputs["stdin"])));
      expect(Object.keys(envelope)).to.have.members(["journal", "drill", "step"]);
      expect(envelope).to.include({ drill: 3 });
      expect(String(inputs["stdin"])).not.to.match(/\d{4}-\d\d-\d\d|\/(home|tmp|root)\//);
      expect(String(inputs["stdin"]).length).to.be.below(400);
    }
  });
});
