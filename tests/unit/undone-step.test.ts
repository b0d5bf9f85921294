import { expect } from "chai";
import { situation } from "../../journal/situation.ts";
import { attemptsNow } from "../../stacks/owed.ts";
import { rig, type Rig } from "./runner-rig.ts";
import { stop, toyRecovery } from "./toy.ts";

describe("a step that stops a move, found undone by another runner after it was done", () => {
  let r: Rig;
  let step: string;
  let next: string;
  const attempts = async (): Promise<Record<string, number>> =>
    Object.fromEntries(await attemptsNow(situation(await r.journal.entries()), toyRecovery(), "primary"));
  beforeEach(async () => {
    r = await rig("planned");
    r.world.running.add("P:web");
    const at = r.made.steps.findIndex((s) => s.verb === stop.name);
    step = r.made.steps[at]?.id ?? "";
    next = r.made.steps.find((s) => s.needs.some((n) => n.id === step))?.id ?? "";
    for (const s of r.made.steps.slice(0, at + 1)) await r.run(s.id);
  });

  it("has another input from then on, so that the stack that has seen it done runs it again, and the move goes on", async () => {
    expect(await r.verdict(step)).to.equal("done");
    expect(await attempts()).to.deep.equal({});
    r.world.running.add("P:web");
    r.world.fails.set("stop", "it broke the connection");
    await r.run(step).catch(() => undefined);
    expect(await r.verdict(step)).to.equal("failed");
    expect(await r.run(next).catch(String)).to.contain(`it needs ${step} first`);
    expect(await attempts()).to.deep.equal({ [step]: 1 });

    await r.run(step, { attempt: 1 }).catch(() => undefined);
    expect(await attempts(), "in vain once more, which the engine tries again by itself").to.deep.equal({
      [step]: 1,
    });
    r.world.fails.clear();
    await r.run(step, { attempt: 1 });
    expect(await r.verdict(step)).to.equal("done");
    expect(await attempts(), "its input stays as it is").to.deep.equal({ [step]: 1 });
    await r.run(next);
  });

  it("keeps its input where it failed at first and was done then: the engine tries that again by itself", async () => {
    const anew = await rig("planned");
    for (const s of anew.made.steps) {
      if (s.id === step) break;
      await anew.run(s.id);
    }
    r = anew;
    r.world.running.add("P:web");
    r.world.fails.set("stop", "no answer");
    await r.run(step).catch(() => undefined);
    expect(await r.verdict(step)).to.equal("failed");
    r.world.fails.clear();
    await r.run(step);
    expect(await r.verdict(step)).to.equal("done");
    expect(await attempts()).to.deep.equal({});
  });
});
