import { expect } from "chai";
import { playCutover, type Disturbance } from "../../lab/crash/cutover.ts";
import { judge } from "../../lab/crash/judge.ts";

/** Two whole cutovers without the engine, the second with some kills. Milliseconds. */
const limitMs = 300_000;

/** A sample; `npm run crash` plays both of K2's cutovers with every step killed at every point, on the engine too. */
describe("steps that are killed at their points", function () {
  this.timeout(limitMs);

  it("end as they would have undisturbed: the same state, and nothing done twice", async () => {
    const undisturbed: Disturbance = { kind: "planned", driver: "run", victim: "all", points: [] };
    const wanted = await playCutover(undisturbed, () => undefined);
    expect(wanted.failed).to.deep.equal([]);
    expect(wanted.killed).to.deep.equal([]);
    const disturbance: Disturbance = { ...undisturbed, points: ["in act"] };
    const found = await playCutover(disturbance, () => undefined);
    expect(found.killed).to.include.members([
      "k2-data/tail/K2 in act",
      "k2-data/open/K2 in act",
      "k2.corp.example/flip in act",
      "complete in act",
    ]);
    expect(judge(disturbance, wanted, found).wrong).to.deep.equal([]);
  });
});
