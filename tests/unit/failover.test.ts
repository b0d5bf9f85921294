import { expect } from "chai";
import { plan } from "../../planning/plan.ts";
import { Envelope } from "../../steps/envelope.ts";
import { registered, type Registered } from "./recorder.ts";
import { toyParts, toyRecovery } from "./toy.ts";

const made = plan(toyRecovery(2, 2), { from: "primary", to: "dr", mode: "unplanned" }, toyParts);

async function commands(
  attempts: ReadonlyMap<string, number> = new Map(),
  preview = false,
): Promise<readonly Registered[]> {
  const { Failover } = await import("../../components/failover.ts");
  const all = await registered(
    () => {
      new Failover("move", { plan: made, journal: { folder: "journal" }, epoch: 7, attempts });
    },
    { preview },
  );
  return all.filter((r) => r.type === "command:local:Command");
}

describe("Failover", () => {
  for (const preview of [false, true])
    it(`makes one command a step, each after what its step needs, ${preview ? "in a preview" : "in an up"}`, async () => {
      const all = await commands(new Map(), preview);
      expect(all.map((c) => c.name)).to.have.members(made.steps.map((s) => `move-${s.id}`));
      for (const s of made.steps) {
        const own = all.find((c) => c.name === `move-${s.id}`);
        expect(own?.dependsOn, s.id).to.have.members(s.needs.map((n) => `move-${n.id}`));
        expect(own?.parent).to.equal("move");
      }
    });

  it("gives every command the same constant text and no delete, so that destroying turns nothing back", async () => {
    for (const { inputs } of await commands()) {
      expect(Object.keys(inputs)).to.have.members(["create", "update", "stdin"]);
      expect(inputs["create"]).to.equal(`node -e "import('parallel-standby/step')"`);
      expect(inputs["update"]).to.equal(inputs["create"]);
    }
  });

  it("puts into an input only the step, the activation's number and where the journal is", async () => {
    for (const { inputs } of await commands()) {
      const envelope = Envelope.parse(JSON.parse(String(inputs["stdin"])));
      expect(Object.keys(envelope)).to.have.members(["journal", "epoch", "step"]);
      expect(String(inputs["stdin"])).not.to.match(/\d{4}-\d\d-\d\d|\/(home|tmp|root)\//);
    }
  });

  it("puts an attempt into the step that owes something, and into no other", async () => {
    const all = await commands(new Map([["web0/stop/web", 2]]));
    expect(
      all.filter((c) => String(c.inputs["stdin"]).includes('"attempt":2')).map((c) => c.name),
    ).to.deep.equal(["move-web0/stop/web"]);
  });

  it("fences each step a second time: twice its limit and a minute", async () => {
    const step = made.steps.find((s) => s.id === "web0/stop/web");
    const own = (await commands()).find((c) => c.name === "move-web0/stop/web");
    expect(own?.createLimit).to.equal(`${String(2 * (step?.timeoutSec ?? 0) + 60)}s`);
  });
});
